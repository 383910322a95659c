import assert from 'node:assert/strict';
import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { connect, createServer, Socket, type AddressInfo } from 'node:net';
import { ConcurrencyLimit } from '../../nodes/shared/admin/concurrency-limit.js';

/** Keeps the event loop busy, as a function node that computes does. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('The limit of an admin request', () => {
  const response = () => new ServerResponse(new IncomingMessage(new Socket()));

  it('takes an answer that arrived while a flow kept the event loop busy', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [[peer]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [
      [Socket],
      unknown,
    ];
    const limit = new ConcurrencyLimit({ time: 20, requests: 1 });
    const answered = limit.pass(response(), async (signal) => {
      const [data] = (await once(socket, 'data', { signal })) as [Buffer];
      return data.toString();
    });
    peer.end('answer');
    block(60); // the answer arrives meanwhile, and nothing reads it
    assert.equal(await answered, 'answer');
    socket.destroy();
    server.close();
    await once(server, 'close');
  });

  it('ends what is not answered, and lets the next in', async () => {
    const limit = new ConcurrencyLimit({ time: 1, requests: 1 });
    const never = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
    for (let round = 0; round < 2; round += 1)
      await assert.rejects(limit.pass(response(), never), { code: 'AKM_TIMEOUT' });
  });
});
