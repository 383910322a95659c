import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between clients and a server on this machine. It can keep from the one what the other says, and make the server look away. */
export class TcpRelay {
  private readonly listener = createServer((client) => {
    this.join(client);
  });
  private readonly sockets = new Set<Socket>();
  private mutes: 'client' | 'server' | undefined;
  private listensAt = 0;

  private constructor(private readonly target: number) {}

  /** Listens on a free port, for the server at `target`. */
  static async listen(target: number): Promise<TcpRelay> {
    const relay = new TcpRelay(target);
    await relay.open();
    return relay;
  }

  get port(): number {
    return this.listensAt;
  }

  /** From now on nothing that the client says, or the server, is passed on; until {@link TcpRelay.cut}. */
  mute(who: 'client' | 'server'): void {
    this.mutes = who;
  }

  /** Breaks all connections, and passes everything on in those that follow. */
  cut(): void {
    this.mutes = undefined;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Listens again, at the same port, after {@link TcpRelay.close}. */
  async open(): Promise<void> {
    this.listener.listen(this.listensAt, '127.0.0.1');
    await once(this.listener, 'listening');
    this.listensAt = (this.listener.address() as AddressInfo).port;
  }

  /** Breaks all connections, and takes no new ones. */
  async close(): Promise<void> {
    if (!this.listener.listening) return;
    const closed = once(this.listener, 'close');
    this.listener.close();
    this.cut();
    await closed;
  }

  private join(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    this.pass('client', client, server);
    this.pass('server', server, client);
  }

  private pass(who: 'client' | 'server', from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('data', (data) => {
      if (this.mutes !== who) to.write(data);
    });
    from.on('error', () => undefined); // its end follows
    from.on('close', () => {
      to.destroy();
      this.sockets.delete(from);
    });
  }
}
