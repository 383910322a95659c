import { once } from 'node:events';
import {
  createServer,
  request,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NodeAPI } from 'node-red';
import { inTime } from './deadline.js';

/** An answer of the admin API. */
export interface Reply {
  status: number | undefined;
  headers: IncomingMessage['headers'];
  text: string;
}

/** How to ask the admin API. */
export interface Question {
  /** Sent as JSON, a string as it is. Without one the method is GET. */
  body?: unknown;
  /** The body's media type. */
  type?: string;
  /** More headers. */
  headers?: OutgoingHttpHeaders;
  /** Gives up the request, as a browser does whose page is closed. */
  signal?: AbortSignal;
}

/** Node-RED's admin API in a server of its own, as a browser reaches it. */
export class AdminApi {
  private server: Server | undefined;

  /** To be loaded with the nodes: takes hold of what they have registered with. */
  readonly attach = (RED: NodeAPI): void => {
    this.server = createServer(RED.httpAdmin);
  };

  async ask(path: string, question: Question = {}): Promise<Reply> {
    const { body, type = 'application/json', headers = {}, signal } = question;
    const sent = request({
      host: '127.0.0.1',
      port: await this.port(),
      path,
      agent: false,
      ...(body === undefined
        ? { headers }
        : { method: 'POST', headers: { 'Content-Type': type, ...headers } }),
      ...(signal ? { signal } : {}),
    });
    sent.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body));
    const [reply] = (await inTime(once(sent, 'response'), () => `an answer to ${path}`)) as [IncomingMessage];
    const chunks = (await reply.toArray()) as Buffer[];
    return { status: reply.statusCode, headers: reply.headers, text: Buffer.concat(chunks).toString() };
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server?.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  private async port(): Promise<number> {
    const { server } = this;
    if (!server) throw new Error('Node-RED must be started with `attach` among its nodes');
    if (!server.listening) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    return (server.address() as AddressInfo).port;
  }
}

/** An admin API for each test of the suite this is called in. To be asked for before Node-RED: its sockets are to be closed first. */
export function useAdminApi(): AdminApi {
  const api = new AdminApi();
  afterEach(() => api.close());
  return api;
}
