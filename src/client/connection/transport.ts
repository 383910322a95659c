import type { LookupAddress } from 'node:dns';
import { connect, type Socket } from 'node:net';
import { AkmError, messageOf } from '../../errors.js';
import { FrameDecoder } from '../../protocol/frame-decoder.js';
import type { Dialect } from '../../protocol/header.js';
import { ReadBuffer } from './read-buffer.js';
import { ReceiveThrottle } from './receive-throttle.js';

/** What a {@link Transport} reports, until it is dropped or closed. None of these may throw. */
export interface TransportListener {
  /** The peer has accepted the connection; nothing was written to it yet. */
  onEstablished(): void;
  /** Bytes have arrived, a whole message or not. */
  onActivity(bytes: number): void;
  /**
   * A whole payload.
   * @param payload a view that is valid during the call only
   * @param chunk the {@link Transport.chunks} that its first byte came with
   * @returns whether a flow has got it, and does something with it later
   */
  onFrame(payload: Buffer, chunk: number): boolean;
  /** The peer sent what the protocol does not allow: nothing that follows can be understood. */
  onProtocolError(reason: AkmError): void;
  /** The socket takes more again. */
  onDrain(): void;
  /** The connection could not be made, or was lost; without a failure the peer has ended it. */
  onGone(failure: Error | undefined): void;
  /** The socket is closed because we ended it. */
  onEnded(): void;
}

/** Where and how to connect. */
export interface TransportOptions {
  /** The name that the addresses are of. */
  host: string;
  /** Tried in this order. */
  addresses: readonly LookupAddress[];
  port: number;
  /** How long each address may take where there are several, in milliseconds. */
  attemptTimeout: number;
}

/** How long a peer may take to finish its side of an orderly end before the socket is destroyed, in milliseconds. */
const CLOSE_LIMIT = 2000;
/** When TCP itself starts to ask whether the peer is still there, in milliseconds of silence: about the heartbeat's own time. */
const KEEP_ALIVE_DELAY = 15_000;
/** The least that Node.js takes for the time of an address, in milliseconds. */
const LEAST_ATTEMPT = 10;

/** Bytes that may wait in the socket before a write counts as too much: two writes of a full buffer of frames. */
const WRITE_LIMIT = { writableHighWaterMark: 2 * 65_536 };

/**
 * One socket, from the attempt to its end, and the payloads that arrive on it. It is never used again: the next connection gets another
 * one with a decoder of its own, so nothing of an old one can be taken for the new one's.
 *
 * Payloads are decoded only as fast as flows take them. Meanwhile the socket does not read, so a peer that is too fast comes to feel it,
 * and nothing piles up here.
 */
export class Transport {
  /** How many times the socket was read: tells what had arrived before something was written from what arrives later. */
  chunks = 0;
  private readonly socket: Socket;
  private readonly decoder: FrameDecoder;
  private readonly throttle = new ReceiveThrottle(() => this.resume());
  /** What was read and is not decoded yet. */
  private unread: { chunk: Buffer; offset: number } | undefined;
  /** The chunk that the message being decoded began in. */
  private began = 0;
  private behind = false;
  private draining = false;
  /** Nothing is reported any more. */
  private isSilent = false;
  /** The limit of its orderly end: set once it is being ended. */
  private limit: NodeJS.Timeout | undefined;

  /**
   * Starts the attempt.
   * @throws if there is no such address or port
   */
  constructor(
    dialect: Dialect,
    options: TransportOptions,
    private readonly listener: TransportListener,
  ) {
    this.decoder = new FrameDecoder(dialect, (payload) =>
      this.throttle.spend(listener.onFrame(payload, this.began)),
    );
    const buffer = new ReadBuffer();
    this.socket = connect({
      ...target(options),
      port: options.port,
      noDelay: true,
      onread: { buffer: buffer.next, callback: (size) => this.onData(buffer.filled(size)) },
      ...WRITE_LIMIT,
    });
    this.listen();
  }

  /** The address actually connected to; undefined without a connection. */
  get remoteAddress(): string | undefined {
    return this.socket.remoteAddress;
  }

  /** Whether a write would not pile up in memory. */
  get writable(): boolean {
    return !this.socket.writableNeedDrain;
  }

  /** Whether more has arrived than is decoded: an answer may be among it. */
  get isBehind(): boolean {
    return this.behind;
  }

