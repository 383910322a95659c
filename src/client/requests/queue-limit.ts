import { AkmError } from '../../errors.js';

/** How much may wait at one service, requests and sends together. */
export class QueueLimit {
  private used = 0;

  constructor(readonly limit: number) {}

  /** How many wait now. */
  get waiting(): number {
    return this.used;
  }

  /** @throws AkmError `AKM_QUEUE_FULL` */
  acquire(): void {
    if (this.used >= this.limit) {
      throw new AkmError(
        'AKM_QUEUE_FULL',
        `${this.limit} requests or sends are waiting already, which is the limit`,
      );
    }
    this.used += 1;
  }

  release(): void {
    this.used -= 1;
  }
}
