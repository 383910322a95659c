import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { AkmError, messageOf } from '../../errors.js';
import type { Dialect, Service } from '../../protocol/header.js';
import type { Counters } from '../counters.js';
import type { CheckedOptions } from '../options.js';
import { Backoff } from './backoff.js';
import { Deadline } from './deadline.js';
import { addressesOf } from './resolver.js';
import { Transport } from './transport.js';

/**
 * - `idle`: not opened yet, or suspended until it is needed;
 * - `connecting`: an attempt is under way, or the peer is being asked whether it is the right service;
 * - `connected`: the peer is the right service;
 * - `disconnected`: the last attempt failed or the connection was lost; the next attempt is scheduled;
 * - `closed`: for good.
 *
 * | state | event | next state | what happens |
 * |---|---|---|---|
 * | `idle` | {@link Connection.open} | `connecting` | the host is looked up, a transport is made |
 * | `connecting` | TCP connection established | `connecting` | {@link ConnectionListener.onEstablished}: the peer is identified |
 * | `connecting` | {@link Connection.confirm} | `connected` | {@link ConnectionListener.onConnected} |
 * | `connecting` | no success within the request timeout | `disconnected` | pause, then `connecting` |
 * | `connecting`, `connected` | lost, or {@link Connection.abort} | `disconnected` | {@link ConnectionListener.onLost}; pause, then `connecting` |
 * | `connected` | {@link Connection.reconnectGracefully} | `connecting` | `onLost`; once the old transport has ended, a new one is made |
 * | `connected` | {@link Connection.suspend} | `idle` | the transport is ended |
 * | any | {@link Connection.close} | `closed` | the transport is ended within two seconds |
 */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'disconnected' | 'closed';

/** What a {@link Connection} reports to its client, and where it counts. None of these may throw. */
export interface ConnectionListener {
  readonly counters: Counters;
  /** Every change of state; `error` says why it is `disconnected`. */
  onStateChange(state: ConnectionState, error?: AkmError): void;
  /** There is a TCP connection. Nothing but the question who the peer is may be written to it. */
  onEstablished(): void;
  /** The peer was confirmed. */
  onConnected(): void;
  /** Something has arrived, a whole message or not. */
  onActivity(): void;
  /**
   * A whole payload, a view that is valid during the call only, and the {@link Connection.chunks} that it began with.
   * @returns whether a flow has got it, and does something with it later
   */
  onFrame(payload: Buffer, chunk: number): boolean;
  /** The socket takes more again. */
  onDrain(): void;
  /** The TCP connection is gone, and all that was in flight on it. The state has changed already. */
  onLost(error: AkmError): void;
}

/** How the services are called in messages to people. */
export const SERVICE_NAMES: Readonly<Record<Service, string>> = { amm: 'AMM', app: 'AppEndpoint' };

/**
 * One live TCP connection to one service: opened, lost, opened again with pauses that grow, until closed. It knows frames but no
 * messages.
 */
export class Connection {
  private current: ConnectionState = 'idle';
  /** The one transport, from the attempt until it is gone. While it is being ended, the state is that of what follows. */
  private transport: Transport | undefined;
  /** Whether the transport has a TCP connection that is not being ended. */
  private established = false;
  /** Set while a host is being looked up for the attempt under way. */
  private attempt: object | undefined;
  private attemptDeadline: Deadline | undefined;
  private pauseTimer: NodeJS.Timeout | undefined;
  private readonly backoff: Backoff;
  private closing: Promise<void> | undefined;
  private confirmedAt = 0;
  private changedAt = 0;
  /** Why there is no connection, while there is none. */
  private reason: AkmError | undefined;
  /** Whether that is because another service answered there. */
  private wasRejected = false;