  /** @param taken called once: without an error when the operating system has taken the bytes, with one when it never will */
  write(frame: Buffer, taken?: (error?: Error | null) => void): void {
    this.socket.write(frame, taken);
  }

  /** Ends it in an orderly way, within two seconds. What arrives until then is still decoded. */
  end(): void {
    this.draining = true;
    this.limit ??= setTimeout(() => this.socket.destroy(), CLOSE_LIMIT);
    this.socket.end();
  }

  /** Destroys it, and reports nothing more. */
  drop(): void {
    this.silence();
    this.socket.destroy();
  }

  /** Ends it, in an orderly way if the connection stood, and reports nothing more. Resolves when it is closed; never rejects. */
  async close(): Promise<void> {
    const { socket } = this;
    this.silence();
    if (socket.closed) return;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    if (socket.connecting) {
      socket.destroy();
    } else {
      socket.resume(); // unread bytes would keep the end from being seen
      this.end();
    }
    await closed;
  }

  private silence(): void {
    this.isSilent = true;
    this.decoder.stop();
  }

  /** Takes what the socket has read. Returns whether it may go on reading; else the chunk must stay as it is until {@link resume}. */
  private onData(chunk: Buffer): boolean {
    if (this.isSilent) return true;
    this.chunks += 1;
    this.listener.onActivity(chunk.length);
    this.unread = { chunk, offset: 0 };
    this.behind = !this.decode(false);
    return !this.behind;
  }

  /** Goes on with what was read when flows may have more; then the socket reads again. */
  private resume(): void {
    if (!this.behind || this.isSilent || !this.decode(this.draining)) return;
    this.socket.resume();
    setImmediate(() => {
      if (!this.unread) this.behind = false; // nothing more was there to be read
    });
  }

  /**
   * Decodes what was read, as far as this turn of the event loop allows.
   * @param all without regard to that: what is being ended has little time left
   * @returns whether all of it is decoded
   */
  private decode(all: boolean): boolean {
    const { unread, decoder, throttle } = this;
    if (!unread) return true;
    const { chunk } = unread;
    try {
      while (unread.offset < chunk.length && (all || !throttle.isSpent)) {
        if (!decoder.midFrame) this.began = this.chunks;
        unread.offset = decoder.take(chunk, unread.offset);
      }
    } catch (error) {
      unread.offset = chunk.length;
      this.listener.onProtocolError(
        error instanceof AkmError ? error : new AkmError('AKM_PROTOCOL', messageOf(error), { cause: error }),
      );
    }
    if (!this.isSilent && unread.offset < chunk.length) return false;
    this.unread = undefined;
    return true;
  }

  private listen(): void {
    const { listener, socket } = this;
    let failure: Error | undefined;
    socket.on('connect', () => {
      if (this.isSilent) return;
      if (isOwnEnd(socket)) {
        failure = new Error(`connect ECONNREFUSED ${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`);
        socket.resetAndDestroy(); // an orderly end would keep the port from the peer for a while
        return;
      }
      socket.setKeepAlive(true, KEEP_ALIVE_DELAY);
      listener.onEstablished();
    });
    socket.on('drain', () => {
      if (!this.isSilent && !this.limit) listener.onDrain();
    });
    socket.on('end', () => {
      // it will answer nothing any more, though it may be long in taking what we still had to say
      if (!this.isSilent && !this.limit) this.gone(undefined);
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      clearTimeout(this.limit);
      if (this.limit) this.decode(true);
      if (this.isSilent) return;
      if (this.limit) listener.onEnded();
      else this.gone(failure);
    });
  }

  /** What was read before the connection broke is decoded first. */
  private gone(failure: Error | undefined): void {
    this.decode(true);
    if (!this.isSilent) this.listener.onGone(failure);
  }
}

/** Node.js tries several addresses one after the other, and moves on after 250 ms each unless told otherwise. */
function target({ host, addresses, attemptTimeout }: TransportOptions): object {
  const [first, ...others] = addresses;
  if (others.length === 0) return { host: first?.address };
  return {
    host,
    lookup: (_host: string, _options: object, found: (error: null, all: readonly LookupAddress[]) => void) =>
      found(null, addresses),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.max(LEAST_ATTEMPT, attemptTimeout),
  };
}

/**
 * Whether a socket is connected to itself. Linux may pick the very port that is connected to as the local one, where nobody listens
 * there: then the connection succeeds, and what is written comes back.
 */
function isOwnEnd({ localAddress, localPort, remoteAddress, remotePort }: Socket): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}
