import { ownCopyOf } from '../../protocol/bytes.js';
import type { AkmError } from '../../errors.js';
import type { Connection } from '../connection/connection.js';
import { Fifo } from '../fifo.js';
import type { QueueLimit } from '../requests/queue-limit.js';
import type { AppData } from './app-data.js';
import type { Registrations } from './registrations.js';
import type { Taken, WriteBatcher } from './write-batcher.js';

/** Application data on its way out. */
export interface Send extends AppData {
  /** At most so many bytes of data. */
  readonly size: number;
  /** Whether it may wait for a connection that has gone missing. */
  readonly isPatient: boolean;
  /** Cancels it while it waits. */
  readonly signal: AbortSignal | undefined;
  /** Called once: without an error when the operating system has taken the bytes. */
  readonly taken: Taken;
}

/**
 * Application data that cannot be written yet: its registration is under way, the socket takes no more, or there is no connection. Order
 * is kept within each ATR.
 */
export class SendQueue {
  private readonly waiting = new Map<number, Fifo<Send>>();
  /** The signals that are listened to: one cancels however many sends. */
  private readonly signals = new WeakSet<AbortSignal>();

  constructor(
    private readonly connection: Pick<Connection, 'writable' | 'state' | 'notConnected'>,
    private readonly registrations: Pick<Registrations, 'status' | 'isHopeful' | 'notRegistered'>,
    private readonly batcher: Pick<WriteBatcher, 'add'>,
    private readonly limit: QueueLimit,
  ) {}

  /** Writes at once if that is possible, else waits. */
  send(send: Send): void {
    const { atrId } = send;
    const status = this.registrations.status(atrId);
    // without a connection nothing can be registered, so that is the reason to give
    if (!send.isPatient && this.isOffline) send.taken(this.connection.notConnected());
    else if (status === 'registered' && this.connection.writable && !this.waiting.has(atrId))
      this.write(send);
    else if (status === 'none' && !this.mayWait(send)) send.taken(this.registrations.notRegistered(atrId));
    else this.wait(send);
  }

  /** Writes what can be written now, and fails what has become hopeless. */
  flush(): void {
    for (const [atrId, sends] of this.waiting) {
      const status = this.registrations.status(atrId);
      if (status === 'none') this.failUnregistered(atrId, sends);
      else if (status === 'registered') this.writeAll(atrId, sends);
    }
  }

  /** Fails the sends that do not wait for a connection. */
  onOffline(): void {
    const error = this.connection.notConnected();
    for (const [atrId, sends] of this.waiting) this.fail(atrId, sends, ({ isPatient }) => !isPatient, error);
  }

  /** Fails all there is, and resolves when that is done. */
  async close(error: AkmError): Promise<void> {
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const sends of all) await sends.drain((send) => this.end(send, error));
  }

  private get isOffline(): boolean {
    return this.connection.state === 'disconnected' || this.connection.state === 'closed';
  }

  /** Whether data may wait although nothing is registered in its ATR: what is kept waits for a registration that is being retried. */
  private mayWait({ isPatient, atrId }: Send): boolean {
    return isPatient && this.registrations.isHopeful(atrId);
  }

  private wait(send: Send): void {
    try {
      this.limit.acquire(send.size);
    } catch (error) {
      send.taken(error as AkmError);
      return;
    }
    // whose memory it is may use it otherwise meanwhile
    const kept = typeof send.data === 'string' ? send : { ...send, data: ownCopyOf(send.data) };
    const sends = this.waiting.get(send.atrId) ?? new Fifo<Send>();
    sends.push(kept);
    this.waiting.set(send.atrId, sends);
    if (send.signal) this.listenTo(send.signal);
  }

  private listenTo(signal: AbortSignal): void {
    if (this.signals.has(signal)) return;
    this.signals.add(signal);
    const cancel = (): void => {
      for (const [atrId, sends] of this.waiting)
        this.fail(atrId, sends, (send) => send.signal === signal, signal.reason as AkmError);
    };
    signal.addEventListener('abort', cancel, { once: true });
  }

  private writeAll(atrId: number, sends: Fifo<Send>): void {
    while (this.connection.writable) {
      const send = sends.shift();
      if (!send) break;
      this.limit.release(send.size);
      this.write(send);
    }
    if (sends.length === 0) this.waiting.delete(atrId);
  }

  private write(send: Send): void {
    try {
      this.batcher.add(send, send.taken);
    } catch (error) {
      send.taken(error as AkmError); // its memory has grown meanwhile
    }
  }

  private failUnregistered(atrId: number, sends: Fifo<Send>): void {
    const error = this.registrations.notRegistered(atrId);
    const isHopeful = this.registrations.isHopeful(atrId);
    this.fail(atrId, sends, ({ isPatient }) => !isPatient || !isHopeful, error);
  }

  private fail(atrId: number, sends: Fifo<Send>, isHopeless: (send: Send) => boolean, error: AkmError): void {
    const failed = sends.takeOut(isHopeless);
    if (sends.length === 0) this.waiting.delete(atrId);
    void failed.drain((send) => this.end(send, error));
  }

  private end(send: Send, error: AkmError): void {
    this.limit.release(send.size);
    send.taken(error);
  }
}
