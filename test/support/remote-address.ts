import { subscribe, unsubscribe, type ChannelListener } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/**
 * Lets each test of the suite this is called in believe that its clients' sockets lead to another machine: whether this one has an
 * address that is not loopback is not for a test to say.
 */
export function usePretendedRemoteAddress(address: string): void {
  const pretend: ChannelListener = (message) => {
    const { socket } = message as { socket: Socket };
    Object.defineProperty(socket, 'remoteAddress', { value: address });
  };
  beforeEach(() => {
    subscribe('net.client.socket', pretend);
  });
  afterEach(() => {
    unsubscribe('net.client.socket', pretend);
  });
}
