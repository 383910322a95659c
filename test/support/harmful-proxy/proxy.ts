import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FrameDecoder } from '../../../src/protocol/frame-decoder.js';
import { HEADER_SIZE, writeHeader, type Dialect } from '../../../src/protocol/header.js';
import { withResolvers } from '../mailbox.js';
import { turn } from '../promises.js';

/** What becomes of one whole frame on its way through one direction of a connection. The next frame waits until it is done. */
export type Harm = (frame: Buffer, way: Way) => void | Promise<void>;

/** What a {@link HarmfulProxy} does to the connections it carries; what is left out passes unharmed. */
export interface Fault {
  /** Does it to frames of the client. */
  toPeer?: Harm;
  /** Does it to frames of the peer. */
  toClient?: Harm;
  /** Connection attempts are refused. */
  refuses?: boolean;
  /** Connections are accepted and broken with a reset. */
  resets?: boolean;
}

/**
 * A loopback address of this process's own, where the system has more than one. A proxy frees its port while it refuses connections: at
 * 127.0.0.1 anybody else's socket could be given that port meanwhile.
 */
export const OWN_LOOPBACK =
  process.platform === 'linux' ? `127.16.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}` : '127.0.0.1';
/** Turns of the event loop after which whatever was sent within this machine has arrived and was seen to at both ends. */
const CALM_TURNS = 12;

/** Stands between a client and a peer, and does harm to order. It knows frames, so that a fault can strike at a place in one. */
export class HarmfulProxy {
  private fault: Fault = {};
  private struck = withResolvers<undefined>();
  /** How many times bytes have moved. */
  private moves = 0;
  private readonly wires = new Set<Wire>();
  private readonly server: Server;
  private address: AddressInfo | undefined;

  private constructor(
    dialect: Dialect,
    peerPort: number,
    readonly host: string,
  ) {
    this.server = createServer({ noDelay: true }, (client) => {
      if (this.fault.resets) {
        this.strike();
        client.on('error', () => undefined).resetAndDestroy();
        return;
      }
      const wire = new Wire(client, connect({ host: '127.0.0.1', port: peerPort, noDelay: true }), dialect, {
        toPeer: (frame, way) => this.pass(this.fault.toPeer, frame, way),
        toClient: (frame, way) => this.pass(this.fault.toClient, frame, way),
        moved: () => (this.moves += 1),
      });
      this.wires.add(wire);
      void wire.gone.then(() => this.wires.delete(wire));
    });
  }

  /** Starts a proxy at a free port in front of a peer at 127.0.0.1. */
  static async listen(dialect: Dialect, peerPort: number, host = '127.0.0.1'): Promise<HarmfulProxy> {
    const proxy = new HarmfulProxy(dialect, peerPort, host);
    await proxy.listen(0);
    return proxy;
  }

  get port(): number {
    return this.address?.port ?? 0;
  }

  /** Resolves when the fault there is has struck for the first time. */
  get harmed(): Promise<undefined> {
    return this.struck.promise;
  }

  /** Does harm from now on. */
  harm(fault: Fault): void {
    this.fault = fault;
    this.struck = withResolvers();
    if (fault.refuses) this.server.close();
  }

  /** Resolves when no byte has moved for a while, so that nothing more comes unless time passes. */
  async calm(): Promise<void> {
    for (let turns = 0, seen = this.moves; turns < CALM_TURNS; turns += 1) {
      await turn();
      if (seen !== this.moves) turns = 0;
      seen = this.moves;
    }
  }

  /** Ends the connections that swallow, at both ends. */
  endSwallowed(): void {
    for (const wire of this.wires) if (wire.swallows) wire.destroy();
  }

  /**
   * Does no harm to whatever comes from now on. What was swallowed stays so: a connection that a firewall has forgotten never comes
   * back. But the peer notices that such a one is gone, where the client has given it up.
   */
  async lift(): Promise<void> {
    this.fault = {};
    for (const wire of this.wires) wire.bury();
    if (!this.server.listening) await this.listen(this.port);
  }

  /** Ends whatever there is. */
  async close(): Promise<void> {
    const wires = [...this.wires];
    for (const wire of wires) wire.destroy();
    const closed = this.server.listening ? once(this.server, 'close') : undefined;
    this.server.close();
    await Promise.all([closed, ...wires.map((wire) => wire.gone)]);
  }

