import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS, RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { caughtUp, connected, inState, useTestPeers } from '../support/clients.js';
import { requireNoTimersLeft, useFakeClock } from '../support/fake-clock.js';
import { turn } from '../support/promises.js';
import type { ScriptedServer } from '../support/scripted-server.js';

const LIST = AMM_OPERATIONS.LIST_ENDPOINTS;
/** What an AppEndpoint is asked on each new connection, and by a heartbeat. */
const INFO = APP_OPERATIONS.GET_ENDPOINT_INFO;
const info = (status: number) => ({ id: identifierOf(1n, 2n), status, name: 'scripted' });
const options = { heartbeat: 30_000, requestTimeout: 5000, reconnectMin: 100 };

describe('a peer that is silent', () => {
  const bench = useTestPeers();
  const time = useFakeClock();
  requireNoTimersLeft(time);

  /** An AppEndpoint that has left the first heartbeat of this connection without an answer, and its client. */
  async function unanswered() {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port, ...options }));
    const connection = await server.connection();
    time.clock.advance(30_000);
    await connection.receive(INFO.request);
    connection.send(RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: 1, data: Buffer.alloc(0) }); // it is there
    await caughtUp(client, connection);
    time.clock.advance(5000);
    await turn();
    return { server, client, connection };
  }

  /** The next connection, on which what was asked for is answered. */
  async function answeredAnew(server: ScriptedServer, asked: Promise<{ fields: { status?: number } }>) {
    const next = await server.connection();
    await next.receive(INFO.request);
    next.send(INFO.response, info(2));
    assert.equal((await asked).fields.status, 2);
  }

  it('is replaced where it answered the heartbeat before: an AppEndpoint', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port, ...options }));
    const connection = await server.connection();
    for (let n = 0; n < 3; n += 1) {
      time.clock.advance(30_000);
      await connection.receive(INFO.request);
      connection.send(INFO.response, info(1));
      await caughtUp(client, connection);
    }
    time.clock.advance(30_000);
    await connection.receive(INFO.request);
    time.clock.advance(4999);
    await turn();
    assert.equal(client.state, 'connected');
    time.clock.advance(1);
    await inState(client, 'disconnected');
    await connection.closed;
    time.clock.advance(100);
    await inState(client, 'connected');
    await server.connection();
  });

  it('is replaced where it answered the heartbeat before: an AMM', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port, ...options }));
    const states: string[] = [];
    client.on('state', (state, error) => states.push(state, error?.code ?? '', error?.message ?? ''));
    const connection = await server.connection();
    time.clock.advance(30_000);
    assert.deepEqual(await connection.receive(LIST.request), { filter: 0 });
    connection.send(LIST.response, { confirmation: 0, count: 0, endpoints: [] });
    await caughtUp(client, connection);
    time.clock.advance(30_000);
    await connection.receive(LIST.request);
    time.clock.advance(5000);
    await inState(client, 'disconnected');
    assert.deepEqual(states.slice(0, 2), ['disconnected', 'AKM_CONNECTION_LOST']);
    assert.match(
      states[2] ?? '',
      /the AMM at .* was lost: silence for 30000 ms, and no answer within 5000 ms/,
    );
    await connection.closed;
  });

  it('is left alone where it never answered the heartbeat', async () => {
    const server = await bench.scriptedApp({ leavesIdentity: true });
    const client = bench.app({ port: server.port, ...options });
    client.open();
    const connection = await server.connection();
    await connection.receive(INFO.request);
    time.clock.advance(5000);
    await inState(client, 'connected');
    time.clock.advance(30_000);
    await connection.receive(INFO.request);
    time.clock.advance(5000);
    await turn();
    assert.deepEqual(time.clock.pending, []);
    time.clock.advance(1_000_000);
    await caughtUp(client, connection);
    assert.deepEqual([client.state, server.accepted, connection.unasked], ['connected', 1, 0]);
    const registering = client.acquire(1, 100).register();
    await connection.receive(APP_OPERATIONS.REGISTER_APP.request);
    connection.send(APP_OPERATIONS.REGISTER_APP.response, { status: 0 });
    await registering;
  });

  it('is replaced on a later connection where it answered on an earlier one', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port, ...options }));
    const first = await server.connection();
    time.clock.advance(30_000);
    await first.receive(INFO.request);
    first.send(INFO.response, info(1));
    await caughtUp(client, first);
    first.end();
    await inState(client, 'disconnected');
    time.clock.advance(100);
    await inState(client, 'connected');
    const second = await server.connection();
    time.clock.advance(30_000);
    await second.receive(INFO.request);
    time.clock.advance(5000);
    await second.closed;
  });

  it('is not asked while there is no connection', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port, ...options, requestTimeout: 40_000 }));
    const connection = await server.connection();
    await server.away();
    await connection.closed;
    await inState(client, 'disconnected');
    const [pause = NaN, patience = NaN, ...others] = time.clock.pending;
    assert.ok(pause <= 100 && patience === 40_000);
    assert.deepEqual(others, []);
  });

  it('is not asked while it talks', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port, ...options }));
    const connection = await server.connection();
    for (let n = 0; n < 5; n += 1) {
      time.clock.advance(20_000);
      connection.send(RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: 1, data: Buffer.alloc(0) });
      await caughtUp(client, connection);
      assert.equal(connection.unasked, 0);
    }
  });

  it('that talks without answering is not replaced', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port, ...options }));
    const connection = await server.connection();
    time.clock.advance(30_000);
    await connection.receive(INFO.request);
    connection.send(INFO.response, info(1));
    await caughtUp(client, connection);
    time.clock.advance(30_000);
    await connection.receive(INFO.request);
    time.clock.advance(4000);
    connection.send(RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: 1, data: Buffer.alloc(0) });
    await caughtUp(client, connection);
    time.clock.advance(1000);
    await turn();
    await caughtUp(client, connection);
    assert.deepEqual([client.state, server.accepted], ['connected', 1]);
  });

  it('may answer the heartbeat late without answering the next question by it', async () => {
    const { server, client, connection } = await unanswered();
    const asked = client.getEndpointInfo();
    await connection.ended; // nobody could tell the two answers apart on this connection
    connection.send(INFO.response, info(1)); // the heartbeat's
    await answeredAnew(server, asked);
  });

  it('may answer late a question that is asked again by who tolerates no reply', async () => {
    const { server, client, connection } = await unanswered();
    const asked = client.getEndpointInfo({ toleratesNoReply: true });
    await connection.receive(INFO.request);
    connection.send(INFO.response, info(1)); // whichever of the two this is for
    assert.deepEqual([(await asked).fields.status, server.accepted], [1, 1]);
  });

  it('owes a lost answer to nobody for ever', async () => {
    const { server, client, connection } = await unanswered();
    for (const status of [1, 2, 3]) {
      const asked = client.getEndpointInfo({ toleratesNoReply: true });
      await connection.receive(INFO.request);
      connection.send(INFO.response, info(status));
      assert.equal((await asked).fields.status, status);
    }
    assert.equal(server.accepted, 1);
  });

  it('is asked other things on the same connection, whatever became of the heartbeat', async () => {
    const { server, client, connection } = await unanswered();
    const registering = client.acquire(1, 100).register();
    await connection.receive(APP_OPERATIONS.REGISTER_APP.request);
    connection.send(APP_OPERATIONS.REGISTER_APP.response, { status: 0 });
    await registering;
    assert.equal(server.accepted, 1);
  });

  it('does not keep requests waiting for longer than one heartbeat', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port, ...options }));
    const connection = await server.connection();
    time.clock.advance(30_000);
    await connection.receive(LIST.request);
    const list = client.listAtrs(1);
    await caughtUp(client, connection);
    assert.equal(connection.unasked, 0, 'one at a time, the heartbeat included');
    time.clock.advance(5000);
    assert.deepEqual(await connection.receive(AMM_OPERATIONS.LIST_ATRS.request), { filter: 1 });
    connection.send(AMM_OPERATIONS.LIST_ATRS.response, { confirmation: 0, count: 0, atrs: [] });
    await list;
    assert.equal(server.accepted, 1);
  });

  it('has the request timeout to answer even where the queue is full', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port, ...options, queueLimit: 1 }));
    const connection = await server.connection();
    const registration = client.acquire(1, 100).register();
    await connection.receive(APP_OPERATIONS.REGISTER_APP.request);
    connection.send(APP_OPERATIONS.REGISTER_APP.response, { status: 0 });
    await registration;
    time.clock.advance(30_000);
    await connection.receive(INFO.request);
    connection.send(INFO.response, info(1));
    await caughtUp(client, connection);
    connection.pause(); // from now on what is sent piles up
    while (client.counters().queueDepth < 1) {
      client.send({ atrId: 1, appValue: 1, data: 'x' }, () => undefined);
      await turn();
    }
    time.clock.advance(30_000);
    await turn();
    assert.equal(client.state, 'connected');
    time.clock.advance(5000);
    await inState(client, 'disconnected');
  });

  it('is asked nothing where the heartbeat is off', async () => {
    const server = await bench.scriptedApp();
    await connected(bench.app({ port: server.port, heartbeat: 0 }));
    assert.deepEqual(time.clock.pending, []);
  });
});
