import assert from 'node:assert/strict';
import { Deadline } from '../../src/client/connection/deadline.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { connected, useTestPeers } from '../support/clients.js';
import { useFakeClock } from '../support/fake-clock.js';
import { turn } from '../support/promises.js';

const LIST = AMM_OPERATIONS.LIST_ENDPOINTS;

/** What a function node does that computes for so long. */
function keepBusy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('a deadline', () => {
  const time = useFakeClock();

  it('is judged once, a turn after its time: by then the sockets were read', async () => {
    let judged = 0;
    new Deadline(100, () => (judged += 1));
    time.clock.advance(100);
    assert.equal(judged, 0);
    await turn();
    assert.equal(judged, 1);
    time.clock.advance(1000);
    await turn();
    assert.equal(judged, 1);
  });

  it('is not judged once it was cancelled, before its time or right after', async () => {
    const early = new Deadline(100, () => assert.fail('cancelled before'));
    const late = new Deadline(100, () => assert.fail('cancelled after'));
    early.cancel();
    time.clock.advance(100);
    late.cancel();
    await turn();
    assert.deepEqual(time.clock.pending, []);
  });
});

describe('an event loop that is away for longer than the request timeout', () => {
  const bench = useTestPeers();

  it('costs no request its answer that had arrived, nor the connection', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port, requestTimeout: 100 }));
    const connection = await server.connection();
    const list = client.listEndpoints();
    await connection.receive(LIST.request);
    connection.send(LIST.response, { confirmation: 7, count: 0, endpoints: [] });
    keepBusy(300);
    assert.equal((await list).confirmation, 7);
    assert.deepEqual([client.state, server.accepted], ['connected', 1]);
  });

  it('costs no connection attempt that had succeeded', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port, requestTimeout: 100 });
    const opened = connected(client);
    keepBusy(300);
    await opened;
    assert.equal(server.accepted, 1);
  });

  it('costs no connection to a peer whose heartbeat had been answered', async () => {
    const server = await bench.scriptedAmm();
    const options = { port: server.port, requestTimeout: 100, heartbeat: 20 };
    await connected(bench.amm(options));
    const connection = await server.connection();
    for (let beats = 0; beats < 3; beats += 1) {
      await connection.receive(LIST.request);
      connection.send(LIST.response, { confirmation: 0, count: 0, endpoints: [] });
      keepBusy(300);
    }
    await connection.receive(LIST.request);
    assert.equal(server.accepted, 1);
  });
});
