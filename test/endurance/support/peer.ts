import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FrameDecoder } from '../../../src/protocol/frame-decoder.js';
import type { PeerService, Session } from '../../../src/simulator/peer-service.js';
import { readRequest } from '../../../src/simulator/requests.js';

/** Ways in which a {@link Peer} can misbehave while it listens, beside going away. */
export type Misbehaviour = 'silent' | 'slow' | 'garbage' | 'disconnect' | 'stalled';

/** How late the `slow` peer answers, in milliseconds. */
const SLOW_DELAY = 700;

/** One service of the simulator behind a server that counts its connections and misbehaves when told to. */
export class Peer {
  /** How it misbehaves now. */
  private fault: Misbehaviour | undefined;
  /** Connections there are, the oldest first. */
  readonly connections = new Set<PeerConnection>();
  /** How many connections there have been. */
  opened = 0;
  private port = 0;
  private server: Server | undefined;

  constructor(private readonly service: PeerService) {}

  /** Listens: at a free port the first time, and at the same one from then on. Resolves to the port. */
  async listen(): Promise<number> {
    this.server = createServer({ noDelay: true }, (socket) => {
      this.opened += 1;
      const connection = new PeerConnection(socket, this.service, this.opened, () => this.fault);
      this.connections.add(connection);
      if (this.fault === 'stalled') socket.pause();
      socket.once('close', () => this.connections.delete(connection));
    });
    this.server.listen({ host: '127.0.0.1', port: this.port });
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    return this.port;
  }

  /** Stops listening, and breaks every connection. */
  async leave(): Promise<void> {
    const { server } = this;
    if (!server?.listening) return;
    const closed = once(server, 'close');
    server.close();
    this.cut();
    await closed;
  }

  /** Breaks every connection with a reset. */
  cut(): void {
    for (const { socket } of this.connections) socket.resetAndDestroy();
    this.connections.clear();
  }

  /** Misbehaves from now on, or behaves again. */
  misbehave(fault: Misbehaviour | undefined): void {
    this.fault = fault;
    for (const { socket } of this.connections) {
      if (fault === 'stalled') socket.pause();
      else socket.resume();
    }
  }
}

/** One connection to a {@link Peer}. */
export class PeerConnection implements Session {
  /** Never: what a peer writes here is not limited. */
  readonly isFull = false;
  /** How many messages were pushed to it. */
  pushed = 0;

  constructor(
    readonly socket: Socket,
    service: PeerService,
    /** Which connection of its peer this is, from 1. */
    readonly connection: number,
    private readonly fault: () => Misbehaviour | undefined,
  ) {
    const decoder = new FrameDecoder(service.dialect, (payload) => {
      const request = readRequest(service.dialect.service, payload);
      if (!request || socket.destroyed) return;
      if (this.fault() === 'disconnect') socket.destroy();
      else service.received(this, request);
    });
    socket.on('data', (chunk) => {
      try {
        decoder.push(chunk);
      } catch {
        socket.destroy(); // something between us has done harm to it
      }
    });
    socket.on('error', () => undefined);
    socket.once('close', () => service.closed(this));
  }

  /** Writes an answer, unless the peer misbehaves. */
  write(frame: Buffer): void {
    const fault = this.fault();
    if (fault === 'silent') return;
    if (fault === 'slow') setTimeout(() => this.socket.write(frame), SLOW_DELAY);
    else this.socket.write(fault === 'garbage' ? Buffer.from('this is no AKM message\r\n') : frame);
  }
}
