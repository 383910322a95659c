import { connect, type Socket } from 'node:net';
import { AkmError, messageOf } from '../errors.js';
import type { Dialect, Service } from '../protocol/header.js';
import { Backoff } from './backoff.js';
import type { CheckedOptions } from './options.js';
import { Receiver } from './receiver.js';

/**
 * - `idle`: not opened yet, or let go until it is needed;
 * - `connecting`: an attempt is under way;
 * - `connected`;
 * - `disconnected`: the last attempt failed or the connection was lost; the next attempt is scheduled;
 * - `closed`: for good.
 */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'disconnected' | 'closed';

/** What a {@link Connection} tells its one user. None of these may throw. */
export interface ConnectionUser {
  /** Every change of state; `error` says why it is `disconnected`. */
  stateChanged(state: ConnectionState, error?: AkmError): void;
  /** A connection stands, with nothing written to it yet. */
  connected(): void;
  /** Something has arrived, a whole message or not. */
  heard(): void;
  /**
   * A whole payload. The buffer is a view that is valid during the call only.
   * @returns whether a flow has got something to do with it, which it does later
   */
  payload(payload: Buffer): boolean;
  /** All that had arrived so far was handed on. */
  settled(): void;
  /** The socket takes more again. */
  drained(): void;
  /** The connection that stood is gone, and all that was in flight on it. */
  lost(error: AkmError): void;
}

/** How the services are called in messages to people. */
export const SERVICE_NAMES: Readonly<Record<Service, string>> = { amm: 'AMM', app: 'AppEndpoint' };

/** How long a peer may take to finish its side of an orderly end before the socket is destroyed, in milliseconds. */
const CLOSE_LIMIT = 2000;
/** When TCP itself starts to ask whether the peer is still there, in milliseconds of silence. */
const KEEP_ALIVE_DELAY = 15_000;

/**
 * Bytes that are read at one time, always into the same buffer: 16 frames of application data. What is handed on is a view of it, and a
 * fresh buffer for each read costs more than all the rest of receiving. Not shared among sockets: where the system reads on its own, as
 * Windows does, it holds on to a socket's buffer meanwhile.
 */
const READ_SIZE = 65_536;
/** Bytes that may wait in the socket before a write counts as too much: two writes of a full buffer of frames. */
const WRITE_LIMIT = { writableHighWaterMark: 2 * 65_536 };

/** What is to follow when a socket that we ended has closed. */
type Sequel = 'reconnect' | 'rest';

/**
 * One live TCP connection to one service: opened, lost, opened again with pauses that grow, until closed. It knows frames but no
 * messages.
 *
 * Each socket gets handlers of its own that look whether they are still the current one's, so an event of an old socket can
 * never be taken for the new one's.
 */
export class Connection {
  private current: ConnectionState = 'idle';
  private socket: Socket | undefined;
  /** Set while the current socket is being ended in an orderly way. */
  private sequel: Sequel | undefined;
  /** The one timer: an attempt's deadline, the pause before the next, or the limit of an orderly end. */
  private timer: NodeJS.Timeout | undefined;
  private receiver: Receiver | undefined;
  private readonly backoff: Backoff;
  private closing: Promise<void> | undefined;
  private establishedAt = 0;
  /** Why there is no connection, while there is none. */
  private reason: AkmError | undefined;

