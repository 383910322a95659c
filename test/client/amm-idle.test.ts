import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AmmClient } from '../../src/client/amm/amm-client.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { useClientSockets } from '../support/sockets.js';
import { caughtUp, connected, inState, useTestPeers } from '../support/clients.js';
import { requireNoTimersLeft, useFakeClock } from '../support/fake-clock.js';
import { turn } from '../support/promises.js';
import type { ScriptedConnection } from '../support/scripted-server.js';

const LIST = AMM_OPERATIONS.LIST_ENDPOINTS;
const IDLE = 1000;

describe('an AMM connection without requests', () => {
  const bench = useTestPeers();
  const sockets = useClientSockets();
  const time = useFakeClock();
  requireNoTimersLeft(time);

  async function answerNext(connection: ScriptedConnection): Promise<void> {
    await connection.receive(LIST.request);
    connection.send(LIST.response, { confirmation: 0, count: 0, endpoints: [] });
  }

  async function ask(client: AmmClient, connection: ScriptedConnection): Promise<void> {
    const list = client.listEndpoints();
    await answerNext(connection);
    await list;
  }

  it('is let go after the idle time, and made again on demand', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port, idleTimeout: IDLE }));
    for (let round = 1; round <= 2; round += 1) {
      const list = client.listEndpoints();
      const connection = await server.connection();
      await answerNext(connection);
      await list;
      time.clock.advance(IDLE - 1);
      assert.equal(client.state, 'connected');
      time.clock.advance(1);
      assert.equal(client.state, 'idle');
      await once(sockets[round - 1] ?? client, 'close');
      await connection.closed;
      assert.deepEqual([client.state, server.accepted], ['idle', round]);
    }
  });

  it('is let go also where there never was a request', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port, idleTimeout: IDLE }));
    time.clock.advance(IDLE);
    assert.equal(client.state, 'idle');
  });

  it('stays for as long as requests come', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port, idleTimeout: IDLE }));
    const connection = await server.connection();
    for (let n = 0; n < 5; n += 1) {
      time.clock.advance(IDLE - 1);
      await caughtUp(client, connection);
      await ask(client, connection);
      await caughtUp(client, connection);
    }
    assert.equal(client.state, 'connected');
    time.clock.advance(IDLE);
    assert.equal(client.state, 'idle');
  });

  it('is not let go while an answer is waited for', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port, idleTimeout: IDLE }));
    const connection = await server.connection();
    const list = client.listEndpoints();
    time.clock.advance(IDLE + 1);
    await answerNext(connection);
    await list;
    time.clock.advance(IDLE);
    assert.equal(client.state, 'idle');
  });

  it('is not kept by the heartbeat', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port, idleTimeout: IDLE, heartbeat: 400 }));
    const connection = await server.connection();
    for (let n = 0; n < 2; n += 1) {
      time.clock.advance(400);
      await answerNext(connection);
      await caughtUp(client, connection);
    }
    time.clock.advance(IDLE - 2 * 400);
    assert.equal(client.state, 'idle');
    await connection.closed;
    time.clock.advance(400 * 10);
    await turn();
    assert.equal(server.accepted, 1, 'the heartbeat does not bring it back');
  });

  it('is not let go while the heartbeat waits for its answer, but right after it', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port, idleTimeout: IDLE, heartbeat: IDLE - 1 }));
    const connection = await server.connection();
    time.clock.advance(IDLE);
    assert.equal(client.state, 'connected');
    await answerNext(connection);
    await inState(client, 'idle');
  });

  it('serves a request made while it is being let go on a new connection', async () => {
    const server = await bench.scriptedAmm({ keepsOpen: true });
    const client = await connected(bench.amm({ port: server.port, idleTimeout: IDLE }));
    const first = await server.connection();
    time.clock.advance(IDLE);
    await first.ended;
    const list = client.listEndpoints();
    assert.equal(client.state, 'connecting');
    first.end();
    const second = await server.connection();
    await answerNext(second);
    await list;
    time.clock.advance(IDLE);
    second.end();
  });

  it('is let go by force where the peer does not end its side', async () => {
    const server = await bench.scriptedAmm({ keepsOpen: true });
    const client = await connected(bench.amm({ port: server.port, idleTimeout: IDLE }));
    const first = await server.connection();
    time.clock.advance(IDLE);
    await first.ended;
    const list = client.listEndpoints();
    assert.equal(sockets.length, 1, 'there is no other before this one is gone');
    time.clock.advance(2000);
    const second = await server.connection();
    await answerNext(second);
    await list;
    time.clock.advance(IDLE);
    second.end();
  });

  it('has no more time to be let go where the client closes meanwhile', async () => {
    const server = await bench.scriptedAmm({ keepsOpen: true });
    const client = await connected(bench.amm({ port: server.port, idleTimeout: IDLE }));
    const connection = await server.connection();
    time.clock.advance(IDLE);
    await connection.ended;
    time.clock.advance(1500);
    const closing = client.close();
    time.clock.advance(500);
    await closing;
  });

  it('stays for good without an idle time', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port }));
    await ask(client, await server.connection());
    assert.deepEqual(time.clock.pending, []);
    assert.equal(client.state, 'connected');
  });

  it('leaves no timer behind when the client closes', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port, idleTimeout: IDLE }));
    await ask(client, await server.connection());
    await client.close();
    assert.deepEqual(time.clock.pending, []);
  });

  it('is not let go by the idle time of the connection before', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port, idleTimeout: IDLE, reconnectMin: 100 }));
    (await server.connection()).end();
    await inState(client, 'disconnected');
    time.clock.advance(100);
    await inState(client, 'connected');
    time.clock.advance(IDLE - 1);
    assert.equal(client.state, 'connected');
    time.clock.advance(1);
    assert.equal(client.state, 'idle');
  });
});
