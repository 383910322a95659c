import { AkmError, messageOf } from '../../errors.js';
import type { Dialect, Service } from '../../protocol/header.js';
import { Backoff } from './backoff.js';
import { Link } from './link.js';
import type { CheckedOptions } from '../options.js';
import type { ReceiverUser } from './receiver.js';

/**
 * - `idle`: not opened yet, or let go until it is needed;
 * - `connecting`: an attempt is under way;
 * - `connected`;
 * - `disconnected`: the last attempt failed or the connection was lost; the next attempt is scheduled;
 * - `closed`: for good.
 */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'disconnected' | 'closed';

/** What a {@link Connection} tells its one user, and where it counts. None of these may throw. */
export interface ConnectionListener extends ReceiverUser {
  /** Every change of state; `error` says why it is `disconnected`. */
  stateChanged(state: ConnectionState, error?: AkmError): void;
  /** A connection stands, with nothing written to it yet. */
  connected(): void;
  /** The socket takes more again. */
  drained(): void;
  /** The connection that stood is gone, and all that was in flight on it. */
  lost(error: AkmError): void;
}

/** How the services are called in messages to people. */
export const SERVICE_NAMES: Readonly<Record<Service, string>> = { amm: 'AMM', app: 'AppEndpoint' };

/**
 * One live TCP connection to one service: opened, lost, opened again with pauses that grow, until closed. It knows frames but no
 * messages.
 */
export class Connection {
  private current: ConnectionState = 'idle';
  /** The one link, from the attempt until it is gone. While it is being ended, the state is that of what follows. */
  private link: Link | undefined;
  /** An attempt's deadline, or the pause before the next. */
  private timer: NodeJS.Timeout | undefined;
  private readonly backoff: Backoff;
  private closing: Promise<void> | undefined;
  private establishedAt = 0;
  private changedAt = 0;
  /** Why there is no connection, while there is none. */
  private reason: AkmError | undefined;

  constructor(
    private readonly dialect: Dialect,
    private readonly options: CheckedOptions,
    private readonly user: ConnectionListener,
  ) {
    this.backoff = new Backoff(options.reconnectMin, options.reconnectMax);
  }

  get state(): ConnectionState {
    return this.current;
  }

