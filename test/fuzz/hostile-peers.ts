import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import type { Dialect } from '../../src/protocol/header.js';
import { chunk } from './generators.js';

/** How a hostile peer ends a connection when it has said all it had to say. */
type Ending = 'end' | 'destroy' | 'reset' | 'silence';

/** What a hostile peer does on one connection. */
export interface Script {
  /** What it says: one after another, each in a packet of its own as far as TCP lets it. */
  chunks: Buffer[];
  /** How many of these it says without being asked. */
  eager: number;
  /** Whether it reads what it is told. */
  reads: boolean;
  ending: Ending;
}

/** What a hostile peer may do. */
export function script(dialect: Dialect, codes: readonly number[]): fc.Arbitrary<Script> {
  return fc.record({
    chunks: fc.array(chunk(dialect, codes), { maxLength: 8 }),
    eager: fc.nat(2),
    reads: fc.oneof(
      { weight: 9, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    ),
    ending: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom<Ending>('end', 'destroy', 'reset') },
      { weight: 1, arbitrary: fc.constant<Ending>('silence') },
    ),
  });
}

/** A server that plays a script on each connection, until it turns good: from then on it leads to another server. */
export class HostileServer {
  private good: number | undefined;
  private played = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private readonly scripts: readonly Script[]) {
    this.server = createServer({ noDelay: true }, (socket) => {
      this.keep(socket);
      if (this.good === undefined) this.play(socket);
      else this.lead(socket, this.good);
    });
  }

  static async listen(scripts: readonly Script[]): Promise<HostileServer> {
    const hostile = new HostileServer(scripts);
    hostile.server.listen(0, '127.0.0.1');
    await once(hostile.server, 'listening');
    return hostile;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends the connections there are, and leads each further one to this port. */
  turnGood(port: number): void {
    this.good = port;
    this.endAll();
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.endAll();
    await closed;
  }

  private endAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }

  private play(socket: Socket): void {
    const { chunks, eager, reads, ending } = this.scripts[this.played % this.scripts.length] ?? { ...SILENT };
    this.played += 1;
    const left = [...chunks];
    const say = (): void => {
      const next = left.shift();
      if (next) socket.write(next);
      else finish(socket, ending);
    };
    for (let n = 0; n < eager; n += 1) say();
    if (reads) socket.on('data', say);
    else while (!socket.destroyed && left.length > 0) say();
  }

  private lead(socket: Socket, port: number): void {
    const onward = connect({ host: '127.0.0.1', port, noDelay: true });
    this.keep(onward);
    socket.pipe(onward).pipe(socket);
    socket.on('close', () => onward.destroy());
    onward.on('close', () => socket.destroy());
  }
}

const SILENT: Script = { chunks: [], eager: 0, reads: true, ending: 'silence' };

function finish(socket: Socket, ending: Ending): void {
  if (ending === 'end') socket.end();
  else if (ending === 'destroy') socket.destroy();
  else if (ending === 'reset') socket.resetAndDestroy();
}

/** Plays a script as a client. Resolves once the connection is gone. */
export async function attack(port: number, { chunks, reads, ending }: Script): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  if (reads) socket.resume();
  for (const bytes of chunks) {
    if (socket.destroyed) break;
    // the next one when the system has taken this one, so that they do not all go in one packet
    await new Promise<void>((resolve) => {
      socket.write(bytes, () => resolve());
    });
  }
  // a peer that does not read would not see the other side's end
  finish(socket, ending === 'silence' || !reads ? 'destroy' : ending);
  await closed;
}
