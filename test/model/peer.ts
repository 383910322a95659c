import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Behaviour } from './behaviour.js';
import { PeerConnection, type PeerService, type ReceivedRequest } from './peer-connection.js';
import { appDataBody, frame, identifier, u32, type Service } from './wire.js';

/** Applications with an App Value from here on are refused for good. */
export const FIRST_REFUSED = 900;

/** The status or confirmation that refuses: it says who or what was refused, so that no other request can take it for its own. */
export function refusalOf(atrId: number, appValue: number): number {
  return atrId * 1000 + appValue;
}

let peers = 0;

/** A loopback address for each peer, so that nobody else gets its port while it does not listen. */
function ownAddress(): string {
  peers += 1;
  return process.platform === 'linux'
    ? `127.${32 + (process.pid & 0x7f)}.${(peers >> 8) & 0xff}.${peers & 0xff}`
    : '127.0.0.1';
}

/** An AppEndpoint or an AMM that misbehaves to order, and writes down what it sees. It shares no code with `src`. */
export class Peer implements PeerService {
  readonly behaviour = new Behaviour();
  /** All there were, in the order in which they were accepted. */
  readonly connections: PeerConnection[] = [];
  /** Questions received so far: the number of the last one is in its answer, if it brought none of its own. */
  questions = 0;
  private pushes = 0;
  private readonly server: Server;
  private back: Promise<void> | undefined;

  private constructor(
    readonly service: Service,
    readonly host: string,
  ) {
    this.server = createServer({ noDelay: true }, (socket) => {
      this.connections.push(new PeerConnection(socket, this));
    });
  }

  static async listen(service: Service): Promise<Peer> {
    const peer = new Peer(service, ownAddress());
    await peer.listen(0);
    return peer;
  }

  /** Stays the same while the peer does not listen. */
  port = 0;

  /** The connections there are now. */
  get live(): PeerConnection[] {
    return this.connections.filter(({ gone }) => !gone);
  }

  /** Whether an application is registered on a connection there is now. */
  holds(key: string): boolean {
    return this.live.some(({ registered }) => registered.has(key));
  }

  /** Ends all connections, and refuses new ones for so long, in milliseconds. */
  restart(ms: number): void {
    if (this.back) return;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const connection of this.live) connection.reset();
    this.back = closed
      .then(
        () =>
          new Promise<void>((resolve) => {
            this.behaviour.after(ms, resolve);
          }),
      )
      .then(() => this.listen(this.port))
      .then(() => {
        this.back = undefined;
      });
  }

  /** Sends what nobody asked for: application data, and a message of an unknown code. */
  push(): void {
    for (const connection of this.live) {
      if (this.service === 'app') {
        this.pushes += 1;
        const body = appDataBody({ atrId: 1, appValue: 7, text: String(this.pushes) });
        connection.push(Buffer.concat([frame('app', 0x46, body), frame('app', 0x99)]));
      } else connection.push(frame('amm', 0x99, 0));
    }
  }

  /** Behaves from now on: listens, and answers all at once. Resolves when it listens. */
  async heal(): Promise<void> {
    // what ends one wait may begin another
    while (this.back) {
      this.behaviour.heal();
      await Promise.race([this.back, new Promise<void>((resolve) => setImmediate(resolve))]);
    }
    this.behaviour.heal();
  }

  /** Ends all there is. */
  async close(): Promise<void> {
    await this.heal();
    const closed = once(this.server, 'close');
    this.server.close();
    for (const connection of this.live) connection.reset();
    await closed;
  }

  answer(connection: PeerConnection, request: ReceivedRequest): Buffer | undefined {
    return this.service === 'app' ? this.answerOfApp(connection, request) : this.answerOfAmm(request);
  }

  private answerOfApp(connection: PeerConnection, { code, body }: ReceivedRequest): Buffer | undefined {
    if (code === 0x04)
      return Buffer.concat([
        u32(0x44),
        u32(this.register(connection, body.readUInt16LE(0), body.readUInt16LE(2))),
      ]);
    if (code > 0x03) return undefined;
    const number = this.numberOf(body);
    // GET_VERSION's four bytes are the number; of the other two answers the first four are
    if (code === 0x03) return Buffer.concat([u32(0x43), u32(number)]);
    if (code === 0x02) return Buffer.concat([u32(0x42), u32(number)]);
    return Buffer.concat([u32(0x41), identifier(number), u32(0), Buffer.from('endpoint\0')]);
  }

  /** Returns the status. */
  private register(connection: PeerConnection, atrId: number, appValue: number): number {
    const key = `${atrId}/${appValue}`;
    const taken = this.live.some((other) => other !== connection && other.registered.has(key));
    if (appValue >= FIRST_REFUSED || taken || this.behaviour.refuses()) return refusalOf(atrId, appValue);
    connection.registered.add(key);
    return 0;
  }

  private answerOfAmm({ code, body }: ReceivedRequest): Buffer | undefined {
    const number = this.numberOf(body);
    // each table whole, as the guides' AMM sends it, or cut to what is in it
    const padding = (size: number): Buffer => Buffer.alloc(number % 2 === 0 ? size : 0);
    if (code === 0x01)
      return Buffer.concat([u32(0x41), u32(0), u32(1), identifier(number), padding(31 * 16)]);
    if (code === 0x05)
      return Buffer.concat([u32(0x45), u32(0), u32(1), u32(3), identifier(number), padding(63 * 20)]);
    if (code === 0x02) return Buffer.concat([u32(0x42), u32(0), identifier(number)]);
    if (code === 0x03 || code === 0x06 || code === 0x07) {
      const refused = number % 3 === 0 ? number : 0;
      return Buffer.concat([u32(code + 0x40), u32(refused), identifier(number)]);
    }
    return undefined;
  }

  /** The number that a question brings along; without one, which of the questions it is. */
  private numberOf(body: Buffer): number {
    this.questions += 1;
    const brought = body.length < 4 ? 0 : body.readUInt32LE(0);
    return brought > 0 ? brought : this.questions;
  }

  private async listen(port: number): Promise<void> {
    this.server.listen({ host: this.host, port });
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }
}
