import { connect, type Socket } from 'node:net';
import type { AkmError } from '../../errors.js';
import type { Dialect } from '../../protocol/header.js';
import { ReadBuffer } from './read-buffer.js';
import { Receiver, type ReceiverUser } from './receiver.js';

/** What a {@link Link} tells whoever made it, until that drops or closes it. None of these may throw. */
export interface LinkOwner {
  /** The peer has accepted the connection; nothing was written to it yet. */
  established(): void;
  /** The socket takes more again. */
  drained(): void;
  /** The peer sent what the protocol does not allow: nothing that follows can be understood. */
  broken(reason: AkmError): void;
  /** It could not be made, or was lost; without a failure the peer has ended it. */
  gone(failure: Error | undefined): void;
  /** It is gone because we ended it. */
  ended(): void;
}

/** How long a peer may take to finish its side of an orderly end before the socket is destroyed, in milliseconds. */
const CLOSE_LIMIT = 2000;
/** When TCP itself starts to ask whether the peer is still there, in milliseconds of silence. */
const KEEP_ALIVE_DELAY = 15_000;

/** Bytes that may wait in the socket before a write counts as too much: two writes of a full buffer of frames. */
const WRITE_LIMIT = { writableHighWaterMark: 2 * 65_536 };

/**
 * One socket, from the attempt to its end. It is never used again: the next connection gets another one with a decoder of its own, so
 * nothing of an old one can be taken for the new one's.
 */
export class Link {
  /** What arrives on it. */
  readonly receiver: Receiver;
  private readonly socket: Socket;
  /** Set when nothing of it is told any more. */
  private silent = false;
  /** The limit of its orderly end: set once it is being ended. */
  private limit: NodeJS.Timeout | undefined;

  /**
   * Starts the attempt.
   * @param user gets what arrives
   * @throws where no such host or port can be connected to
   */
  constructor(
    dialect: Dialect,
    address: { host: string; port: number },
    user: ReceiverUser,
    private readonly owner: LinkOwner,
  ) {
    this.receiver = new Receiver(dialect, user, {
      failed: (reason) => owner.broken(reason),
      resume: () => this.socket.resume(),
    });
    const buffer = new ReadBuffer();
    this.socket = connect({
      host: address.host,
      port: address.port,
      noDelay: true,
      onread: {
        buffer: buffer.next,
        callback: (size) => this.silent || this.receiver.take(buffer.filled(size)),
      },
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

  /** @param taken called once: without an error when the operating system has taken the bytes, with one when it never will */
  write(frame: Buffer, taken?: (error?: Error | null) => void): void {
    this.socket.write(frame, taken);
  }

  /** Ends it in an orderly way, within two seconds. What arrives until then is still handed on. */
  end(): void {
    this.receiver.drain();
    this.limit ??= setTimeout(() => this.socket.destroy(), CLOSE_LIMIT);
    this.socket.end();
  }

  /** Destroys it, and tells nothing more. */
  drop(): void {
    this.silence();
    this.socket.destroy();
  }

  /** Ends it, in an orderly way where the connection stood, and tells nothing more. Resolves when it is gone; never rejects. */
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
    this.silent = true;
    this.receiver.stop();
  }

  private listen(): void {
    const { owner, socket } = this;
    let failure: Error | undefined;
    socket.on('connect', () => {
      if (this.silent) return;
      if (isOwnEnd(socket)) {
        failure = new Error(`connect ECONNREFUSED ${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`);
        socket.resetAndDestroy(); // an orderly end would keep the port from the peer for a while
        return;
      }
      socket.setKeepAlive(true, KEEP_ALIVE_DELAY);
      owner.established();
    });
    socket.on('drain', () => {
      if (!this.silent && !this.limit) owner.drained();
    });
    socket.on('end', () => {
      // it will answer nothing any more, though it may be long in taking what we still had to say
      if (!this.silent && !this.limit) owner.gone(undefined);
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      clearTimeout(this.limit);
      this.receiver.finish();
      if (this.silent) return;
      if (this.limit) owner.ended();
      else owner.gone(failure);
    });
  }
}

/**
 * Whether a socket is connected to itself. Linux may pick the very port that is connected to as the local one, where nobody listens
 * there: then the connection succeeds, and what is written comes back.
 */
function isOwnEnd({ localAddress, localPort, remoteAddress, remotePort }: Socket): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}
