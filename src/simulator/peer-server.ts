import { createServer, type Server, type Socket } from 'node:net';
import { FrameDecoder } from '../protocol/frame-decoder.js';
import type { Dialect } from '../protocol/header.js';
import { codeOf } from '../protocol/message.js';

/** Ways in which a simulated peer can misbehave. */
export const FAULTS = {
  silent: 'accepts connections and never answers',
  reject: 'refuses every changing request and registration',
  slow: 'answers 3 seconds late',
  garbage: 'answers with bytes that are no message',
  disconnect: 'ends the connection at every request',
} as const;

/** The name of one of {@link FAULTS}. */
export type Fault = keyof typeof FAULTS;

/** One client's connection to a simulated service. */
export interface Session {
  /** Writes to this session what `cause` asked for. `cause` is not read any further while this session is slow to take it. */
  write(frame: Buffer, cause: Session): void;
}

/** What a simulated service does. */
export interface PeerService {
  readonly dialect: Dialect;
  /** Answers a message by writing to sessions. What it throws ends the session. */
  received(session: Session, code: number, payload: Buffer): void;
  closed(session: Session): void;
}

const SLOW_DELAY = 3000;
/** How many late answers a session can be owed before it is not read any further: no client can fill the memory with them. */
const MAX_LATE = 64;
/** Connections to one service at a time. */
const MAX_SESSIONS = 1024;
/** What the `garbage` fault answers. */
const GARBAGE = Buffer.from('this is no AKM message\r\n');

/** A TCP server around one simulated service. */
export class PeerServer {
  private readonly server: Server;
  private readonly sessions = new Set<PeerSession>();

  constructor(service: PeerService, fault: Fault | undefined) {
    this.server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
      const session = new PeerSession(socket, service, fault);
      this.sessions.add(session);
      socket.on('close', () => this.sessions.delete(session));
    });
    this.server.maxConnections = MAX_SESSIONS;
  }

  /**
   * Listens; resolves to the port.
   * @throws (as a rejection) the system's error, e.g. with code `EADDRINUSE`
   */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port }, () => {
        this.server.off('error', reject);
        this.server.on('error', () => undefined); // a connection that could not be accepted is its client's loss alone
        const address = this.server.address();
        resolve(address !== null && typeof address === 'object' ? address.port : port);
      });
    });
  }

  /** Ends every session and stops listening. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      for (const session of this.sessions) session.destroy();
    });
  }
}

class PeerSession implements Session {
  private readonly timers = new Set<NodeJS.Timeout>();
  /** Who is not read any further until this session has taken what was written to it. */
  private readonly heldUp = new Set<PeerSession>();
  /** What keeps this session from being read: sessions that are slow to take what it has sent, or the answers it is owed. */
  private readonly holders = new Set<object>();

  constructor(
    private readonly socket: Socket,
    private readonly service: PeerService,
    private readonly fault: Fault | undefined,
  ) {
    const decoder = new FrameDecoder(service.dialect, (payload) => {
      if (this.socket.destroyed) decoder.stop();
      else this.take(payload);
    });
    socket.on('data', (chunk) => {
      try {
        decoder.push(chunk);
      } catch {
        this.destroy(); // a client that breaks the protocol is not talked to any further
      }
    });
    socket.on('drain', () => this.release());
    socket.on('error', () => undefined); // 'close' follows, and says all there is to know
    socket.on('close', () => {
      for (const timer of this.timers) clearTimeout(timer);
      this.release();
      this.service.closed(this);
    });
  }

  write(frame: Buffer, cause: PeerSession): void {
    if (this.socket.destroyed || this.socket.write(frame)) return;
    this.heldUp.add(cause);
    cause.hold(this);
  }

  destroy(): void {
    this.socket.destroy();
  }

  private release(): void {
    for (const source of this.heldUp) source.letGo(this);
    this.heldUp.clear();
  }

  private hold(holder: object): void {
    this.holders.add(holder);
    this.socket.pause();
  }

  private letGo(holder: object): void {
    this.holders.delete(holder);
    if (this.holders.size === 0) this.socket.resume();
  }

  private take(payload: Buffer): void {
    const code = codeOf(payload);
    if (code === undefined || this.fault === 'silent') return;
    if (this.fault === 'disconnect') this.destroy();
    else if (this.fault === 'garbage') this.write(GARBAGE, this);
    else if (this.fault === 'slow') this.later(code, Buffer.from(payload));
    else this.service.received(this, code, payload);
  }

  private later(code: number, payload: Buffer): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (this.timers.size < MAX_LATE) this.letGo(this.timers);
      try {
        this.service.received(this, code, payload);
      } catch {
        this.destroy();
      }
    }, SLOW_DELAY);
    this.timers.add(timer);
    if (this.timers.size >= MAX_LATE) this.hold(this.timers);
  }
}
