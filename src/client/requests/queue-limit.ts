import { AkmError } from '../../errors.js';

/** The most that may wait at one service, whatever was asked for: more would take seconds to send, and memory that a gateway lacks. */
export const MOST_WAITING = { items: 100_000, bytes: 64 * 1024 * 1024 } as const;

/** How much may wait at one service, requests and sends together. */
export class QueueLimit {
  /** Requests and sends that may wait. */
  readonly items: number;
  private used = 0;
  private bytes = 0;

  /** @param items at least 1; more than {@link MOST_WAITING} counts as that */
  constructor(items: number) {
    this.items = Math.min(items, MOST_WAITING.items);
  }

  /** How many wait now. */
  get waiting(): number {
    return this.used;
  }

  /**
   * One more waits.
   * @param size bytes that it keeps in memory
   * @throws AkmError `AKM_QUEUE_FULL`
   */
  acquire(size: number): void {
    if (this.used >= this.items) {
      throw new AkmError(
        'AKM_QUEUE_FULL',
        `Queue full: ${this.used} requests and messages are waiting (queue limit ${this.items})`,
      );
    }
    if (this.bytes + size > MOST_WAITING.bytes) {
      throw new AkmError(
        'AKM_QUEUE_FULL',
        `Queue full: ${this.bytes} bytes are waiting in ${this.used} requests and messages (at most ${MOST_WAITING.bytes} bytes)`,
      );
    }
    this.used += 1;
    this.bytes += size;
  }

  /** One waits no longer. */
  release(size: number): void {
    this.used -= 1;
    this.bytes -= size;
  }
}
