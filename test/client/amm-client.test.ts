import assert from 'node:assert/strict';
import { AkmError } from '../../src/errors.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { useTestPeers } from '../support/clients.js';
import { rejection } from '../support/promises.js';

const { LIST_ENDPOINTS, LIST_ATRS, PROVISION_ENDPOINT } = AMM_OPERATIONS;
const NEW_ENDPOINT = identifierOf(0x1234n, 0x5678n);

describe('AMM client', () => {
  const bench = useTestPeers();

  describe('with the simulator', () => {
    it('lists endpoints', async () => {
      const { ammPort } = await bench.simulator({ endpoints: 2 });
      const { endpoints, count, confirmation, truncated } = await bench
        .amm({ port: ammPort })
        .listEndpoints();
      assert.deepEqual({ count, confirmation, truncated }, { count: 2, confirmation: 0, truncated: false });
      assert.deepEqual(endpoints, [
        {
          id: '0xE0000000000000000000000000000001',
          lower64: '0x0000000000000001',
          upper64: '0xE000000000000000',
        },
        {
          id: '0xE0000000000000000000000000000002',
          lower64: '0x0000000000000002',
          upper64: '0xE000000000000000',
        },
      ]);
    });

    it('lists as many as there can be, and none', async () => {
      const full = await bench.simulator({ endpoints: 32, atrs: 64 });
      const client = bench.amm({ port: full.ammPort });
      assert.equal((await client.listEndpoints()).endpoints.length, 32);
      const { atrs, count, truncated, responseCode } = await client.listAtrs();
      assert.deepEqual([atrs.length, count, truncated, responseCode], [64, 64, false, 0x45]);
      const empty = await bench.simulator({ endpoints: 0, atrs: 0 });
      const other = bench.amm({ port: empty.ammPort });
      assert.deepEqual((await other.listEndpoints()).endpoints, []);
      assert.deepEqual((await other.listAtrs()).atrs, []);
    });

    it('lists trust relationships with the names of their categories', async () => {
      const { ammPort } = await bench.simulator({ atrs: 5 });
      const { atrs } = await bench.amm({ port: ammPort }).listAtrs();
      assert.deepEqual(
        atrs.map(({ category, categoryName, id, lower64, upper64 }) => [
          category,
          categoryName,
          id,
          lower64,
          upper64,
        ]),
        [
          [3, 'Operational', 1],
          [3, 'Operational', 2],
          [3, 'Operational', 3],
          [2, 'Provisional', 4],
          [1, 'Bootstrap', 5],
        ].map(([category, name, n]) => [
          category,
          name,
          `0xA000000000000000000000000000000${n}`,
          `0x000000000000000${n}`,
          '0xA000000000000000',
        ]),
      );
    });

    it('provisions an endpoint, which is then listed', async () => {
      const { ammPort } = await bench.simulator({ endpoints: 1 });
      const client = bench.amm({ port: ammPort });
      const { confirmation, raw, layout, requestCode, responseCode } = await client.provisionEndpoint(
        NEW_ENDPOINT.id,
      );
      assert.deepEqual(
        { confirmation, raw, layout, requestCode, responseCode },
        { confirmation: 0, raw: Buffer.alloc(0), layout: 'inferred', requestCode: 0x03, responseCode: 0x43 },
      );
      assert.deepEqual((await client.listEndpoints()).endpoints[1], NEW_ENDPOINT);
    });

    it('says that the AMM refused, with its confirmation', async () => {
      const { ammPort } = await bench.simulator({ endpoints: 1 });
      const client = bench.amm({ port: ammPort });
      await client.provisionEndpoint(NEW_ENDPOINT);
      const error = await rejection(client.provisionEndpoint(NEW_ENDPOINT), 'AKM_REJECTED');
      assert.equal(error.confirmation, 4);
      assert.match(
        error.message,
        /^The AMM refused PROVISION_ENDPOINT_REQUEST: confirmation 4 \(0 would mean success; .*\)\. Usually: the endpoint is listed already, /,
      );
      assert.equal((await client.listEndpoints()).count, 2);
    });
  });

  describe('with any AMM', () => {
    it('hands the filter on', async () => {
      const server = await bench.scriptedAmm();
      const client = bench.amm({ port: server.port });
      const lists = [
        client.listEndpoints(),
        client.listEndpoints(0xffff_ffff),
        client.listAtrs(),
        client.listAtrs(3),
      ];
      const connection = await server.connection();
      for (const filter of [0, 0xffff_ffff]) {
        assert.deepEqual(await connection.receive(LIST_ENDPOINTS.request), { filter });
        connection.send(LIST_ENDPOINTS.response, { confirmation: 0, count: 0, endpoints: [] });
      }
      for (const filter of [0, 3]) {
        assert.deepEqual(await connection.receive(LIST_ATRS.request), { filter });
        connection.send(LIST_ATRS.response, { confirmation: 0, count: 0, atrs: [] });
      }
      await Promise.all(lists);
    });

    it('takes a hole in an array of endpoints for what is missing, and writes nothing', async () => {
      const { port } = await bench.scriptedAmm();
      const client = bench.amm({ port });
      const endpoints = Object.assign([NEW_ENDPOINT], { length: 2 });
      const { message } = await rejection(client.createOperationalAtr(endpoints), 'AKM_INVALID_INPUT');
      assert.match(message, /^endpoints\[1\] is undefined; /);
    });

    it('tells that a list was cut where the AMM counts more than a message can hold', async () => {
      const server = await bench.scriptedAmm();
      const client = bench.amm({ port: server.port });
      const lists = [client.listEndpoints(), client.listAtrs()] as const;
      const connection = await server.connection();
      const endpoints = Array.from({ length: 32 }, (_, n) => identifierOf(BigInt(n), 0n));
      const atrs = endpoints.flatMap((identifier) =>
        [identifier, identifier].map((each) => ({ category: 9, id: each })),
      );
      await connection.receive(LIST_ENDPOINTS.request);
      connection.send(LIST_ENDPOINTS.response, { confirmation: 0, count: 33, endpoints });
      await connection.receive(LIST_ATRS.request);
      connection.send(LIST_ATRS.response, { confirmation: 5, count: 0xffff_ffff, atrs });
      const [endpointList, atrList] = await Promise.all(lists);
      assert.deepEqual(
        [endpointList.endpoints, endpointList.count, endpointList.truncated],
        [endpoints, 33, true],
      );
      assert.deepEqual([atrList.atrs.length, atrList.count, atrList.truncated], [64, 0xffff_ffff, true]);
      assert.equal(atrList.atrs[0]?.categoryName, 'Unknown');
      assert.equal(atrList.confirmation, 5, 'the confirmation of a list is told, whatever it is');
    });

    it('understands a list that is sent without its unused entries', async () => {
      const server = await bench.scriptedAmm();
      const client = bench.amm({ port: server.port });
      const list = client.listEndpoints();
      const connection = await server.connection();
      await connection.receive(LIST_ENDPOINTS.request);
      const body = Buffer.alloc(8 + 16, 1);
      body.writeUInt32LE(0, 0);
      body.writeUInt32LE(1, 4);
      connection.sendRaw(LIST_ENDPOINTS.response.code, body);
      assert.equal((await list).endpoints[0]?.id, `0x${'01'.repeat(16)}`);
    });

    /** What provisioning comes to where the AMM answers with this body. */
    async function provisioned(
      body: string,
      options: { successCode?: number | undefined } = {},
    ): Promise<unknown> {
      const server = await bench.scriptedAmm();
      const client = bench.amm({ port: server.port, ...options });
      const provisioning = client.provisionEndpoint(NEW_ENDPOINT);
      const connection = await server.connection();
      assert.deepEqual(await connection.receive(PROVISION_ENDPOINT.request), { id: NEW_ENDPOINT });
      connection.sendRaw(PROVISION_ENDPOINT.response.code, Buffer.from(body, 'hex'));
      return provisioning.then(
        ({ confirmation, raw }) => ({ confirmation, raw: raw.toString('hex') }),
        (error: unknown) => {
          assert.ok(error instanceof AkmError);
          return { code: error.code, confirmation: error.confirmation };
        },
      );
    }

    it('takes 0 for success, and hands on what follows', async () => {
      assert.deepEqual(await provisioned('00000000'), { confirmation: 0, raw: '' });
      assert.deepEqual(await provisioned('00000000aabbcc'), { confirmation: 0, raw: 'aabbcc' });
      assert.deepEqual(await provisioned('01000000'), { code: 'AKM_REJECTED', confirmation: 1 });
    });

    it('takes another number for success where it is told to', async () => {
      assert.deepEqual(await provisioned('01000000', { successCode: 1 }), { confirmation: 1, raw: '' });
      assert.deepEqual(await provisioned('00000000', { successCode: 1 }), {
        code: 'AKM_REJECTED',
        confirmation: 0,
      });
    });

    it('takes every number for success where there is no success code', async () =>
      assert.deepEqual(await provisioned('ffffffff', { successCode: undefined }), {
        confirmation: 0xffff_ffff,
        raw: '',
      }));

    it('does not take an answer that is too short for a confirmation for a yes, unless every answer is one', async () => {
      for (const body of ['', '010000']) {
        assert.deepEqual(await provisioned(body), { code: 'AKM_PROTOCOL', confirmation: undefined });
        assert.deepEqual(await provisioned(body, { successCode: undefined }), {
          confirmation: undefined,
          raw: '',
        });
      }
    });
  });
});
