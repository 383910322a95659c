import assert from 'node:assert/strict';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT } from '../../src/protocol/header.js';
import { encodeRawFrame } from '../../src/protocol/message.js';
import { caughtUp, connected, useTestPeers } from '../support/clients.js';
import { rejection } from '../support/promises.js';

const hex = (bytes: Buffer): string => bytes.toString('hex');

describe('requests of any code', () => {
  const bench = useTestPeers();
  const services = [
    {
      service: 'the AMM',
      dialect: AMM_DIALECT,
      start: async () => {
        const server = await bench.scriptedAmm();
        return { client: await connected(bench.amm({ port: server.port })), server };
      },
    },
    {
      service: 'the AppEndpoint',
      dialect: APP_DIALECT,
      start: async () => {
        const server = await bench.scriptedApp();
        return { client: await connected(bench.app({ port: server.port })), server };
      },
    },
  ];

  for (const { service, dialect, start } of services) {
    describe(`to ${service}`, () => {
      it('hand on bytes as they are, both ways', async () => {
        const { client, server } = await start();
        const connection = await server.connection();
        const asked = client.request(0x1234_5678, Buffer.from('00ff10', 'hex'));
        const { payload } = await connection.frame();
        assert.equal(hex(payload), '7856341200ff10');
        connection.sendRaw(0x1234_5678, Buffer.from('ff', 'hex'));
        connection.sendRaw(0x1234_56b8, Buffer.from('aabb', 'hex'));
        const { latencyMs, ...answer } = await asked;
        assert.ok(latencyMs >= 0);
        assert.deepEqual(answer, {
          requestCode: 0x1234_5678,
          responseCode: 0x1234_56b8,
          layout: 'custom',
          body: Buffer.from('aabb', 'hex'),
        });
      });

      it('take another code for the answer where they are told to, and no other', async () => {
        const { client, server } = await start();
        const connection = await server.connection();
        const asked = client.request(0x20, Buffer.alloc(0), 0x21);
        assert.equal(hex((await connection.frame()).payload), '20000000');
        connection.sendRaw(0x60, Buffer.from('01', 'hex'));
        connection.sendRaw(0x21, Buffer.from('02', 'hex'));
        const { body, responseCode } = await asked;
        assert.deepEqual([hex(body), responseCode], ['02', 0x21]);
      });

      it('are refused for what is no code and no body', async () => {
        const { client } = await start();
        for (const code of [-1, 1.5, 0xffff_ffc0]) {
          await rejection(client.request(code, Buffer.alloc(0)), 'AKM_INVALID_INPUT');
        }
        await rejection(client.request(1, 'text' as never), 'AKM_INVALID_INPUT');
      });

      it('go in turn with the others', async () => {
        const { client, server } = await start();
        const connection = await server.connection();
        const asked = [client.request(0x20, Buffer.alloc(1)), client.request(0x21, Buffer.alloc(2))];
        for (const [code, size] of [
          [0x20, 1],
          [0x21, 2],
        ] as const) {
          const frame = await connection.frame();
          assert.deepEqual([frame.code, frame.payload.length], [code, 4 + size]);
          assert.equal(connection.unasked, 0, 'one at a time');
          connection.sendRaw(code + 0x40, Buffer.of(code));
        }
        assert.deepEqual(
          (await Promise.all(asked)).map(({ body }) => hex(body)),
          ['20', '21'],
        );
      });

      it('give a copy: an answer keeps no more of what arrived than itself', async () => {
        const { client, server } = await start();
        const connection = await server.connection();
        const asked = client.request(0x20, Buffer.alloc(0));
        await connection.frame();
        const answer = encodeRawFrame(dialect, 0x60, Buffer.from('deadbeef', 'hex'));
        const more = Array.from({ length: 10 }, () => encodeRawFrame(dialect, 0x77, Buffer.alloc(4000)));
        connection.write(Buffer.concat([answer, ...more]));
        const { body } = await asked;
        assert.equal(hex(body), 'deadbeef');
        assert.ok(body.buffer.byteLength <= Buffer.poolSize, `${body.buffer.byteLength} bytes are kept`);
      });

      it('write nothing where the body is too large', async () => {
        const { client, server } = await start();
        const connection = await server.connection();
        const error = await rejection(client.request(0x20, Buffer.alloc(4081)), 'AKM_PAYLOAD_TOO_LARGE');
        assert.match(error.message, /4081 bytes; at most 4080 are allowed/);
        await caughtUp(client, connection);
        assert.equal(connection.unasked, 0);
        const asked = client.request(0x20, Buffer.alloc(4080, 1));
        assert.equal((await connection.frame()).payload.length, 4084);
        connection.sendRaw(0x60);
        assert.equal((await asked).body.length, 0);
      });

      it('open the connection by themselves', async () => {
        const { client, server } = await start();
        await client.close();
        const again =
          service === 'the AMM' ? bench.amm({ port: server.port }) : bench.app({ port: server.port });
        const asked = again.request(0x20, Buffer.alloc(0));
        await server.connection();
        const connection = await server.connection();
        await connection.frame();
        connection.sendRaw(0x60);
        await asked;
      });
    });
  }

  it('to the AppEndpoint never take application data for the answer', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port }));
    const connection = await server.connection();
    for (const asked of [client.request(0x06, Buffer.alloc(0)), client.request(0x01, Buffer.alloc(0), 0x46)])
      assert.match((await rejection(asked, 'AKM_INVALID_INPUT')).message, /response code is 0x46/);
    await caughtUp(client, connection);
    assert.equal(connection.unasked, 0);
    const version = client.getVersion();
    await connection.receive(APP_OPERATIONS.GET_VERSION.request);
    connection.sendRaw(0x43);
    assert.equal((await version).layout, 'inferred');
  });

  it('to the AMM may have the answer 0x46', async () => {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port }));
    const connection = await server.connection();
    const asked = client.request(0x06, Buffer.from('abcd', 'hex'));
    assert.equal(hex((await connection.frame()).payload), '06000000abcd');
    connection.sendRaw(0x46, Buffer.alloc(4));
    assert.equal(hex((await asked).body), '00000000');
  });
});
