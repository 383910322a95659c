import { createServer, type AddressInfo, type Server } from 'node:net';
import { messageOf } from '../errors.js';
import type { Service } from '../protocol/header.js';
import { hostPort } from './address.js';
import type { PeerService } from './peer-service.js';
import { ClientSession, type SessionContext } from './session.js';

/** The services as a person knows them. */
export const SERVICE_NAMES: Readonly<Record<Service, string>> = { amm: 'AMM', app: 'AppEndpoint' };

/** Connections to one service at a time. */
const MAX_SESSIONS = 1024;

/** What every server of one simulator knows. */
export interface ServerContext extends SessionContext {
  /** Numbers the connections of both services. */
  nextConnection(): number;
}

/** A TCP server around one simulated service. */
export class PeerServer {
  private readonly server: Server;
  private readonly sessions = new Set<ClientSession>();

  constructor(
    private readonly service: PeerService,
    context: ServerContext,
  ) {
    const name = service.dialect.service;
    // half-open, since what a client has sent before it ended its side may have to wait
    const options = { noDelay: true, keepAlive: true, allowHalfOpen: true };
    this.server = createServer(options, (socket) => {
      const session = new ClientSession(socket, context.nextConnection(), service, context);
      this.sessions.add(session);
      socket.on('close', () => this.sessions.delete(session));
      const peer = hostPort(socket.remoteAddress ?? '', socket.remotePort ?? 0);
      context.report('connected', { service: name, connection: session.connection, peer });
    });
    this.server.maxConnections = MAX_SESSIONS;
  }

  /**
   * Listens; resolves to the port.
   * @throws (as a rejection) an error that names the service, with the `code` of the system's, e.g. `EADDRINUSE`
   */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const onError = (error: Error): void => reject(listenError(this.service, hostPort(host, port), error));
      this.server.once('error', onError);
      this.server.listen({ host, port }, () => {
        this.server.off('error', onError);
        this.server.on('error', () => undefined); // a connection that could not be accepted is its client's loss alone
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** Breaks every connection. Returns how many there were. */
  dropConnections(): number {
    for (const session of this.sessions) session.destroy();
    return this.sessions.size;
  }

  /** Ends every connection and stops listening. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.dropConnections();
    });
  }
}

/** What to do about errors that have a simple reason. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses this port; end that program or choose another port',
  EADDRNOTAVAIL: 'this machine does not have this address; choose one that it has, e.g. 127.0.0.1',
  EACCES: 'the system does not permit this port; choose one from 1024 to 65535',
  ENOTFOUND: 'there is no such host; choose an address of this machine, e.g. 127.0.0.1',
};

function listenError({ dialect }: PeerService, address: string, cause: Error): Error {
  const { code } = cause as NodeJS.ErrnoException;
  const reason = code !== undefined && Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  const message = `The ${SERVICE_NAMES[dialect.service]} cannot listen on ${address}: `;
  return Object.assign(
    new Error(message + (reason === undefined ? messageOf(cause) : `${reason} (${String(code)})`), { cause }),
    code === undefined ? {} : { code },
  );
}