  constructor(
    private readonly dialect: Dialect,
    private readonly options: CheckedOptions,
    private readonly user: ConnectionUser,
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

  /** The address actually connected to, however the host was spelled; undefined without a connection. */
  get remoteAddress(): string | undefined {
    return this.current === 'connected' ? this.socket?.remoteAddress : undefined;
  }

  /** Whether the payloads of one chunk are being handed on: none of them can answer what is written only now. */
  get receiving(): boolean {
    return this.receiver?.isHandingOn ?? false;
  }

  /** Whether more has arrived than could be handed on yet: an answer may be among it. */
  get behind(): boolean {
    return this.receiver?.isBehind ?? false;
  }

  /** Whether a message has begun to arrive, and not ended yet. */
  get midFrame(): boolean {
    return this.receiver?.midFrame ?? false;
  }

  /** Whether a write would neither fail nor pile up in memory. */
  get writable(): boolean {
    return this.current === 'connected' && this.socket?.writableNeedDrain === false;
  }

  /** Connects, unless that is under way or done. Does nothing once closed. */
  open(): void {
    if (this.current === 'idle') this.attempt();
  }

  /**
   * Hands a frame to the socket.
   * @param taken called once: without an error when the operating system has taken the bytes, with one when it never will
   */
  write(frame: Buffer, taken?: (error?: AkmError) => void): void {
    const { socket } = this;
    if (this.current !== 'connected' || !socket) {
      taken?.(this.notConnected());
      return;
    }
    socket.write(
      frame,
      taken &&
        ((error) => {
          taken(error ? this.writeFailed(error) : undefined);
        }),
    );
  }

  /** Gives the connection up because it cannot be trusted any more, and makes a new one. */
  replace(reason: AkmError): void {
    if (this.current === 'connected') this.socketGone(reason);
  }

  /** Ends the connection in an orderly way and makes a new one: what the peer tied to the old one is freed. */
  renew(): void {
    if (this.current !== 'connected') return;
    this.end('reconnect');
    const reason = new AkmError('AKM_CONNECTION_LOST', `The connection to ${this.peer} is being renewed`);
    this.changeState('connecting', undefined, reason);
  }

  /** Ends the connection in an orderly way until `open` is called again. */
  rest(): void {
    if (this.current !== 'connected') return;
    this.end('rest');
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

  private attempt(): void {
    this.changeState('connecting');
    if (this.socket) {
      // the last socket is still being ended in an orderly way; the attempt follows when it has closed
      this.sequel = 'reconnect';
      return;
    }
    const { host, port, requestTimeout } = this.options;
    let socket: Socket;
    try {
      socket = connect({
        host,
        port,
        noDelay: true,
        onread: { buffer: Buffer.allocUnsafeSlow(READ_SIZE), callback: (size, buffer) => read(size, buffer) },
        ...WRITE_LIMIT,
      });
    } catch (error) {
      this.pause(new AkmError('AKM_NOT_CONNECTED', messageOf(error), { cause: error }));
      return;
    }
    const read = this.receiveFrom(socket);
    this.socket = socket;
    this.setTimer(requestTimeout, () => {
      this.socketGone(new AkmError('AKM_TIMEOUT', `no connection within ${requestTimeout} ms`));
    });
    this.listen(socket);
  }

  private listen(socket: Socket): void {
    const isCurrent = (): boolean => this.socket === socket;
    let failure: Error | undefined;
    socket.on('connect', () => {
      if (!isCurrent()) return;
      if (isOwnEnd(socket)) {
        failure = new Error(`connect ECONNREFUSED ${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`);
        socket.resetAndDestroy(); // an orderly end would keep the port from the peer for a while
        return;
      }
      socket.setKeepAlive(true, KEEP_ALIVE_DELAY);
      this.established();
    });
    socket.on('drain', () => {
      if (isCurrent() && this.current === 'connected') this.user.drained();
    });
    socket.on('end', () => {
      // it will answer nothing any more, though it may be long in taking what we still had to say
      if (isCurrent() && !this.sequel) this.socketClosed(undefined);
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      if (!isCurrent()) return;
      this.receiver?.finish();
      if (isCurrent()) this.socketClosed(failure);
    });
  }

  /** Returns what is to be called with all that the socket reads, and returns whether it may go on. */
  private receiveFrom(socket: Socket): (size: number, buffer: Uint8Array) => boolean {
    const isCurrent = (): boolean => this.socket === socket;
    const receiver = new Receiver(this.dialect, {
      isCurrent,
      isEnding: () => this.sequel !== undefined,
      payload: (payload) => {
        this.backoff.reset(); // a peer that speaks the protocol is no reason for long pauses
        return this.user.payload(payload);
      },
      settled: () => {
        this.user.settled();
      },
      failed: (reason) => {
        this.replace(
          new AkmError(reason.code, `${this.peer} broke the protocol: ${reason.message}`, { cause: reason }),
        );
      },
      resume: () => socket.resume(),
    });
    this.receiver = receiver;
    return (size, buffer) => {
      if (!isCurrent()) return true;
      this.user.heard();
      return receiver.take(Buffer.from(buffer.buffer, buffer.byteOffset, size));
    };
  }

  private established(): void {
    this.clearTimer();
    this.reason = undefined;
    this.establishedAt = performance.now();
    this.changeState('connected');
    this.user.connected();
  }

  private socketClosed(failure: Error | undefined): void {
    if (this.sequel) {
      this.afterOrderlyEnd(this.sequel);
      return;
    }
    const why = failure ? socketMessage(failure) : 'the peer ended it';
    const details = { cause: failure };
    this.socketGone(
      this.current === 'connected'
        ? new AkmError('AKM_CONNECTION_LOST', `The connection to ${this.peer} was lost: ${why}`, details)
        : new AkmError('AKM_NOT_CONNECTED', why, details),
    );
  }

  /** The current socket is of no use any more: it is destroyed, and the next attempt follows after a pause. */
  private socketGone(reason: AkmError): void {
    const wasConnected = this.current === 'connected';
    if (wasConnected && performance.now() - this.establishedAt > this.options.reconnectMax)
      this.backoff.reset();
    this.socket?.destroy();
    this.socket = undefined;
    this.pause(reason, wasConnected);
  }

  private pause(reason: AkmError, wasConnected = false): void {
    this.reason = reason;
    this.setTimer(this.backoff.next(), () => {
      this.attempt();
    });
    this.changeState('disconnected', reason, wasConnected ? reason : undefined);
  }

  private end(sequel: Sequel): void {
    const { socket } = this;
    this.sequel = sequel;
    this.setTimer(CLOSE_LIMIT, () => socket?.destroy());
    socket?.end();
  }

  private afterOrderlyEnd(sequel: Sequel): void {
    this.clearTimer();
    this.socket = undefined;
    this.sequel = undefined;
    if (sequel === 'reconnect') this.attempt();
  }

  private async shutDown(): Promise<void> {
    const { socket } = this;
    const wasConnected = this.current === 'connected' || this.sequel !== undefined;
    this.clearTimer();
    this.socket = undefined; // from here on the handlers take the socket's events for old ones
    this.sequel = undefined;
    this.changeState('closed');
    if (!socket || socket.closed) return;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(() => socket.destroy(), CLOSE_LIMIT);
      socket.once('close', () => {
        clearTimeout(limit);
        resolve();
      });
      if (wasConnected) {
        socket.resume(); // unread bytes would keep the end from being seen
        socket.end();
      } else {
        socket.destroy();
      }
    });
  }

  private writeFailed(cause: Error): AkmError {
    return this.current === 'closed'
      ? new AkmError('AKM_CLOSED', `The connection to ${this.peer} was closed before the bytes were taken`, {
          cause,
        })
      : new AkmError(
          'AKM_CONNECTION_LOST',
          `The connection to ${this.peer} was lost: ${socketMessage(cause)}`,
          { cause },
        );
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

/**
 * Whether a socket is connected to itself. Linux may pick the very port that is connected to as the local one, where nobody listens
 * there: then the connection succeeds, and what is written comes back.
 */
function isOwnEnd({ localAddress, localPort, remoteAddress, remotePort }: Socket): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}

/** Where a name resolves to several addresses, the error of the attempts as a whole has no message of its own. */
function socketMessage(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : error.message;
}
