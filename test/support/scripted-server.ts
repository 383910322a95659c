import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { FrameDecoder } from '../../src/protocol/frame-decoder.js';
import { HEADER_SIZE, writeHeader, type Dialect } from '../../src/protocol/header.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import type { Decoded, Encodable, Fields } from '../../src/protocol/layout.js';
import {
  codeOf,
  decodeWholeBody,
  encodeFrame,
  encodeRawFrame,
  type Message,
} from '../../src/protocol/message.js';
import { Mailbox } from './mailbox.js';

/** GET_ENDPOINT_INFO and LIST_ENDPOINTS. */
const IDENTITY_REQUEST = 0x01;

/** How a {@link ScriptedServer} listens. */
export interface ScriptedServerOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  host?: string;
  /** Port to listen on. Default 0: any free one. */
  port?: number;
  /** Does not end its side when the client ends its own. */
  keepsOpen?: boolean;
  /** Leaves the question with which a client begins a connection to the test, instead of answering it. Default false. */
  leavesIdentity?: boolean;
}

/** A TCP server that does what a test tells it, and above all what no good server does. */
export class ScriptedServer {
  /** How many connections there have been. */
  accepted = 0;
  private readonly connections = new Mailbox<ScriptedConnection>();
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(
    dialect: Dialect,
    { keepsOpen = false, leavesIdentity = false }: ScriptedServerOptions,
  ) {
    this.server = createServer({ noDelay: true, allowHalfOpen: keepsOpen }, (socket) => {
      this.accepted += 1;
      this.sockets.add(socket.once('close', () => this.sockets.delete(socket)));
      this.connections.put(new ScriptedConnection(socket, dialect, !leavesIdentity));
    });
  }

  static async listen(dialect: Dialect, options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer(dialect, options);
    await server.listen(options.host ?? '127.0.0.1', options.port ?? 0);
    return server;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The next client's connection; each is given once. */
  connection(): Promise<ScriptedConnection> {
    return this.connections.take();
  }

  /** Ends whatever there is, and frees the port. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Stops listening for a while: connection attempts are refused. Connections there are end. */
  async away(): Promise<() => Promise<void>> {
    const { port } = this;
    const { address } = this.server.address() as AddressInfo;
    await this.close();
    return () => this.listen(address, port);
  }

  private async listen(host: string, port: number): Promise<void> {
    this.server.listen({ host, port });
    await once(this.server, 'listening');
  }
}

/** A frame as the server received it. */
export interface ReceivedFrame {
  /** The U32 in front of the payload; -1 where the payload is too short for one. */
  code: number;
  payload: Buffer;
}

/** One end of a connection, usually the server's. */
export class ScriptedConnection {
  /** Resolves when the other end has ended its side in an orderly way. */
  readonly ended: Promise<void>;
  /** Resolves when the connection is gone, however it went. */
  readonly closed: Promise<void>;
  private readonly frames = new Mailbox<ReceivedFrame>();

  /** @param identifies answers the first frame if it asks who this is, as every client does on a new connection */
  constructor(
    private readonly socket: Socket,
    private readonly dialect: Dialect,
    identifies = false,
  ) {
    let isFirst = identifies;
    const decoder = new FrameDecoder(dialect, (payload) => {
      const code = codeOf(payload) ?? -1;
      if (isFirst && code === IDENTITY_REQUEST) this.identify();
      else this.frames.put({ code, payload: Buffer.from(payload) });
      isFirst = false;
    });
    socket.on('data', (chunk) => {
      try {
        decoder.push(chunk);
      } catch (error) {
        this.frames.end(error as Error);
      }
    });
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => socket.once('end', resolve));
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.frames.end(new Error('The connection ended before the frame that was awaited'));
        resolve();
      });
    });
  }

  /** Answers the question with which a client begins a connection. */
  identify(): void {
    if (this.dialect.service === 'amm')
      this.send(AMM_OPERATIONS.LIST_ENDPOINTS.response, { confirmation: 0, count: 0, endpoints: [] });
    else
      this.send(APP_OPERATIONS.GET_ENDPOINT_INFO.response, {
        id: identifierOf(1n, 2n),
        status: 0,
        name: 'scripted',
      });
  }

  /** How many frames have arrived that no one asked for yet. */
  get unasked(): number {
    return this.frames.size;
  }

  /** The next frame that arrives. */
  frame(): Promise<ReceivedFrame> {
    return this.frames.take();
  }

  /** The next frame, which must be this message: its fields. */
  async receive<F extends Fields>(message: Message<F>): Promise<Decoded<F>> {
    const { code, payload } = await this.frame();
    assert.equal(code, message.code, `${message.name} was expected, but code 0x${code.toString(16)} came`);
    return decodeWholeBody(message, payload);
  }

  /** Sends a message. */
  send<F extends Fields>(message: Message<F>, values: Encodable<F>): void {
    this.write(encodeFrame(this.dialect, message, values));
  }

  /** Sends a frame of any code around any body. */
  sendRaw(code: number, body: Buffer = Buffer.alloc(0)): void {
    this.write(encodeRawFrame(this.dialect, code, body));
  }

  /** Sends a message without a code: a client can make nothing of it, and says so. */
  sendNothing(): void {
    const frame = Buffer.alloc(HEADER_SIZE);
    writeHeader(frame, this.dialect, 0);
    this.write(frame);
  }

  /** Sends any bytes, in one go. */
  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** Sends bytes one at a time, each in a packet of its own as far as TCP lets it. */
  async writeSingly(bytes: Buffer): Promise<void> {
    for (const byte of bytes) {
      await new Promise<void>((resolve) => {
        this.socket.write(Buffer.of(byte), () => {
          setImmediate(resolve);
        });
      });
    }
  }

  /** Reads nothing more for now. */
  pause(): void {
    this.socket.pause();
  }

  /** Goes on reading. */
  read(): void {
    this.socket.resume();
  }

  /** Ends this side, and goes on reading. */
  end(): void {
    this.socket.end();
  }

  /** Breaks the connection with a reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** Connects to a server as a client that sends whatever a test tells it. */
export async function dial(dialect: Dialect, port: number): Promise<ScriptedConnection> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const connection = new ScriptedConnection(socket, dialect);
  await once(socket, 'connect');
  return connection;
}
