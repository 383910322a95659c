import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS, SEND_APP_DATA_REQUEST } from '../../src/protocol/app-messages.js';
import { caughtUp, connected, inState, useTestPeers } from '../support/clients.js';
import { turn } from '../support/promises.js';

const { LIST_ENDPOINTS, LIST_ATRS, DELETE_ENDPOINT } = AMM_OPERATIONS;
const REASON = new Error('not wanted any more');
const isReason = (error: unknown): boolean => error === REASON;
const EMPTY = { confirmation: 0, count: 0 };

describe('cancelling', () => {
  const bench = useTestPeers();

  const amm = async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port, queueLimit: 2, requestTimeout: 200 }));
    return { server, client, connection: await server.connection() };
  };

  it('a request that waits: it is never written, and its place is free', async () => {
    const { client, connection } = await amm();
    const first = client.listEndpoints();
    await connection.receive(LIST_ENDPOINTS.request);
    const controller = new AbortController();
    const cancelled = client.deleteEndpoint('0x1', { signal: controller.signal });
    const other = client.listAtrs();
    controller.abort(REASON);
    await assert.rejects(cancelled, isReason);
    assert.equal(client.counters().queueDepth, 1);
    connection.send(LIST_ENDPOINTS.response, { ...EMPTY, endpoints: [] });
    await first;
    await connection.receive(LIST_ATRS.request); // and no DELETE_ENDPOINT
    connection.send(LIST_ATRS.response, { ...EMPTY, atrs: [] });
    await other;
    assert.equal(client.counters().errors, 0, 'nothing has failed');
  });

  it('a request in flight: its answer is awaited all the same, and taken for nobody else’s', async () => {
    const { client, connection, server } = await amm();
    const controller = new AbortController();
    const cancelled = client.listEndpoints(1, { signal: controller.signal });
    await connection.receive(LIST_ENDPOINTS.request);
    controller.abort(REASON);
    await assert.rejects(cancelled, isReason);
    const next = client.listEndpoints(2);
    await caughtUp(client, connection);
    assert.equal(connection.unasked, 0);
    connection.send(LIST_ENDPOINTS.response, { ...EMPTY, confirmation: 1, endpoints: [] });
    await connection.receive(LIST_ENDPOINTS.request);
    connection.send(LIST_ENDPOINTS.response, { ...EMPTY, confirmation: 2, endpoints: [] });
    assert.equal((await next).confirmation, 2);
    assert.equal(server.accepted, 1);
  });

  it('a request in flight that is to come to its end: it does', async () => {
    const { client, connection } = await amm();
    const controller = new AbortController();
    const asked = client.listEndpoints(1, { signal: controller.signal, finishInFlight: true });
    await connection.receive(LIST_ENDPOINTS.request);
    controller.abort(REASON);
    connection.send(LIST_ENDPOINTS.response, { ...EMPTY, confirmation: 1, endpoints: [] });
    assert.equal((await asked).confirmation, 1);
  });

  it('a request in flight that is never answered: the connection is replaced, as for any', async () => {
    const { client, connection } = await amm();
    const controller = new AbortController();
    const cancelled = client.deleteEndpoint('0x1', { signal: controller.signal });
    await connection.receive(DELETE_ENDPOINT.request);
    controller.abort(REASON);
    await assert.rejects(cancelled, isReason);
    await inState(client, 'disconnected');
  });

  it('before anything: nothing is asked', async () => {
    const { client, connection } = await amm();
    await assert.rejects(client.listEndpoints(0, { signal: AbortSignal.abort(REASON) }), isReason);
    await turn();
    assert.deepEqual([connection.unasked, client.counters().queueDepth], [0, 0]);
  });

  it('sends that wait: those of one signal, in any ATR, and no others', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port }));
    const connection = await server.connection();
    const registering = [1, 2].map((atrId) => client.acquire(atrId, 100).register());
    const controller = new AbortController();
    const { signal } = controller;
    const cancelled = [1, 2, 1].map((atrId) =>
      assert.rejects(client.send({ atrId, appValue: 200, data: 'cancelled', signal }), isReason),
    );
    const kept = [2, 1].map((atrId) => client.send({ atrId, appValue: 200, data: 'kept' }));
    assert.equal(client.counters().queueDepth, 5);
    controller.abort(REASON);
    await Promise.all(cancelled);
    await assert.rejects(client.send({ atrId: 1, appValue: 200, data: 'late', signal }), isReason);
    assert.equal(client.counters().queueDepth, 2);
    for (let n = 0; n < 2; n += 1) {
      await connection.receive(APP_OPERATIONS.REGISTER_APP.request);
      connection.send(APP_OPERATIONS.REGISTER_APP.response, { status: 0 });
    }
    await Promise.all([...registering, ...kept]);
    for (let n = 0; n < 2; n += 1)
      assert.equal((await connection.receive(SEND_APP_DATA_REQUEST)).data.toString(), 'kept');
    assert.equal(connection.unasked, 0);
  });
});