  private pass(harm: Harm | undefined, frame: Buffer, way: Way): void | Promise<void> {
    if (!harm) {
      way.write(frame);
      return;
    }
    this.strike();
    return harm(frame, way);
  }

  private strike(): void {
    this.struck.resolve(undefined);
  }

  private async listen(port: number): Promise<void> {
    this.server.listen({ host: this.host, port });
    await once(this.server, 'listening');
    this.address = this.server.address() as AddressInfo;
  }
}

/** What a wire does to frames, and whom it tells that something happens on it. */
interface WireUser {
  toPeer: Harm;
  toClient: Harm;
  moved: () => void;
}

/** One connection through the proxy: the client's, and one to the peer. */
class Wire {
  /** Resolves when nothing of it is left. */
  readonly gone: Promise<unknown>;
  private readonly ways: readonly Way[];

  constructor(
    private readonly client: Socket,
    private readonly peer: Socket,
    dialect: Dialect,
    { toPeer: harmToPeer, toClient: harmToClient, moved }: WireUser,
  ) {
    const toPeer = new Way(client, peer, dialect, harmToPeer, moved);
    const toClient = new Way(peer, client, dialect, harmToClient, moved);
    this.ways = [toPeer, toClient];
    client.on('close', () => {
      for (const way of this.ways) way.clear();
      if (!this.swallows) peer.destroy();
    });
    peer.on('close', () => {
      if (!this.swallows) void toClient.idle.then(() => client.end());
    });
    this.gone = Promise.all(
      [client, peer].map((socket) => new Promise((done) => socket.once('close', done))),
    );
  }

  /** Whether one of the ends never hears of what becomes of the other. */
  get swallows(): boolean {
    return this.ways.some(({ dead }) => dead);
  }

  /** The peer notices that the client is gone. */
  bury(): void {
    if (this.client.destroyed) this.peer.destroy();
  }

  destroy(): void {
    for (const way of this.ways) way.clear();
    this.client.destroy();
    this.peer.destroy();
  }
}

/** One direction of a connection through the proxy. */
export class Way {
  /** Whether it swallows whatever comes, for good. */
  dead = false;
  /** Resolves when all that has come so far is dealt with. */
  idle: Promise<void> = Promise.resolve();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    readonly dialect: Dialect,
    harm: Harm,
    private readonly moved: () => void,
  ) {
    moved();
    const decoder = new FrameDecoder(dialect, (payload) => {
      const frame = frameOf(dialect, payload);
      this.idle = this.idle.then(() => (this.dead ? undefined : harm(frame, this)));
    });
    from.on('error', () => undefined); // 'close' follows
    from.on('close', moved);
    from.on('data', (chunk) => {
      moved();
      try {
        decoder.push(chunk);
      } catch {
        this.cut(); // an end that breaks the protocol of itself is not carried any further
      }
    });
  }

  /** Passes bytes on. */
  write(bytes: Buffer): void {
    this.moved();
    if (!this.dead && this.to.writable) this.to.write(bytes);
  }

  /** Passes bytes on one at a time, each in a packet of its own as far as TCP lets it. */
  async writeSingly(bytes: Buffer): Promise<void> {
    for (const byte of bytes) {
      this.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Lets time pass. */
  async wait(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        resolve();
      }, milliseconds);
      this.timers.add(timer);
    });
  }

  /** Swallows whatever comes from now on, without a word to either end. */
  die(): void {
    this.dead = true;
  }

  /** Ends the connection in an orderly way, on both sides. */
  cut(): void {
    this.to.end();
    this.from.end();
  }

  /** Breaks the connection, on both sides. */
  reset(): void {
    for (const socket of [this.to, this.from]) {
      if (socket.writableEnded)
        socket.destroy(); // Node.js never closes one that is reset while it is being ended
      else socket.resetAndDestroy();
    }
  }

  /** Forgets what it held back. */
  clear(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}

/** A frame around a payload, as its sender made it. */
export function frameOf(dialect: Dialect, payload: Buffer): Buffer {
  const frame = Buffer.alloc(HEADER_SIZE + payload.length);
  writeHeader(frame, dialect, payload.length);
  payload.copy(frame, HEADER_SIZE);
  return frame;
}
