import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { atEnd } from './real-node-red/at-end.js';

/** A TCP connection's way to a server, that a test can cut and mend. */
export class Cable {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #silent = false;
  #isLost: (chunk: Buffer) => boolean = () => false;

  private constructor(
    private readonly target: number,
    /** Where clients connect to, on 127.0.0.1. */
    readonly port: number,
  ) {
    atEnd(() => this.#server?.close());
  }

  /** Lays a cable from the port `from` to the port `to` of this machine. */
  static async lay(from: number, to: number): Promise<Cable> {
    const cable = new Cable(to, from);
    await cable.mend();
    return cable;
  }

  /** From now on whoever connects is refused, and who was connected is cut off. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (!server) return;
    server.close();
    await once(server, 'close');
  }

  /** From now on such chunks of what clients send do not arrive. */
  lose(isLost: (chunk: Buffer) => boolean): void {
    this.#isLost = isLost;
  }

  /** From now on connections are taken, but nothing comes through: a machine that has hung up. */
  silence(): void {
    this.#silent = true;
  }

  /** All is well again; connections that were silent are cut off. */
  async mend(): Promise<void> {
    await this.cut();
    this.#silent = false;
    this.#server = createServer((socket) => {
      this.#keep(socket);
      const other = connect(this.target, '127.0.0.1');
      this.#keep(other);
      const isThrough = (): boolean => !this.#silent;
      socket.on('data', (chunk: Buffer) => isThrough() && !this.#isLost(chunk) && other.write(chunk));
      other.on('data', (chunk: Buffer) => isThrough() && socket.write(chunk));
      socket.once('close', () => other.destroy());
      other.once('close', () => socket.destroy());
    }).listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
