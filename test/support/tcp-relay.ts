import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, and can keep from the one what the other says. */
export class TcpRelay {
  private readonly pairs = new Set<readonly [client: Socket, server: Socket]>();
  private mutes: 'client' | 'server' | undefined;

  private constructor(
    private readonly listener: Server,
    private readonly target: number,
  ) {
    listener.on('connection', (client) => {
      this.join(client);
    });
  }

  /** Listens on a free port of this machine, for a server at another. */
  static async listen(target: number): Promise<TcpRelay> {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new TcpRelay(listener, target);
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** From now on nothing that the client says, or the server, is passed on; until {@link TcpRelay.cut}. */
  mute(who: 'client' | 'server'): void {
    this.mutes = who;
  }

  /** Breaks all connections, and passes everything on again in those that follow. */
  cut(): void {
    this.mutes = undefined;
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.listener.close();
    await once(this.listener, 'close');
  }

  private join(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    const pair = [client, server] as const;
    this.pairs.add(pair);
    for (const [who, from, to] of [
      ['client', client, server],
      ['server', server, client],
    ] as const) {
      from.on('data', (data) => {
        if (this.mutes !== who) to.write(data);
      });
      from.on('error', () => undefined); // its end follows
      from.on('close', () => {
        to.destroy();
        this.pairs.delete(pair);
      });
    }
  }
}
