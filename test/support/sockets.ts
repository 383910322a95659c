import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Calls `made` with each socket that leads from this process to a server, as soon as it is made. For the suite this is called in. */
export function useNewSockets(made: (socket: Socket) => void): void {
  const onSocket = (message: unknown): void => {
    made((message as { socket: Socket }).socket);
  };
  beforeEach(() => {
    subscribe('net.client.socket', onSocket);
  });
  afterEach(() => {
    unsubscribe('net.client.socket', onSocket);
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