  constructor(
    private readonly dialect: Dialect,
    private readonly options: CheckedOptions,
    private readonly listener: ConnectionListener,
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

  /** When the connection was made, went missing, or was suspended; milliseconds since 1970. */
  get since(): number {
    return this.changedAt;
  }

  /** Why there is no connection: what the last attempt failed with, or how the connection was lost. Undefined while none is missing. */
  get lastError(): AkmError | undefined {
    return this.reason;
  }

  /** Whether there is no connection because the peer is not the service it should be. */
  get isWrongService(): boolean {
    return this.wasRejected && this.current !== 'closed';
  }

  /** The address actually connected to, however the host was spelled; undefined without a connection. */
  get remoteAddress(): string | undefined {
    return this.established ? this.transport?.remoteAddress : undefined;
  }

  /** How many times the socket was read: see {@link Transport.chunks}. */
  get chunks(): number {
    return this.transport?.chunks ?? 0;
  }

  /** Whether more has arrived than is decoded: an answer may be among it. */
  get isBehind(): boolean {
    return this.transport?.isBehind ?? false;
  }

  /** Whether a write would neither fail nor pile up in memory. */
  get writable(): boolean {
    return this.current === 'connected' && this.transport?.writable === true;
  }

  /** Connects, unless that is under way or done. Does nothing once closed. */
  open(): void {
    if (this.current === 'idle') this.connect();
  }

  /** The peer is the right service. */
  confirm(): void {
    if (this.current !== 'connecting' || !this.established) return;
    this.reason = undefined;
    this.wasRejected = false;
    this.confirmedAt = performance.now();
    this.changedAt = Date.now();
    this.listener.counters.connections += 1;
    this.current = 'connected';
    this.listener.onConnected(); // our own state first: whoever hears of the change may react
    this.reportState('connected');
  }

  /**
   * Hands a frame, or several, to the socket.
   * @param taken called once: without an error when the operating system has taken the bytes, with one when it never will
   */
  write(frame: Buffer, taken?: (error?: AkmError) => void, frames = 1): void {
    if (!this.established || !this.transport) {
      taken?.(this.notConnected());
      return;
    }
    const { counters } = this.listener;
    counters.framesOut += frames;
    counters.bytesOut += frame.length;
    this.transport.write(frame, taken && ((error) => taken(error ? this.writeFailed(error) : undefined)));
  }

  /** Drops a connection that cannot be trusted any more, and makes a new one after a pause. */
  abort(reason: AkmError): void {
    if (this.established) this.giveUp(reason);
  }

  /** Drops a connection to a peer that is not the service it should be. It is tried again, since somebody may set that right. */
  reject(reason: AkmError): void {
    if (this.established) this.giveUp(reason, true);
  }

  /** Ends the connection in an orderly way and makes a new one: the peer forgets what it tied to the old one. */
  reconnectGracefully(): void {
    if (this.current !== 'connected') return;
    const reason = new AkmError('AKM_CONNECTION_LOST', `The connection to ${this.peer} is being renewed`);
    this.end('connecting');
    this.listener.onLost(reason);
    this.reportState('connecting');
  }

  /** Ends the connection in an orderly way until `open` is called again. */
  suspend(): void {
    if (this.current !== 'connected') return;
    this.changedAt = Date.now();
    this.end('idle');
    this.reportState('idle');
  }

  /** Closes for good: at once if there is nothing to end, within two seconds in any case. Never rejects. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  /** An error that says that and why there is no connection. */
  notConnected(): AkmError {
    const { reason: cause } = this;
    if (this.current === 'closed')
      return new AkmError('AKM_CLOSED', `The connection to ${this.peer} was closed`);
    const why = cause ? `: ${cause.message}` : '';
    return new AkmError(
      this.isWrongService ? 'AKM_PROTOCOL' : 'AKM_NOT_CONNECTED',
      `Not connected to ${this.peer}${why}`,
      { cause },
    );
  }

  /** An error that says that and why the connection that stood is gone. */
  lostError(why: string, cause: Error | undefined): AkmError {
    return new AkmError('AKM_CONNECTION_LOST', `The connection to ${this.peer} was lost: ${why}`, { cause });
  }

  private connect(): void {
    this.changeState('connecting');
    if (this.current !== 'connecting') return; // a listener of the state has closed the client
    if (this.transport) return; // the last one is still being ended; the attempt follows when it is gone
    const { host, requestTimeout } = this.options;
    this.attemptDeadline = new Deadline(requestTimeout, () =>
      this.giveUp(new AkmError('AKM_TIMEOUT', `no connection within ${requestTimeout} ms`)),
    );
    const family = isIP(host);
    if (family === 0) void this.lookUp(host);
    else this.connectTo([{ address: host, family }], requestTimeout);
  }

  private async lookUp(host: string): Promise<void> {
    const attempt = {};
    this.attempt = attempt;
    const begun = performance.now();
    try {
      const addresses = await addressesOf(host);
      if (this.attempt === attempt)
        this.connectTo(addresses, this.options.requestTimeout - (performance.now() - begun));
    } catch (error) {
      if (this.attempt === attempt) this.attemptFailed(error);
    }
  }

  /** @param left of the time for the attempt, in milliseconds */
  private connectTo(addresses: readonly LookupAddress[], left: number): void {
    const { host, port } = this.options;
    const attemptTimeout = Math.floor(left / addresses.length);
    this.attempt = undefined;
    try {
      this.transport = new Transport(
        this.dialect,
        { host, addresses, port, attemptTimeout },
        this.transportListener,
      );
    } catch (error) {
      this.attemptFailed(error);
    }
  }

  private attemptFailed(thrown: unknown): void {
    this.giveUp(new AkmError('AKM_NOT_CONNECTED', messageOf(thrown), { cause: thrown }));
  }

  private readonly transportListener = {
    onEstablished: (): void => {
      this.attemptDeadline?.cancel();
      this.established = true;
      this.listener.onEstablished();
    },
    onActivity: (bytes: number): void => {
      this.listener.counters.bytesIn += bytes;
      this.listener.onActivity();
    },
    onFrame: (payload: Buffer, chunk: number): boolean => {
      this.listener.counters.framesIn += 1;
      return this.listener.onFrame(payload, chunk);
    },
    onProtocolError: (reason: AkmError): void => {
      this.listener.counters.errors += 1;
      this.abort(
        new AkmError(reason.code, `${this.peer} broke the protocol: ${reason.message}`, { cause: reason }),
      );
    },
    onDrain: (): void => this.listener.onDrain(),
    onGone: (failure: Error | undefined): void => {
      const why = failure ? socketMessage(failure) : 'the peer ended it';
      this.giveUp(
        this.established
          ? this.lostError(why, failure)
          : new AkmError('AKM_NOT_CONNECTED', why, { cause: failure }),
      );
    },
    onEnded: (): void => {
      this.transport = undefined;
      if (this.current === 'connecting') this.connect();
    },
  };

  /** Ends the transport in an orderly way; the state is that of what follows from now on. */
  private end(next: ConnectionState): void {
    this.noteStood();
    this.established = false;
    this.current = next;
    this.transport?.end();
  }

  /** The attempt or the connection is of no use any more; the next attempt follows after a pause. */
  private giveUp(reason: AkmError, isRejected = false): void {
    const wasEstablished = this.established;
    this.wasRejected = isRejected;
    this.noteStood();
    this.release()?.drop();
    if (!this.reason) this.changedAt = Date.now();
    this.reason = reason;
    this.pauseTimer = setTimeout(() => this.connect(), this.backoff.next());
    this.current = 'disconnected';
    if (wasEstablished) this.listener.onLost(reason);
    this.reportState('disconnected', reason);
  }

  /** Forgets the attempt and the transport, and returns that. */
  private release(): Transport | undefined {
    const { transport } = this;
    this.attemptDeadline?.cancel();
    clearTimeout(this.pauseTimer);
    this.attempt = undefined;
    this.transport = undefined;
    this.established = false;
    return transport;
  }

  private noteStood(): void {
    if (this.current === 'connected') this.backoff.stood(performance.now() - this.confirmedAt);
  }

  private async shutDown(): Promise<void> {
    const transport = this.release();
    this.changedAt = Date.now();
    this.changeState('closed');
    await transport?.close();
  }

  private writeFailed(cause: Error): AkmError {
    return this.current === 'closed'
      ? new AkmError('AKM_CLOSED', `The connection to ${this.peer} was closed before the bytes were taken`, {
          cause,
        })
      : this.lostError(socketMessage(cause), cause);
  }

  private changeState(state: ConnectionState): void {
    if (this.current === state) return;
    this.current = state;
    this.reportState(state);
  }

  /** @param state that was entered; if what was called meanwhile has changed it again, that was reported already */
  private reportState(state: ConnectionState, error?: AkmError): void {
    if (this.current === state) this.listener.onStateChange(state, error);
  }
}

/** If a name resolves to several addresses, the error of the attempts as a whole has no message of its own. */
function socketMessage(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : error.message;
}
