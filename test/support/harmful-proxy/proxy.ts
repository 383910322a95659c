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
  /** Which frames of the two it strikes; all where this is left out. */
  strikes?: (frame: Buffer, to: 'peer' | 'client') => boolean;
  /** Connection attempts are refused. */
  refuses?: boolean;
}

/** Stands between a client and a peer, and does harm to order. It knows frames, so that a fault can strike at a place in one. */
export class HarmfulProxy {
  private fault: Fault = {};
  private struck = false;
  private strike = withResolvers<undefined>();
  private readonly wires = new Set<Wire>();
  private readonly server: Server;
  private address: AddressInfo | undefined;

  private constructor(dialect: Dialect, peerPort: number) {
    this.server = createServer({ noDelay: true }, (client) => {
      const wire = new Wire(client, connect({ host: '127.0.0.1', port: peerPort, noDelay: true }), dialect, {
        toPeer: (frame, way) => this.pass(frame, way, 'peer', this.fault.toPeer),
        toClient: (frame, way) => this.pass(frame, way, 'client', this.fault.toClient),
      });
      this.wires.add(wire);
      void wire.gone.then(() => this.wires.delete(wire));
    });
  }

  /** Starts a proxy at a free port of 127.0.0.1 in front of a peer there. */
  static async listen(dialect: Dialect, peerPort: number): Promise<HarmfulProxy> {
    const proxy = new HarmfulProxy(dialect, peerPort);
    await proxy.listen(0);
    return proxy;
  }

  get port(): number {
    return this.address?.port ?? 0;
  }

  /** Whether the last fault has struck. */
  get harmful(): boolean {
    return this.struck;
  }

  /** Resolves when the last fault has struck for the first time. */
  get harmed(): Promise<undefined> {
    return this.strike.promise;
  }

  /** Does harm from now on. */
  harm(fault: Fault): void {
    this.fault = fault;
    this.struck = false;
    this.strike = withResolvers();
    if (fault.refuses) this.server.close();
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

  /**
   * Resolves once the clients have read all that was passed on to them so far.
   * @param sockets the clients' own ends of their connections
   */
  async delivered(sockets: readonly Socket[]): Promise<void> {
    const open = sockets.filter((socket) => !socket.destroyed);
    const behind = (): boolean =>
      [...this.wires].some(({ client }) =>
        open.some(
          (end) =>
            end.localPort === client.remotePort && !end.destroyed && end.bytesRead < client.bytesWritten,
        ),
      );
    while (behind()) await turn();
    await turn();
  }

  /** Ends whatever there is. */
  async close(): Promise<void> {
    const wires = [...this.wires];
    for (const wire of wires) wire.destroy();
    const closed = this.server.listening ? once(this.server, 'close') : undefined;
    this.server.close();
    await Promise.all([closed, ...wires.map((wire) => wire.gone)]);
  }

  private pass(frame: Buffer, way: Way, to: 'peer' | 'client', harm?: Harm): void | Promise<void> {
    if (!harm || this.fault.strikes?.(frame, to) === false) {
      way.write(frame);
      return;
    }
    this.struck = true;
    this.strike.resolve(undefined);
    return harm(frame, way);
  }

  private async listen(port: number): Promise<void> {
    this.server.listen({ host: '127.0.0.1', port });
    await once(this.server, 'listening');
    this.address = this.server.address() as AddressInfo;
  }
}

/** One connection through the proxy: the client's, and one to the peer. */
class Wire {
  /** Resolves when nothing of it is left. */
  readonly gone: Promise<unknown>;
  private readonly ways: readonly Way[];
  private buried = false;

  constructor(
    readonly client: Socket,
    private readonly peer: Socket,
    dialect: Dialect,
    harms: { toPeer: Harm; toClient: Harm },
  ) {
    const toPeer = new Way(client, peer, dialect, harms.toPeer);
    const toClient = new Way(peer, client, dialect, harms.toClient);
    this.ways = [toPeer, toClient];
    client.on('close', () => {
      for (const way of this.ways) way.clear();
      if (!this.swallows || this.buried) peer.destroy();
    });
    peer.on('close', () => {
      if (!this.swallows) void toClient.idle.then(() => client.end());
    });
    this.gone = Promise.all(
      [client, peer].map((socket) => new Promise((done) => socket.once('close', done))),
    );
  }

  /** Whether one of the ends never hears of what becomes of the other. */
  private get swallows(): boolean {
    return this.ways.some(({ dead }) => dead);
  }

  /** From now on the peer notices where the client is gone. */
  bury(): void {
    this.buried = true;
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
  ) {
    const decoder = new FrameDecoder(dialect, (payload) => {
      const frame = frameOf(dialect, payload);
      this.idle = this.idle.then(() => (this.dead ? undefined : harm(frame, this)));
    });
    from.on('error', () => undefined); // 'close' follows
    from.on('data', (chunk) => {
      try {
        decoder.push(chunk);
      } catch {
        this.cut(); // an end that breaks the protocol of itself is not carried any further
      }
    });
  }

  /** Passes bytes on. */
  write(bytes: Buffer): void {
    if (!this.dead && this.to.writable) this.to.write(bytes);
  }

  /** Passes bytes on one at a time, each in a packet of its own as far as TCP lets it. */
  async writeSingly(bytes: Buffer): Promise<void> {
    for (const byte of bytes) {
      this.write(Buffer.of(byte));
      await turn();
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
    this.to.resetAndDestroy();
    this.from.resetAndDestroy();
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
