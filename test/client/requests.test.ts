import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS, RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT } from '../../src/protocol/header.js';
import { encodeFrame, encodeRawFrame } from '../../src/protocol/message.js';
import { caughtUp, connected, inState, useTestPeers } from '../support/clients.js';
import { requireNoTimersLeft, useFakeClock } from '../support/fake-clock.js';
import { rejection, turn, watch } from '../support/promises.js';
import type { ScriptedConnection } from '../support/scripted-server.js';

const LIST = AMM_OPERATIONS.LIST_ENDPOINTS;
const ATRS = AMM_OPERATIONS.LIST_ATRS;
const VERSION = APP_OPERATIONS.GET_VERSION;

/** An answer to LIST_ENDPOINTS that can be told from others by its confirmation. */
const answer = (confirmation: number) => ({ confirmation, count: 0, endpoints: [] });
const answerFrame = (confirmation: number): Buffer =>
  encodeFrame(AMM_DIALECT, LIST.response, answer(confirmation));
const version = (major: number) => ({ major, minor: 0, patch: 0, build: 0 });

describe('requests', () => {
  const bench = useTestPeers();
  const time = useFakeClock();
  requireNoTimersLeft(time);

  /** Receives the next LIST_ENDPOINTS, told from others by its filter, and answers it. */
  async function serve(connection: ScriptedConnection, filter: number): Promise<void> {
    assert.deepEqual(await connection.receive(LIST.request), { filter });
    connection.send(LIST.response, answer(filter));
  }

  it('go one at a time and in order', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port });
    const lists = [1, 2, 3].map((filter) => client.listEndpoints(filter));
    const connection = await server.connection();
    for (const filter of [1, 2, 3]) {
      assert.deepEqual(await connection.receive(LIST.request), { filter });
      await caughtUp(client, connection);
      assert.equal(connection.unasked, 0);
      connection.send(LIST.response, answer(filter));
    }
    assert.deepEqual(
      (await Promise.all(lists)).map(({ confirmation }) => confirmation),
      [1, 2, 3],
    );
  });

  it('tell how the exchange went', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port });
    const list = client.listEndpoints();
    const connection = await server.connection();
    await connection.receive(LIST.request);
    time.clock.advance(12);
    connection.send(LIST.response, answer(0));
    const { requestCode, responseCode, latencyMs, layout } = await list;
    assert.deepEqual(
      { requestCode, responseCode, latencyMs, layout },
      { requestCode: 0x01, responseCode: 0x41, latencyMs: 12, layout: 'documented' },
    );
  });

  it('are answered by nothing but their own response', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port });
    const list = client.listEndpoints();
    const next = watch(client.listAtrs());
    const watched = watch(list);
    const connection = await server.connection();
    await connection.receive(LIST.request);
    for (const code of [0x00, 0x01, 0x42, ATRS.response.code, 0x46, 0x99, 0xffff_ffff])
      connection.sendRaw(code);
    connection.sendRaw(0x4100); // the code is a U32, all of it
    await caughtUp(client, connection);
    assert.deepEqual([watched.settled, next.settled, connection.unasked], [false, false, 0]);
    connection.send(LIST.response, answer(3));
    assert.equal((await list).confirmation, 3);
    await connection.receive(ATRS.request);
  });

  it('are not disturbed by pushes and unknown codes in between', async () => {
    const server = await bench.scriptedApp();
    const client = bench.app({ port: server.port });
    const received: number[] = [];
    client.subscribe({}, ({ appValue }) => received.push(appValue));
    const [first, second] = [client.getVersion(), client.getVersion()];
    const connection = await server.connection();
    for (const [major, asked] of [
      [1, first],
      [2, second],
    ] as const) {
      // prettier-ignore
      await connection.receive(VERSION.request);
      connection.send(RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: major, data: Buffer.from('x') });
      connection.sendRaw(0x45, Buffer.alloc(4));
      connection.sendRaw(0x7777_7777);
      await caughtUp(client, connection);
      assert.equal(connection.unasked, 0);
      connection.send(VERSION.response, version(major));
      connection.sendRaw(0x45);
      assert.equal((await asked).fields.major, major);
    }
    assert.deepEqual(received, [1, 2]);
  });

  it('are not answered by an answer that came twice', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port });
    const lists = [1, 2].map((filter) => client.listEndpoints(filter));
    const connection = await server.connection();
    assert.deepEqual(await connection.receive(LIST.request), { filter: 1 });
    connection.write(Buffer.concat([answerFrame(1), answerFrame(1), answerFrame(1)]));
    assert.deepEqual(await connection.receive(LIST.request), { filter: 2 });
    await caughtUp(client, connection);
    connection.send(LIST.response, answer(2));
    assert.deepEqual(
      (await Promise.all(lists)).map(({ confirmation }) => confirmation),
      [1, 2],
    );
  });

  it('are not answered by what had begun to come before they were written', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port });
    const lists = [1, 2].map((filter) => client.listEndpoints(filter));
    const connection = await server.connection();
    await connection.receive(LIST.request);
    const twice = Buffer.concat([answerFrame(1), answerFrame(1)]);
    connection.write(twice.subarray(0, -100));
    assert.deepEqual(await connection.receive(LIST.request), { filter: 2 });
    connection.write(twice.subarray(-100));
    await caughtUp(client, connection);
    connection.send(LIST.response, answer(2));
    assert.deepEqual(
      (await Promise.all(lists)).map(({ confirmation }) => confirmation),
      [1, 2],
    );
  });

  it('are answered by what begins to come after they were written, whatever had begun before', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port });
    const lists = [1, 2].map((filter) => client.listEndpoints(filter));
    const connection = await server.connection();
    await connection.receive(LIST.request);
    const noMessage = Buffer.from('a55a5aa501000000ffff0000', 'hex');
    connection.write(Buffer.concat([answerFrame(1), noMessage.subarray(0, 5)]));
    await connection.receive(LIST.request);
    connection.write(Buffer.concat([noMessage.subarray(5), answerFrame(2)]));
    assert.deepEqual(
      (await Promise.all(lists)).map(({ confirmation }) => confirmation),
      [1, 2],
    );
  });

  it('are not answered by what comes before they are made', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port }));
    const connection = await server.connection();
    connection.send(LIST.response, answer(99));
    await caughtUp(client, connection);
    const list = client.listEndpoints(1);
    await serve(connection, 1);
    assert.equal((await list).confirmation, 1);
  });

  it('are not answered by what comes in the chunk in which they are made', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port }));
    const connection = await server.connection();
    const asked = new Promise<number | undefined>((resolve, reject) => {
      client.subscribe({}, () => {
        client.getVersion().then(({ fields }) => resolve(fields.major), reject);
      });
    });
    const push = { atrId: 1, appValue: 1, data: Buffer.alloc(0) };
    connection.write(
      Buffer.concat([
        encodeFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE, push),
        encodeFrame(APP_DIALECT, VERSION.response, version(1)),
      ]),
    );
    await connection.receive(VERSION.request);
    await caughtUp(client, connection);
    connection.send(VERSION.response, version(2));
    assert.equal(await asked, 2);
  });

  it('understand an answer that comes in single bytes', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port });
    const lists = [client.listEndpoints(1), client.listEndpoints(2)];
    const connection = await server.connection();
    for (const filter of [1, 2]) {
      assert.deepEqual(await connection.receive(LIST.request), { filter });
      await connection.writeSingly(answerFrame(filter).subarray(0, 40));
      connection.write(answerFrame(filter).subarray(40));
    }
    assert.deepEqual(
      (await Promise.all(lists)).map(({ confirmation }) => confirmation),
      [1, 2],
    );
  });

  it('fail where the answer is short of what is documented, and leave the connection as it is', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port });
    const [first, second] = [client.listEndpoints(1), client.listEndpoints(2)];
    const connection = await server.connection();
    await connection.receive(LIST.request);
    connection.sendRaw(LIST.response.code, Buffer.from('0000000001000000', 'hex'));
    assert.match(
      (await rejection(first, 'AKM_PROTOCOL')).message,
      /LIST_ENDPOINTS_RESPONSE has only 12 bytes/,
    );
    await serve(connection, 2);
    assert.equal((await second).confirmation, 2);
  });

  it('do not move on for a message too short to have a code, which is told', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port });
    const faults: Error[] = [];
    client.on('fault', (error) => faults.push(error));
    const list = client.listEndpoints(1);
    const connection = await server.connection();
    await connection.receive(LIST.request);
    connection.write(Buffer.from('a55a5aa501000300fcff0000410000', 'hex'));
    await caughtUp(client, connection);
    assert.match(faults[0]?.message ?? '', /the AMM at .* sent a 3-byte message/);
    connection.send(LIST.response, answer(1));
    await list;
  });

  it('do not write what cannot be encoded', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port }));
    const connection = await server.connection();
    assert.match(
      (await rejection(client.listEndpoints(2 ** 32), 'AKM_INVALID_INPUT')).message,
      /^filter is 4294967296/,
    );
    await rejection(client.provisionEndpoint('0x'), 'AKM_INVALID_INPUT');
    await caughtUp(client, connection);
    assert.equal(connection.unasked, 0);
  });

  describe('without an answer', () => {
    it('fail after the request timeout; the next one goes out on a new connection', async () => {
      const server = await bench.scriptedAmm();
      const client = bench.amm({ port: server.port, requestTimeout: 700, reconnectMin: 100 });
      const [first, second] = [client.listEndpoints(1), client.listEndpoints(2)];
      const connection = await server.connection();
      await connection.receive(LIST.request);
      const watched = watch(first);
      time.clock.advance(699);
      await caughtUp(client, connection);
      assert.equal(watched.settled, false);
      time.clock.advance(1);
      const { message } = await rejection(first, 'AKM_TIMEOUT');
      assert.match(message, /the AMM at .* did not answer LIST_ENDPOINTS_REQUEST within 700 ms/);
      await connection.closed;
      time.clock.advance(100);
      await serve(await server.connection(), 2);
      assert.equal((await second).confirmation, 2);
      assert.equal(server.accepted, 2);
    });

    it('are timed from their own write, not from when they were made', async () => {
      const server = await bench.scriptedAmm();
      const client = bench.amm({ port: server.port, requestTimeout: 700 });
      const [first, second] = [client.listEndpoints(1), client.listEndpoints(2)];
      const connection = await server.connection();
      await connection.receive(LIST.request);
      time.clock.advance(600);
      connection.send(LIST.response, answer(1));
      await first;
      await connection.receive(LIST.request);
      time.clock.advance(600);
      connection.send(LIST.response, answer(2));
      assert.equal((await second).confirmation, 2);
    });

    it('never take a late one for the answer to the next', async () => {
      const server = await bench.scriptedAmm();
      const client = bench.amm({ port: server.port, requestTimeout: 700, reconnectMin: 100 });
      const [first, second] = [client.listEndpoints(1), client.listEndpoints(2)];
      const connection = await server.connection();
      await connection.receive(LIST.request);
      connection.send(LIST.response, answer(1)); // on its way when the time is up
      time.clock.advance(700);
      await rejection(first, 'AKM_TIMEOUT');
      connection.send(LIST.response, answer(1));
      time.clock.advance(100);
      const next = await server.connection();
      await next.receive(LIST.request);
      await caughtUp(client, next);
      next.send(LIST.response, answer(2));
      assert.equal((await second).confirmation, 2);
    });
  });

  describe('whose connection is lost', () => {
    it('fail at once where they were written; the others go out on the next connection, in order', async () => {
      const server = await bench.scriptedAmm();
      const client = bench.amm({ port: server.port, reconnectMin: 100 });
      const lists = [1, 2, 3].map((filter) => client.listEndpoints(filter));
      const [first, second, third] = lists as [(typeof lists)[0], (typeof lists)[0], (typeof lists)[0]];
      const connection = await server.connection();
      await connection.receive(LIST.request);
      connection.reset();
      await rejection(first, 'AKM_CONNECTION_LOST');
      time.clock.advance(100);
      const next = await server.connection();
      for (const filter of [2, 3]) await serve(next, filter);
      assert.deepEqual([(await second).confirmation, (await third).confirmation], [2, 3]);
    });

    it('are not held up by the deadline of the one that failed', async () => {
      const server = await bench.scriptedAmm();
      const client = bench.amm({ port: server.port, requestTimeout: 700, reconnectMin: 100 });
      const [first, second] = [client.listEndpoints(1), client.listEndpoints(2)];
      const connection = await server.connection();
      await connection.receive(LIST.request);
      time.clock.advance(500);
      connection.reset();
      await rejection(first, 'AKM_CONNECTION_LOST');
      time.clock.advance(100);
      const next = await server.connection();
      await next.receive(LIST.request);
      time.clock.advance(600); // more than there was left to the first
      assert.equal(client.state, 'connected');
      next.send(LIST.response, answer(2));
      await second;
    });
  });

  describe('without a connection', () => {
    it('wait for one as long as the request timeout, then fail at once until there is one', async () => {
      const server = await bench.scriptedAmm();
      const { port } = server;
      const comeBack = await server.away();
      const client = bench.amm({ port, requestTimeout: 5000, reconnectMin: 20_000, reconnectMax: 20_000 });
      const early = client.listEndpoints(1);
      await inState(client, 'disconnected');
      const later = client.listEndpoints(2);
      const settled = [watch(early), watch(later)];
      time.clock.advance(4999);
      await turn();
      assert.deepEqual(
        settled.map((each) => each.settled),
        [false, false],
      );
      time.clock.advance(1);
      for (const list of [early, later]) {
        const { message } = await rejection(list, 'AKM_NOT_CONNECTED');
        assert.match(message, new RegExp(`^Not connected to the AMM at 127.0.0.1:${port}: .*ECONNREFUSED`));
      }
      await rejection(client.listEndpoints(3), 'AKM_NOT_CONNECTED');
      await comeBack();
      time.clock.advanceToNext();
      await inState(client, 'connected');
      const list = client.listEndpoints(4);
      await serve(await server.connection(), 4);
      assert.equal((await list).confirmation, 4);
    });

    it('wait again, as long, after a later loss', async () => {
      const server = await bench.scriptedAmm();
      const client = bench.amm({
        port: server.port,
        requestTimeout: 5000,
        reconnectMin: 20_000,
        reconnectMax: 20_000,
      });
      await connected(client);
      time.clock.advance(60_000);
      const comeBack = await server.away();
      await inState(client, 'disconnected');
      time.clock.advance(4000);
      const list = client.listEndpoints(1);
      const watched = watch(list);
      time.clock.advance(999);
      await turn();
      assert.equal(watched.settled, false);
      time.clock.advance(1);
      await rejection(list, 'AKM_NOT_CONNECTED');
      await comeBack();
    });

    it('wait for the next one also where they are made on hearing of the loss', async () => {
      const server = await bench.scriptedAmm();
      const client = await connected(bench.amm({ port: server.port, reconnectMin: 100 }));
      const list = new Promise((resolve, reject) => {
        client.once('state', () => {
          client.listEndpoints(7).then(resolve, reject);
        });
      });
      (await server.connection()).reset();
      await inState(client, 'disconnected');
      time.clock.advance(100);
      await inState(client, 'connected');
      await Promise.all([list, serve(await server.connection(), 7)]);
    });

    it('go out in order once there is one', async () => {
      const server = await bench.scriptedAmm();
      const { port } = server;
      const comeBack = await server.away();
      const client = bench.amm({ port, reconnectMin: 100, reconnectMax: 100 });
      const lists = [1, 2].map((filter) => client.listEndpoints(filter));
      await inState(client, 'disconnected');
      lists.push(client.listEndpoints(3));
      await comeBack();
      time.clock.advance(100);
      const connection = await server.connection();
      for (const filter of [1, 2, 3]) await serve(connection, filter);
      assert.deepEqual(
        (await Promise.all(lists)).map(({ confirmation }) => confirmation),
        [1, 2, 3],
      );
    });
  });

  it('are refused where as many wait as may', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port, queueLimit: 2 });
    await connected(client);
    const lists = [1, 2, 3].map((filter) => client.listEndpoints(filter)); // one in flight, two wait
    const { message } = await rejection(client.listEndpoints(4), 'AKM_QUEUE_FULL');
    assert.match(message, /^Queue full: 2 requests/);
    const connection = await server.connection();
    await serve(connection, 1);
    await lists[0];
    lists.push(client.listEndpoints(5)); // there is room again
    for (const filter of [2, 3, 5]) await serve(connection, filter);
    assert.deepEqual(
      (await Promise.all(lists)).map(({ confirmation }) => confirmation),
      [1, 2, 3, 5],
    );
  });

  it('free their place in the queue when they fail', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({
      port: server.port,
      queueLimit: 2,
      requestTimeout: 5000,
      reconnectMin: 20_000,
    });
    await connected(client);
    await server.away();
    await inState(client, 'disconnected');
    const lists = [client.listEndpoints(), client.listEndpoints()];
    await rejection(client.listEndpoints(), 'AKM_QUEUE_FULL');
    time.clock.advance(5000);
    for (const list of lists) await rejection(list, 'AKM_NOT_CONNECTED');
    await rejection(client.listEndpoints(), 'AKM_NOT_CONNECTED');
  });

  it('hand on a copy: an answer keeps no more of what arrived than itself', async () => {
    const server = await bench.scriptedApp();
    const client = bench.app({ port: server.port });
    const asked = client.getVersion();
    const connection = await server.connection();
    await connection.receive(VERSION.request);
    const more = Array.from({ length: 10 }, () => encodeRawFrame(APP_DIALECT, 0x77, Buffer.alloc(4000)));
    connection.write(Buffer.concat([encodeFrame(APP_DIALECT, VERSION.response, version(1)), ...more]));
    const { raw } = await asked;
    assert.equal(raw.toString('hex'), '01000000');
    assert.ok(raw.buffer.byteLength <= Buffer.poolSize, `${raw.buffer.byteLength} bytes are kept`);
  });
});
