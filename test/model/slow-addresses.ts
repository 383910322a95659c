import dns from 'node:dns';
import { createServer, type Server } from 'node:net';

/** The system's handle of a TCP socket, as far as this needs it. */
interface Handle {
  connect: (this: Handle, request: ConnectRequest, ...address: unknown[]) => number;
}
interface ConnectRequest {
  oncomplete?: (...result: unknown[]) => void;
}

/**
 * While the action runs every name has these addresses, and each attempt to connect takes so long, in milliseconds: no setting of the
 * loopback interface that every user may change would do that.
 */
export async function withSlowAddresses(
  addresses: readonly string[],
  ms: number,
  action: () => Promise<void>,
): Promise<void> {
  const prototype = await handlePrototype();
  const { lookup } = dns;
  const { connect } = prototype;
  const found = addresses.map((address) => ({ address, family: 4 }));
  dns.lookup = ((_name: string, _options: object, callback: (error: null, found: object) => void) => {
    setImmediate(() => callback(null, found));
  }) as unknown as typeof lookup;
  prototype.connect = function (request, ...address) {
    const { oncomplete } = request;
    const late = (...result: unknown[]): void => {
      setTimeout(() => {
        if (request.oncomplete === late) oncomplete?.apply(request, result); // else given up meanwhile
      }, ms);
    };
    request.oncomplete = late;
    return connect.call(this, request, ...address);
  };
  try {
    await action();
  } finally {
    prototype.connect = connect;
    dns.lookup = lookup;
  }
}

/** What the handles of sockets inherit from: the same as those of servers. */
async function handlePrototype(): Promise<Handle> {
  const server = createServer() as Server & { _handle: object };
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const prototype = Object.getPrototypeOf(server._handle) as Handle;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return prototype;
}
