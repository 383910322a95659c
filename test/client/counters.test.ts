import assert from 'node:assert/strict';
import { once } from 'node:events';
import { APP_OPERATIONS, RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT, HEADER_SIZE } from '../../src/protocol/header.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { encodeFrame } from '../../src/protocol/message.js';
import { caughtUp, connected, inState, useTestPeers } from '../support/clients.js';

const { GET_ENDPOINT_INFO, REGISTER_APP, GET_VERSION } = APP_OPERATIONS;
/** The size of a frame of application data, in either direction. */
const DATA_FRAME = 4070;

const sizeOf = (message: Parameters<typeof encodeFrame>[1], values: object): number =>
  encodeFrame(APP_DIALECT, message, values as never).length;

describe('counters', () => {
  const bench = useTestPeers();

  const scripted = async (options = {}) => {
    const server = await bench.scriptedApp();
    const client = bench.app({ port: server.port, reconnectMin: 5, reconnectMax: 10, ...options });
    return { server, client };
  };

  it('are all zero before anything has happened', () =>
    assert.deepEqual(bench.app({}).counters(), {
      framesIn: 0,
      framesOut: 0,
      bytesIn: 0,
      bytesOut: 0,
      errors: 0,
      reconnects: 0,
      queueDepth: 0,
      connected: 0,
    }));

  it('count what goes to the simulated AMM and comes back, to the byte', async () => {
    const { ammPort } = await bench.simulator();
    const before = Date.now();
    const client = await connected(bench.amm({ port: ammPort }));
    const { latencyMs } = await client.listEndpoints();
    await client.listEndpoints();
    const { connectedSince, latencyMs: last, ...counted } = client.counters();
    const { request, response } = AMM_OPERATIONS.LIST_ENDPOINTS;
    assert.deepEqual(counted, {
      // the first is the client's own: who is there
      framesIn: 3,
      framesOut: 3,
      bytesIn: 3 * encodeFrame(AMM_DIALECT, response, { confirmation: 0, count: 0, endpoints: [] }).length,
      bytesOut: 3 * encodeFrame(AMM_DIALECT, request, { filter: 0 }).length,
      errors: 0,
      reconnects: 0,
      queueDepth: 0,
      connected: 1,
    });
    assert.ok(connectedSince !== undefined && connectedSince >= before && connectedSince <= Date.now());
    assert.ok(last !== undefined && last > 0 && latencyMs > 0);
  });

  it('tell the latency that the last answer tells', async () => {
    const { appPort } = await bench.simulator();
    const client = await connected(bench.app({ port: appPort }));
    const answer = await client.getVersion();
    assert.equal(client.counters().latencyMs, answer.latencyMs);
  });

  it('count each frame of a write that holds several', async () => {
    const { server, client } = await scripted();
    await connected(client);
    const peer = await server.connection();
    const registering = client.acquire(1, 20).register();
    await peer.receive(REGISTER_APP.request);
    peer.send(REGISTER_APP.response, { status: 0 });
    await registering;
    const before = client.counters();
    for (let n = 0; n < 20; n += 1) client.send({ atrId: 1, appValue: 30, data: 'x' }, () => undefined);
    for (let n = 0; n < 20; n += 1) await peer.frame();
    const after = client.counters();
    assert.deepEqual(
      [after.framesOut - before.framesOut, after.bytesOut - before.bytesOut],
      [20, 20 * DATA_FRAME],
    );
  });

  it('count a frame once, however it is split, and bytes as they come', async () => {
    const { server, client } = await scripted();
    await connected(client);
    const peer = await server.connection();
    const before = client.counters();
    const frame = encodeFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE, {
      atrId: 1,
      appValue: 2,
      data: Buffer.from('split'),
    });
    const received = new Promise<void>((resolve) => {
      client.subscribe({}, () => resolve());
    });
    await peer.writeSingly(frame.subarray(0, 20));
    assert.equal(client.counters().framesIn, before.framesIn);
    peer.write(frame.subarray(20));
    await received;
    const { framesIn, bytesIn } = client.counters();
    assert.deepEqual([framesIn - before.framesIn, bytesIn - before.bytesIn], [1, DATA_FRAME]);
  });

  it('go on over a reconnect, which they count, and count what failed with the connection', async () => {
    const { server, client } = await scripted();
    await connected(client);
    const first = await server.connection();
    const { framesIn, bytesIn, bytesOut } = client.counters(); // what each connection begins with
    const asked = client.getVersion();
    await first.frame();
    first.reset();
    await assert.rejects(asked, { code: 'AKM_CONNECTION_LOST' });
    assert.deepEqual([client.counters().connected, client.counters().connectedSince], [0, undefined]);
    await inState(client, 'connected');
    const second = await server.connection();
    const again = client.getVersion();
    await second.frame();
    second.send(GET_VERSION.response, { major: 1, minor: 0, patch: 0, build: 0 });
    await again;
    const { connectedSince, latencyMs, ...counted } = client.counters();
    assert.ok(connectedSince !== undefined && latencyMs !== undefined);
    assert.deepEqual(counted, {
      framesIn: 2 * framesIn + 1,
      framesOut: 4,
      bytesIn: 2 * bytesIn + sizeOf(GET_VERSION.response, { major: 1, minor: 0, patch: 0, build: 0 }),
      bytesOut: 2 * bytesOut + 2 * sizeOf(GET_VERSION.request, {}),
      errors: 1,
      reconnects: 1,
      queueDepth: 0,
      connected: 1,
    });
  });

  it('tell how much waits', async () => {
    const { server, client } = await scripted();
    await connected(client);
    const peer = await server.connection();
    const asked = [client.getVersion(), client.getVersion(), client.getVersion()];
    assert.equal(client.counters().queueDepth, 2);
    for (const each of asked) {
      await peer.frame();
      peer.send(GET_VERSION.response, { major: 1, minor: 0, patch: 0, build: 0 });
      await each;
    }
    assert.equal(client.counters().queueDepth, 0);
  });

  describe('of errors', () => {
    it('count a message that makes no sense', async () => {
      const { server, client } = await scripted();
      await connected(client);
      const before = client.counters().bytesIn;
      await caughtUp(client, await server.connection());
      assert.deepEqual([client.counters().errors, client.counters().bytesIn - before], [1, HEADER_SIZE]);
    });

    it('count bytes that are no message', async () => {
      const { server, client } = await scripted();
      await connected(client);
      (await server.connection()).write(Buffer.from('this is no AKM message\r\n'));
      await inState(client, 'disconnected');
      assert.equal(client.counters().errors, 1);
    });

    it('count a request that was refused, and tell of it', async () => {
      const { appPort } = await bench.simulator({ fault: 'reject' });
      const client = await connected(bench.app({ port: appPort }));
      const told = once(client, 'failure');
      await assert.rejects(client.acquire(1, 20).register(), { code: 'AKM_REJECTED' });
      const [error, operation] = (await told) as [{ code: string }, string];
      assert.deepEqual(
        [error.code, operation, client.counters().errors],
        ['AKM_REJECTED', 'REGISTER_APP', 1],
      );
    });

    it('count a send that failed, and tell of it', async () => {
      const { client } = await scripted();
      await connected(client);
      const told = once(client, 'failure');
      client.send({ atrId: 1, appValue: 30, data: 'x' }, () => undefined);
      const [error, operation] = (await told) as [{ code: string }, string];
      assert.deepEqual([error.code, operation], ['AKM_NOT_REGISTERED', 'SEND_APP_DATA']);
      client.send({ atrId: 1, appValue: 30, data: 'x'.repeat(4047) }, () => undefined);
      assert.equal(client.counters().errors, 2);
    });

    it('count a send although who listens fails, which is told', async () => {
      const { client } = await scripted();
      await connected(client);
      client.on('failure', () => {
        throw new Error('mine');
      });
      const fault = once(client, 'fault');
      let failed: unknown;
      client.send({ atrId: 1, appValue: 30, data: 'x' }, (error) => {
        failed = error;
      });
      assert.match(String(((await fault) as Error[])[0]), /A listener of "failure" failed: mine/);
      assert.equal((failed as { code?: string } | undefined)?.code, 'AKM_NOT_REGISTERED');
    });

    it('count what is too large for a message', async () => {
      const { client } = await scripted();
      await assert.rejects(client.request(0x7f, Buffer.alloc(5000)), { code: 'AKM_PAYLOAD_TOO_LARGE' });
      assert.equal(client.counters().errors, 1);
    });

    it('count what found the queue full, of each kind, and what waits when the client is closed', async () => {
      const { client } = await scripted({ queueLimit: 1 });
      const operations: string[] = [];
      client.on('failure', ({ code }, operation) => operations.push(`${code} ${operation}`));
      const registration = client.acquire(1, 20);
      assert.throws(() => client.acquire(2, 20), { code: 'AKM_QUEUE_FULL' });
      client.open();
      const asked = registration.register();
      client.send({ atrId: 1, appValue: 30, data: 'x', offline: 'queue' }, () => undefined);
      await assert.rejects(client.getVersion(), { code: 'AKM_QUEUE_FULL' });
      // a registration takes no place among what waits: with a full queue it is what empties it
      const full = ['REGISTER_APP', 'GET_VERSION'].map((name) => `AKM_QUEUE_FULL ${name}`);
      assert.deepEqual(operations.splice(0), full);
      assert.deepEqual([client.counters().errors, client.counters().queueDepth], [2, 1]);
      await Promise.all([assert.rejects(asked, { code: 'AKM_CLOSED' }), client.close()]);
      assert.deepEqual(operations.sort(), ['AKM_CLOSED REGISTER_APP', 'AKM_CLOSED SEND_APP_DATA']);
      assert.equal(client.counters().queueDepth, 0);
    });

    it('count each send that is lost with its connection, on its way or in the queue', async () => {
      const { server, client } = await scripted({ reconnectMin: 60_000, reconnectMax: 60_000 });
      const sends = 2000;
      const told: string[] = [];
      client.on('failure', (_error, operation) => told.push(operation));
      await connected(client);
      const peer = await server.connection();
      const registering = client.acquire(1, 20).register();
      await peer.receive(REGISTER_APP.request);
      peer.send(REGISTER_APP.response, { status: 0 });
      await registering;
      peer.pause();
      let failed = 0;
      const ended = Array.from(
        { length: sends },
        () =>
          new Promise<void>((resolve) =>
            client.send({ atrId: 1, appValue: 30, data: 'x' }, (error) => {
              if (error) failed += 1;
              resolve();
            }),
          ),
      );
      peer.reset();
      await Promise.all(ended);
      assert.ok(failed > 0);
      assert.deepEqual([client.counters().errors, told.length], [failed, failed]);
      assert.ok(told.every((operation) => operation === 'SEND_APP_DATA'));
      assert.equal(client.counters().queueDepth, 0);
    });

    it('leave out a mistake in what is asked for, which is told to nobody but who made it', async () => {
      const { client } = await scripted();
      client.on('failure', () => assert.fail('nothing was asked'));
      client.send({ atrId: -1, appValue: 30, data: 'x' }, () => undefined);
      await assert.rejects(client.request(-1, Buffer.alloc(0)), { code: 'AKM_INVALID_INPUT' });
      assert.throws(() => client.acquire(1, -1), { code: 'AKM_INVALID_INPUT' });
      assert.equal(client.counters().errors, 0);
    });

    it('leave out a heartbeat, also where it finds the connection dead', async () => {
      const { server, client } = await scripted({ heartbeat: 5, requestTimeout: 20 });
      await connected(client);
      const peer = await server.connection();
      await peer.receive(GET_ENDPOINT_INFO.request);
      await inState(client, 'disconnected');
      await inState(client, 'connected');
      const { errors, reconnects } = client.counters();
      assert.deepEqual([errors, reconnects], [0, 1]);
    });

    it('count a question whose missing answer is tolerated', async () => {
      const { server, client } = await scripted();
      await connected(client);
      const peer = await server.connection();
      const asked = client.getVersion({ toleratesNoReply: true });
      await peer.frame();
      peer.reset();
      await assert.rejects(asked, { code: 'AKM_CONNECTION_LOST' });
      assert.equal(client.counters().errors, 1);
    });
  });
});
