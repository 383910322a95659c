import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket, type Server, type TcpNetConnectOpts } from 'node:net';

/** A socket at a server's end. */
export type AcceptedSocket = Socket & { server: Server };

/** Calls `made` with each socket that leads from this process to a server, as soon as it is made. For the suite this is called in. */
export function useNewSockets(made: (socket: Socket) => void): void {
  useChannel('net.client.socket', (message) => made((message as { socket: Socket }).socket));
}

/**
 * Calls `about` with the options of each connection that this process attempts, before the system hears of it, for the suite this is called
 * in: it may change them, or throw as `connect` does.
 *
 * It replaces the method of the class: a socket that the channel reports is too late from Node.js 22 on, as `connect` reports it itself.
 */
export function useConnects(about: (options: TcpNetConnectOpts) => void): void {
  const prototype = Socket.prototype as { connect: unknown };
  const { connect } = prototype;
  beforeEach(() => {
    // `net.connect` hands the method what it was given as one list
    prototype.connect = function (this: Socket, normalized: [options: TcpNetConnectOpts]): unknown {
      about(normalized[0]);
      return Reflect.apply(connect as (to: object) => unknown, this, [normalized]);
    };
  });
  afterEach(() => {
    prototype.connect = connect;
  });
}

/** Calls `accepted` with each socket that a server of this process accepts, for the suite this is called in. */
export function useAcceptedSockets(accepted: (socket: AcceptedSocket) => void): void {
  useChannel('net.server.socket', (message) => accepted((message as { socket: AcceptedSocket }).socket));
}

function useChannel(name: string, told: (message: unknown) => void): void {
  beforeEach(() => subscribe(name, told));
  afterEach(() => {
    unsubscribe(name, told);
  });
}

/** The sockets of this process that lead to servers, in the order in which they were made, for each test of the suite anew. */
export function useClientSockets(): readonly Socket[] {
  const sockets: Socket[] = [];
  beforeEach(() => {
    sockets.length = 0;
  });
  useNewSockets((socket) => sockets.push(socket));
  return sockets;
}

/**
 * Lets the clients in each test of the suite believe that their sockets lead to another machine: whether this one has an address that
 * is not loopback is not for a test to say.
 */
export function usePretendedRemoteAddress(address: string): void {
  useNewSockets((socket) => {
    Object.defineProperty(socket, 'remoteAddress', { value: address });
  });
}
