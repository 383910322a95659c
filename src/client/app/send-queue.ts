import type { AkmError } from '../../errors.js';
import type { AppData, Taken } from './write-batcher.js';
import type { QueueLimit } from '../requests/queue-limit.js';

/** Application data on its way out. */
export interface Send extends AppData {
  /** Whether it may wait for a connection that has gone missing. */
  readonly patient: boolean;
  /** Called once: without an error when the operating system has taken the bytes. */
  readonly done: Taken;
}

/** What the outbox needs of its client. */
export interface OutboxPort {
  /** Whether a write would neither fail nor pile up in memory. */
  readonly writable: boolean;
  /** The error to fail a send with that will not wait for a connection; undefined while there is nothing to fail it for. */
  offline(): AkmError | undefined;
  /** Whether an application is registered in this ATR, is being registered, or why not. */
  registration(atrId: number): 'registered' | 'pending' | AkmError;
  write(data: AppData, done: Taken): void;
  /** A send has failed: it was not written. */
  failed(error: AkmError): void;
}

/**
 * Application data that cannot be written yet: its registration is under way, the socket takes no more, or there is no connection. Order
 * is kept within each ATR.
 */
export class SendQueue {
  private readonly waiting = new Map<number, Send[]>();

  constructor(
    private readonly port: OutboxPort,
    private readonly budget: QueueLimit,
  ) {}

  /** Writes at once where that is possible, else waits. */
  send(send: Send): void {
    const registration = this.port.registration(send.atrId);
    const offline = send.patient ? undefined : this.port.offline();
    if (offline) {
      this.refuse(send, offline);
    } else if (registration === 'registered' && this.port.writable && !this.waiting.has(send.atrId)) {
      this.port.write(send, send.done);
    } else if (registration instanceof Error) {
      this.refuse(send, registration);
    } else {
      this.wait(send);
    }
  }

  /** Writes what can be written now, and fails what has become hopeless. */
  flush(): void {
    for (const [atrId, sends] of [...this.waiting]) {
      const registration = this.port.registration(atrId);
      if (registration instanceof Error) this.fail(() => registration, atrId);
      else if (registration === 'registered') this.write(atrId, sends);
    }
  }

  /** Fails the sends that do not wait for a connection. */
  wentOffline(error: AkmError): void {
    this.fail((send) => (send.patient ? undefined : error));
  }

  /** Fails all there is. */
  close(error: AkmError): void {
    this.fail(() => error);
  }

  private wait(send: Send): void {
    try {
      this.budget.acquire();
    } catch (error) {
      this.refuse(send, error as AkmError);
      return;
    }
    // whose Buffer it is may use it otherwise meanwhile
    const kept = typeof send.data === 'string' ? send : { ...send, data: Buffer.from(send.data) };
    const sends = this.waiting.get(send.atrId);
    if (sends) sends.push(kept);
    else this.waiting.set(send.atrId, [kept]);
  }

  private write(atrId: number, sends: Send[]): void {
    while (this.port.writable) {
      const send = sends.shift();
      if (!send) break;
      this.budget.release();
      this.port.write(send, send.done);
    }
    if (sends.length === 0) this.waiting.delete(atrId);
  }

  /** Takes out and fails those that `errorFor` gives an error for. */
  private fail(errorFor: (send: Send) => AkmError | undefined, only?: number): void {
    for (const [atrId, sends] of [...this.waiting]) {
      if (only !== undefined && only !== atrId) continue;
      const kept = sends.filter((send) => errorFor(send) === undefined);
      this.waiting.delete(atrId);
      if (kept.length > 0) this.waiting.set(atrId, kept);
      for (const send of sends) {
        const error = errorFor(send);
        if (!error) continue;
        this.budget.release();
        this.refuse(send, error);
      }
    }
  }

  private refuse(send: Send, error: AkmError): void {
    this.port.failed(error);
    send.done(error);
  }
}