  /** The peer as a person would name it, for messages. */
  get peer(): string {
    const { host, port } = this.options;
    return `the ${SERVICE_NAMES[this.dialect.service]} at ${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** When the connection was made, went missing, or was let go; milliseconds since 1970. */
  get since(): number {
    return this.changedAt;
  }

  /** Why there is no connection: what the last attempt failed with, or how the connection was lost. Undefined where none is missing. */
  get lastError(): AkmError | undefined {
    return this.reason;
  }

  /** The address actually connected to, however the host was spelled; undefined without a connection. */
  get remoteAddress(): string | undefined {
    return this.current === 'connected' ? this.link?.remoteAddress : undefined;
  }

  /** Whether the payloads of one chunk are being handed on: none of them can answer what is written only now. */
  get receiving(): boolean {
    return this.link?.receiver.isHandingOn ?? false;
  }

  /** Whether more has arrived than could be handed on yet: an answer may be among it. */
  get behind(): boolean {
    return this.link?.receiver.isBehind ?? false;
  }

  /** Whether a message has begun to arrive, and not ended yet. */
  get midFrame(): boolean {
    return this.link?.receiver.midFrame ?? false;
  }

  /** Whether a write would neither fail nor pile up in memory. */
  get writable(): boolean {
    return this.current === 'connected' && this.link?.writable === true;
  }

  /** Connects, unless that is under way or done. Does nothing once closed. */
  open(): void {
    if (this.current === 'idle') this.attempt();
  }

  /**
   * Hands a frame, or several, to the socket.
   * @param taken called once: without an error when the operating system has taken the bytes, with one when it never will
   */
  write(frame: Buffer, taken?: (error?: AkmError) => void, frames = 1): void {
    const { link } = this;
    if (this.current !== 'connected' || !link) {
      taken?.(this.notConnected());
      return;
    }
    const { counters } = this.user;
    counters.framesOut += frames;
    counters.bytesOut += frame.length;
    link.write(frame, taken && ((error) => taken(error ? this.writeFailed(error) : undefined)));
  }

  /** Gives the connection up because it cannot be trusted any more, and makes a new one. */
  abort(reason: AkmError): void {
    if (this.current === 'connected') this.giveUp(reason);
  }

  /** Ends the connection in an orderly way and makes a new one: what the peer tied to the old one is freed. */
  reconnectGracefully(): void {
    if (this.current !== 'connected') return;
    this.link?.end();
    const reason = new AkmError('AKM_CONNECTION_LOST', `The connection to ${this.peer} is being renewed`);
    this.changeState('connecting', undefined, reason);
  }

  /** Ends the connection in an orderly way until `open` is called again. */
  suspend(): void {
    if (this.current !== 'connected') return;
    this.link?.end();
    this.changedAt = Date.now();
    this.changeState('idle');
  }

  /** Closes for good: at once where there is nothing to end, within two seconds in any case. Never rejects. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  /** An error that says that and why there is no connection. */
  notConnected(): AkmError {
    if (this.current === 'closed')
      return new AkmError('AKM_CLOSED', `The connection to ${this.peer} was closed`);
    const why = this.reason ? `: ${this.reason.message}` : '';
    return new AkmError('AKM_NOT_CONNECTED', `Not connected to ${this.peer}${why}`, { cause: this.reason });
  }

  /** An error that says that and why the connection that stood is gone. */
  lost(why: string, cause: Error | undefined): AkmError {
    return new AkmError('AKM_CONNECTION_LOST', `The connection to ${this.peer} was lost: ${why}`, { cause });
  }

  private attempt(): void {
    this.changeState('connecting');
    if (this.current !== 'connecting') return; // closed on hearing of it
    if (this.link) return; // the last one is still being ended; the attempt follows when it is gone
    const { requestTimeout } = this.options;
    try {
      this.link = this.makeLink();
    } catch (error) {
      this.pause(new AkmError('AKM_NOT_CONNECTED', messageOf(error), { cause: error }));
      return;
    }
    this.setTimer(requestTimeout, () =>
      this.giveUp(new AkmError('AKM_TIMEOUT', `no connection within ${requestTimeout} ms`)),
    );
  }

  private makeLink(): Link {
    return new Link(this.dialect, this.options, this.user, {
      established: () => this.established(),
      drained: () => this.user.drained(),
      broken: (reason) =>
        this.abort(
          new AkmError(reason.code, `${this.peer} broke the protocol: ${reason.message}`, { cause: reason }),
        ),
      gone: (failure) => this.gone(failure),
      ended: () => {
        this.letGo();
        if (this.current === 'connecting') this.attempt();
      },
    });
  }

  private established(): void {
    this.clearTimer();
    this.reason = undefined;
    this.establishedAt = performance.now();
    this.changedAt = Date.now();
    this.user.counters.connections += 1;
    this.changeState('connected');
    if (this.current === 'connected') this.user.connected(); // else closed on hearing of it
  }

  private gone(failure: Error | undefined): void {
    const why = failure ? socketMessage(failure) : 'the peer ended it';
    this.giveUp(
      this.current === 'connected'
        ? this.lost(why, failure)
        : new AkmError('AKM_NOT_CONNECTED', why, { cause: failure }),
    );
  }

  /** The link is of no use any more: it is destroyed, and the next attempt follows after a pause. */
  private giveUp(reason: AkmError): void {
    const wasConnected = this.current === 'connected';
    this.letGo();
    this.pause(reason, wasConnected);
  }

  private letGo(): void {
    const { link } = this;
    const stood = this.current === 'connected' ? performance.now() - this.establishedAt : 0;
    // a peer that speaks the protocol, or stays for long, is no reason for long pauses
    if (link?.receiver.hasUnderstood || stood > this.options.reconnectMax) this.backoff.reset();
    link?.drop();
    this.link = undefined;
  }

  private pause(reason: AkmError, wasConnected = false): void {
    if (!this.reason) this.changedAt = Date.now();
    this.reason = reason;
    this.setTimer(this.backoff.next(), () => this.attempt());
    this.changeState('disconnected', reason, wasConnected ? reason : undefined);
  }

  private async shutDown(): Promise<void> {
    const { link } = this;
    this.clearTimer();
    this.link = undefined;
    this.changedAt = Date.now();
    this.changeState('closed');
    await link?.close();
  }

  private writeFailed(cause: Error): AkmError {
    return this.current === 'closed'
      ? new AkmError('AKM_CLOSED', `The connection to ${this.peer} was closed before the bytes were taken`, {
          cause,
        })
      : this.lost(socketMessage(cause), cause);
  }

  /** @param lost why the connection that stood is gone: that is seen to before anybody hears of the new state, and may react */
  private changeState(state: ConnectionState, error?: AkmError, lost?: AkmError): void {
    if (this.current === state) return;
    this.current = state;
    if (lost) this.user.lost(lost);
    if (this.state === state) this.user.stateChanged(state, error); // unless closed meanwhile
  }

  private setTimer(delay: number, action: () => void): void {
    this.clearTimer();
    this.timer = setTimeout(action, delay);
  }

  private clearTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

/** Where a name resolves to several addresses, the error of the attempts as a whole has no message of its own. */
function socketMessage(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : error.message;
}
