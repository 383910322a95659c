import assert from 'node:assert/strict';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { connection, untimed, type FlowNode } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';

/** What the simulated AppEndpoint answers to each query. */
const answers = [
  {
    query: 'version',
    operation: 'GET_VERSION',
    requestCode: 0x03,
    payload: { major: 1, minor: 0, patch: 0, build: 0 },
    raw: '01000000',
  },
  {
    query: 'endpoint',
    operation: 'GET_ENDPOINT_INFO',
    requestCode: 0x01,
    payload: { ...identifierOf(1n, 0xe000000000000000n), status: 0, name: 'AKM simulator' },
    raw: `010000000000000000000000000000e000000000${Buffer.from('AKM simulator\0').toString('hex')}`,
  },
  {
    query: 'atrs',
    operation: 'GET_ATR_INFO',
    requestCode: 0x02,
    payload: {
      count: 2,
      atrs: [1, 2].map((n) => ({
        atrId: n,
        reserved: 0,
        category: 3,
        ...identifierOf(BigInt(n), 0xa000000000000000n),
      })),
    },
    raw:
      '02000000' +
      '0100000003000000010000000000000000000000000000a0' +
      '0200000003000000020000000000000000000000000000a0',
  },
] as const;

describe('akm-app-info', () => {
  const { nodeRed, bench } = useNodeRed();
  const info = { id: 'info', type: 'akm-app-info' };

  /** Starts a flow at a scripted AppEndpoint, and gives its side of the connection. */
  const scripted = async (node: FlowNode, settings = {}) => {
    const app = await bench.scriptedApp();
    await nodeRed.start(connection({ appPort: app.port }, settings), node);
    return app.connection();
  };

  for (const { query, operation, requestCode, payload, raw } of answers) {
    it(`gives the ${query} in the message that asked`, async () => {
      await nodeRed.start(connection(await bench.simulator({ atrs: 2 })), { ...info, query });
      const msg = await nodeRed.success('info', { _msgid: 'mine', payload: 'anything', topic: 'kept' });
      assert.deepEqual(msg, { _msgid: 'mine', topic: 'kept', akm: msg.akm, payload });
      assert.deepEqual(untimed(msg), {
        service: 'app',
        operation,
        requestCode,
        responseCode: requestCode + 0x40,
        layout: 'inferred',
        raw: Buffer.from(raw, 'hex'),
      });
      assert.deepEqual(nodeRed.statuses('info').at(-1), {
        fill: 'green',
        shape: 'dot',
        text: 'connected, inferred',
      });
    });

    it(`gives what there is of an answer to ${query} that is shorter than the inferred one`, async () => {
      const app = await scripted({ ...info, query });
      for (const bytes of ['', '01']) {
        const asked = nodeRed.success('info');
        await app.receive(APP_OPERATIONS[operation].request);
        app.sendRaw(requestCode + 0x40, Buffer.from(bytes, 'hex'));
        const msg = await asked;
        assert.deepEqual(msg.payload, query === 'version' && bytes !== '' ? { major: 1 } : {});
        assert.deepEqual(msg.akm?.raw, Buffer.from(bytes, 'hex'));
      }
    });

    it(`fails with AKM_TIMEOUT without an answer to ${query}`, async () => {
      const peer = await bench.simulator({ fault: 'silent' });
      await nodeRed.start(connection(peer, { requestTimeout: '100' }), { ...info, query });
      await nodeRed.showing('info', 'connected');
      const caught = await nodeRed.failure('info', { topic: 'kept' }, 'AKM_TIMEOUT');
      assert.match(caught.error.message, new RegExp(`did not answer ${operation}_REQUEST within 100 ms`));
      assert.deepEqual(caught.akm, { service: 'app', operation });
      assert.equal(caught.topic, 'kept');
    });
  }

  it('asks for the version where a flow does not say what', async () => {
    const app = await scripted(info);
    const asked = nodeRed.success('info');
    await app.receive(APP_OPERATIONS.GET_VERSION.request);
    app.send(APP_OPERATIONS.GET_VERSION.response, { major: 1, minor: 2, patch: 3, build: 4 });
    assert.deepEqual((await asked).payload, { major: 1, minor: 2, patch: 3, build: 4 });
  });

  it('gives the entries that are there where the count is higher', async () => {
    const app = await scripted({ ...info, query: 'atrs' });
    const asked = nodeRed.success('info');
    await app.receive(APP_OPERATIONS.GET_ATR_INFO.request);
    const entry = '0100000003000000010000000000000000000000000000a0';
    app.sendRaw(0x42, Buffer.from(`ffffffff${entry}0200`, 'hex'));
    const { payload } = await asked;
    const { count, atrs } = payload as { count: number; atrs: object[] };
    assert.deepEqual([count, atrs.length], [0xffff_ffff, 1]);
  });

  it('gives bytes that nothing overwrites', async () => {
    const app = await scripted(info);
    const ask = async (bytes: string) => {
      const asked = nodeRed.success('info');
      await app.frame();
      app.sendRaw(0x43, Buffer.from(bytes, 'hex'));
      return (await asked).akm?.raw;
    };
    const first = await ask('01020304deadbeef');
    await ask('ffffffffffffffff');
    assert.deepEqual(first, Buffer.from('01020304deadbeef', 'hex'));
  });

  for (const query of ['everything', '', 'toString']) {
    it(`asks nothing for the query "${query}", which it does not know`, async () => {
      const app = await scripted({ ...info, query });
      await nodeRed.showing('info', 'connected');
      const caught = await nodeRed.failure('info', { topic: 'kept' }, 'AKM_INVALID_INPUT');
      assert.ok(
        caught.error.message.endsWith(`Unknown query "${query}"; expected one of: version, endpoint, atrs`),
        caught.error.message,
      );
      assert.deepEqual([caught.topic, nodeRed.size(), app.unasked], ['kept', 0, 0]);
      assert.equal(nodeRed.texts('info').at(-1), 'invalid input');
    });
  }
});
