import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT } from '../../src/protocol/header.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { encodeFrame } from '../../src/protocol/message.js';
import { inState, useTestPeers } from '../support/clients.js';
import { useFakeClock } from '../support/fake-clock.js';
import { rejection, turn } from '../support/promises.js';

const LIST = AMM_OPERATIONS.LIST_ENDPOINTS;
const INFO = APP_OPERATIONS.GET_ENDPOINT_INFO;
const ENDPOINTS = [identifierOf(1n, 2n), identifierOf(3n, 4n)];
/** A whole list, in the AMM's own header. */
const WHOLE_LIST = encodeFrame(AMM_DIALECT, LIST.response, {
  confirmation: 0,
  count: 2,
  endpoints: ENDPOINTS,
});
/** A list that ends with its last endpoint: 12 bytes, and 16 for each. */
const shortList = (count: number): Buffer => {
  const body = Buffer.alloc(8 + 16 * count);
  body.writeUInt32LE(count, 4);
  return body;
};

describe('a new connection', () => {
  const bench = useTestPeers();
  const time = useFakeClock();
  const options = { leavesIdentity: true };
  const times = { requestTimeout: 5000, reconnectMin: 100, reconnectMax: 100 };

  describe('to an AMM', () => {
    it('begins with LIST_ENDPOINTS, and nothing else is written before that is answered', async () => {
      const server = await bench.scriptedAmm(options);
      const client = bench.amm({ port: server.port, allowInferred: true });
      const provisioning = client.provisionEndpoint('0x1');
      const connection = await server.connection();
      assert.deepEqual(await connection.receive(LIST.request), { filter: 0 });
      await turn();
      assert.deepEqual([client.state, connection.unasked], ['connecting', 0]);
      connection.write(WHOLE_LIST);
      await connection.receive(AMM_OPERATIONS.PROVISION_ENDPOINT.request);
      assert.equal(client.state, 'connected');
      connection.send(AMM_OPERATIONS.PROVISION_ENDPOINT.response, { confirmation: 0 });
      await provisioning;
    });

    for (const count of [0, 1, 32])
      it(`takes a list of ${count} without its unused entries for one`, async () => {
        const server = await bench.scriptedAmm(options);
        const client = bench.amm({ port: server.port });
        client.open();
        const connection = await server.connection();
        await connection.receive(LIST.request);
        connection.sendRaw(LIST.response.code, shortList(count));
        await inState(client, 'connected');
      });

    it('goes no further where something else answers, such as an AppEndpoint, and says what to look at', async () => {
      const server = await bench.scriptedApp(options);
      const client = bench.amm({ port: server.port, allowInferred: true, ...times });
      const provisioning = rejection(client.provisionEndpoint('0x1'), 'AKM_PROTOCOL');
      const connection = await server.connection();
      await connection.frame();
      connection.send(INFO.response, { id: identifierOf(1n, 2n), status: 0, name: 'an AppEndpoint' });
      await inState(client, 'disconnected');
      assert.equal(client.lastError?.code, 'AKM_PROTOCOL');
      assert.match(client.lastError.message, /is this the AppEndpoint's port\?/);
      await connection.closed;
      assert.equal(connection.unasked, 0);
      await server.close();
      time.clock.advance(5000);
      assert.match((await provisioning).message, /is this the AppEndpoint's port\?/);
    });

    it('is made again where nothing answers in time', async () => {
      const server = await bench.scriptedAmm(options);
      const client = bench.amm({ port: server.port, ...times });
      client.open();
      await (await server.connection()).receive(LIST.request);
      time.clock.advance(5000);
      await inState(client, 'disconnected');
      assert.equal(client.lastError?.code, 'AKM_TIMEOUT');
      time.clock.advance(100);
      const second = await server.connection();
      await second.receive(LIST.request);
      second.write(WHOLE_LIST);
      await inState(client, 'connected');
    });
  });

  describe('to an AppEndpoint', () => {
    it('begins with GET_ENDPOINT_INFO, and registrations and sends come after its answer', async () => {
      const server = await bench.scriptedApp(options);
      const client = bench.app({ port: server.port });
      const registering = client.acquire(1, 100).register();
      const sending = client.send({ atrId: 1, appValue: 200, data: 'x' });
      const connection = await server.connection();
      await connection.receive(INFO.request);
      await turn();
      assert.deepEqual([client.state, connection.unasked], ['connecting', 0]);
      connection.send(INFO.response, { id: identifierOf(1n, 2n), status: 0, name: '' });
      await connection.receive(APP_OPERATIONS.REGISTER_APP.request);
      connection.send(APP_OPERATIONS.REGISTER_APP.response, { status: 0 });
      await Promise.all([registering, sending]);
    });

    const lists = {
      whole: WHOLE_LIST.subarray(16),
      'one endpoint': shortList(1),
      'no endpoint': shortList(0),
    };
    for (const [what, list] of Object.entries(lists))
      it(`goes no further where an AMM answers (${what}): REGISTER_APP is CREATE_OPERATIONAL_ATR there`, async () => {
        const server = await bench.scriptedApp(options);
        const client = bench.app({ port: server.port, ...times });
        const registering = rejection(client.acquire(1, 100).register(), 'AKM_PROTOCOL');
        for (let connections = 0; connections < 3; connections += 1) {
          const connection = await server.connection();
          await connection.receive(INFO.request);
          connection.sendRaw(LIST.response.code, list);
          await connection.closed;
          assert.equal(connection.unasked, 0);
          await inState(client, 'disconnected');
          if (connections === 2) await server.close();
          time.clock.advance(connections === 2 ? 5000 : 100);
        }
        assert.match(client.lastError?.message ?? '', /The ports seem to be exchanged: an AMM answers/);
        assert.match((await registering).message, /The ports seem to be exchanged/);
      });

    it('is used where nothing answers in time, with one warning', async () => {
      const server = await bench.scriptedApp(options);
      const client = bench.app({ port: server.port, ...times });
      const warnings: string[] = [];
      client.on('warning', (message) => warnings.push(message));
      const registering = client.acquire(1, 100).register();
      for (let connections = 0; connections < 2; connections += 1) {
        const connection = await server.connection();
        await connection.receive(INFO.request);
        time.clock.advance(4999);
        await turn();
        assert.equal(client.state, 'connecting');
        time.clock.advance(1);
        await connection.receive(APP_OPERATIONS.REGISTER_APP.request);
        connection.send(APP_OPERATIONS.REGISTER_APP.response, { status: 0 });
        await registering;
        connection.reset();
        await inState(client, 'disconnected');
        time.clock.advance(100);
      }
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? '', /does not answer GET_ENDPOINT_INFO/);
    });

    it('is given up where an AMM answers after all', async () => {
      const server = await bench.scriptedApp(options);
      const client = bench.app({ port: server.port, ...times });
      client.open();
      const connection = await server.connection();
      await connection.receive(INFO.request);
      time.clock.advance(5000);
      await inState(client, 'connected');
      connection.write(encodeFrame(APP_DIALECT, LIST.response, { confirmation: 0, count: 0, endpoints: [] }));
      await inState(client, 'disconnected');
      assert.match(client.lastError?.message ?? '', /The ports seem to be exchanged/);
    });
  });
});
