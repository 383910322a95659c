import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

type End = 'client' | 'server';

/** The way of TCP connections to a server on this machine, that a test can cut and mend. */
export class Cable {
  readonly #sockets = new Set<Socket>();
  readonly #listener = createServer((client) => {
    const server = connect(this.target, '127.0.0.1');
    this.#carry('client', client, server);
    this.#carry('server', server, client);
  });
  #port = 0;
  #isLost: (from: End, chunk: Buffer) => boolean = () => false;

  private constructor(private readonly target: number) {}

  /** Lays a cable from a free port to the port `target`. */
  static async lay(target: number): Promise<Cable> {
    const cable = new Cable(target);
    await cable.mend();
    return cable;
  }

  /** Where clients connect to, on 127.0.0.1; the same after it was cut and mended. */
  get port(): number {
    return this.#port;
  }

  /** From now on whoever connects is refused, and who was connected is cut off. */
  async cut(): Promise<void> {
    if (!this.#listener.listening) return;
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** From now on such chunks of what clients send do not arrive. */
  lose(isLost: (chunk: Buffer) => boolean): void {
    this.#isLost = (from, chunk) => from === 'client' && isLost(chunk);
  }

  /** From now on connections are taken, but nothing that this end says comes through, or neither of them says: a machine that has hung up. */
  silence(end?: End): void {
    this.#isLost = (from) => end === undefined || from === end;
  }

  /** All is well again; who was connected is cut off. */
  async mend(): Promise<void> {
    await this.cut();
    this.#isLost = () => false;
    this.#listener.listen(this.#port, '127.0.0.1');
    await once(this.#listener, 'listening');
    this.#port = (this.#listener.address() as AddressInfo).port;
  }

  #carry(end: End, from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => this.#isLost(end, chunk) || to.write(chunk));
    from.on('error', () => undefined); // its end follows
    from.once('close', () => {
      to.destroy();
      this.#sockets.delete(from);
    });
  }
}
