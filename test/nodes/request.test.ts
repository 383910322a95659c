import assert from 'node:assert/strict';
import { connection, untimed, type FlowNode } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';

const hex = (bytes: string): Buffer => Buffer.from(bytes, 'hex');

describe('akm-request', () => {
  const { nodeRed, bench } = useNodeRed();
  const node = { id: 'request', type: 'akm-request', service: 'amm', code: '0x20' };

  /** Starts a flow at a scripted peer, and gives its side of the connection. */
  const scripted = async (properties: Partial<FlowNode> = {}, settings = {}) => {
    const request = { ...node, ...properties };
    const server = await (request.service === 'app' ? bench.scriptedApp() : bench.scriptedAmm());
    const ports = request.service === 'app' ? { appPort: server.port } : { ammPort: server.port };
    await nodeRed.start(connection(ports, settings), request);
    return server.connection();
  };

  for (const service of ['amm', 'app'] as const) {
    it(`hands bytes on to the ${service} as they are, and those of its answer back`, async () => {
      const peer = await scripted({ service });
      const asked = nodeRed.success('request', { _msgid: 'mine', payload: hex('00ff10'), topic: 'kept' });
      assert.deepEqual((await peer.frame()).payload, hex('2000000000ff10'));
      peer.sendRaw(0x60, hex('aabb'));
      const msg = await asked;
      assert.deepEqual(msg, { _msgid: 'mine', topic: 'kept', akm: msg.akm, payload: hex('aabb') });
      assert.deepEqual(untimed(msg), {
        service,
        operation: 'REQUEST',
        requestCode: 0x20,
        responseCode: 0x60,
        layout: 'custom',
      });
      assert.deepEqual(nodeRed.statuses('request').at(-1), {
        fill: 'green',
        shape: 'dot',
        text: 'connected',
      });
    });
  }

  it('asks what the other nodes know, too', async () => {
    const simulator = await bench.simulator({ endpoints: 3 });
    const version = { ...node, id: 'version', service: 'app', code: '3' };
    await nodeRed.start(connection(simulator), { ...node, code: '1' }, version);
    const endpoints = (await nodeRed.success('request', { payload: Buffer.alloc(4) })).payload as Buffer;
    assert.deepEqual([endpoints.length, endpoints.readUInt32LE(4)], [520, 3]);
    assert.deepEqual(
      (await nodeRed.success('version', { payload: Buffer.alloc(0) })).payload,
      hex('01000000'),
    );
  });

  it('sends an empty Buffer as the code alone, and gives an empty one for an answer that is the code alone', async () => {
    const peer = await scripted();
    const asked = nodeRed.success('request', { payload: Buffer.alloc(0) });
    assert.deepEqual((await peer.frame()).payload, hex('20000000'));
    peer.sendRaw(0x60);
    assert.deepEqual((await asked).payload, Buffer.alloc(0));
  });

  it('gives bytes that nothing overwrites', async () => {
    const peer = await scripted();
    const ask = async (bytes: string) => {
      const asked = nodeRed.success('request', { payload: Buffer.alloc(0) });
      await peer.frame();
      peer.sendRaw(0x60, hex(bytes));
      return (await asked).payload;
    };
    const first = await ask('deadbeef');
    await ask('ffffffff');
    assert.deepEqual(first, hex('deadbeef'));
  });

  const codes: [code: string, codeType: string, sent: number][] = [
    ['32', 'num', 0x20],
    ['0x20', 'num', 0x20],
    ['${AKM_CODE}', 'num', 0x30],
    ['AKM_CODE', 'env', 0x30],
    ['code', 'msg', 0x21],
    ['code', 'flow', 0x22],
    ['code + 1', 'jsonata', 0x22],
    ['4294967231', 'num', 0xffff_ffbf],
  ];
  for (const [code, codeType, sent] of codes) {
    it(`finds the code in ${codeType} ${code}`, async () => {
      const amm = await bench.scriptedAmm();
      const env = [{ name: 'AKM_CODE', value: '0x30', type: 'str' }];
      await nodeRed.start({ id: 'tab', type: 'tab', label: 'test', env }, connection({ ammPort: amm.port }), {
        ...node,
        code,
        codeType,
      });
      nodeRed.node('request').context().flow.set('code', '0x22');
      const asked = nodeRed.success('request', { payload: Buffer.alloc(0), code: 0x21 });
      const peer = await amm.connection();
      assert.equal((await peer.frame()).code, sent);
      peer.sendRaw(sent + 0x40);
      assert.equal((await asked).akm?.requestCode, sent);
    });
  }

  const nonsense: [code: unknown, codeType: string, told: string][] = [
    ['', 'num', '""'],
    ['4294967232', 'num', '"4294967232"'],
    ['-1', 'num', '"-1"'],
    ['1.5', 'num', '"1.5"'],
    ['missing', 'msg', 'undefined'],
  ];
  for (const [code, codeType, told] of nonsense) {
    it(`sends nothing for the code ${told}`, async () => {
      const peer = await scripted({ code, codeType });
      const msg = { payload: Buffer.alloc(0), topic: 'kept' };
      const caught = await nodeRed.failure('request', msg, 'AKM_INVALID_INPUT');
      assert.ok(
        caught.error.message.includes(`The request code is ${told}; a whole number from 0 to 4294967231`),
        caught.error.message,
      );
      assert.deepEqual(caught.akm, { service: 'amm', operation: 'REQUEST' });
      assert.deepEqual([caught.topic, nodeRed.size(), peer.unasked], ['kept', 0, 0]);
    });
  }

  for (const [responseCode, code] of [
    ['0x21', 0x21],
    ['33', 0x21],
    ['0', 0],
  ] as const) {
    it(`takes the response code ${responseCode} for the answer, and no other`, async () => {
      const peer = await scripted({ responseCode });
      const asked = nodeRed.success('request', { payload: Buffer.alloc(0) });
      await peer.frame();
      peer.sendRaw(0x60, hex('01'));
      peer.sendRaw(code, hex('02'));
      const msg = await asked;
      assert.deepEqual([msg.payload, msg.akm?.responseCode], [hex('02'), code]);
    });
  }

  for (const responseCode of ['yes', '-1', '4294967296']) {
    it(`sends nothing where the response code is ${responseCode}`, async () => {
      const peer = await scripted({ responseCode });
      const caught = await nodeRed.failure('request', { payload: Buffer.alloc(0) }, 'AKM_INVALID_INPUT');
      assert.match(caught.error.message, /The response code is ".+"; a whole number from 0 to 4294967295/);
      assert.equal(peer.unasked, 0);
    });
  }

  it('sends nothing that would take application data for its answer', async () => {
    const app = await scripted({ service: 'app', code: '6' });
    const caught = await nodeRed.failure('request', { payload: Buffer.alloc(0) }, 'AKM_INVALID_INPUT');
    assert.match(caught.error.message, /The response code is 0x46/);
    assert.equal(app.unasked, 0);
  });

  for (const [payload, told] of [
    ['00000000', 'text of 8 characters'],
    [[0, 0, 0, 0], 'an array of 4'],
    [{ type: 'Buffer', data: [1] }, 'an object'],
    [undefined, 'undefined'],
    [7, '7'],
  ] as const) {
    it(`sends nothing for ${told}, which is no Buffer`, async () => {
      const peer = await scripted();
      const caught = await nodeRed.failure('request', { payload }, 'AKM_INVALID_INPUT');
      assert.ok(
        caught.error.message.includes(
          `msg.payload is ${told}; bytes (a Buffer, a typed array) with what follows the request code`,
        ),
        caught.error.message,
      );
      assert.deepEqual([caught.payload, peer.unasked], [payload, 0]);
    });
  }

  it('sends nothing that is too large, and tells both numbers', async () => {
    const peer = await scripted();
    const caught = await nodeRed.failure('request', { payload: Buffer.alloc(4081) }, 'AKM_PAYLOAD_TOO_LARGE');
    assert.match(caught.error.message, /4081 bytes; at most 4080 are allowed/);
    assert.equal(peer.unasked, 0);
  });

  for (const service of ['amm', 'app'] as const) {
    it(`fails with AKM_TIMEOUT where the ${service} does not know the code, and goes on afterwards`, async () => {
      const known =
        service === 'amm' ? { code: '1', payload: Buffer.alloc(4) } : { code: '3', payload: hex('') };
      const peer = await bench.simulator();
      await nodeRed.start(
        connection(peer, { requestTimeout: '100' }),
        { ...node, service },
        { ...node, id: 'known', service, code: known.code },
      );
      await nodeRed.showing('request', 'connected');
      const caught = await nodeRed.failure('request', { payload: Buffer.alloc(0) }, 'AKM_TIMEOUT');
      assert.match(caught.error.message, /did not answer request 0x20 within 100 ms/);
      assert.deepEqual(caught.akm, { service, operation: 'REQUEST' });
      assert.deepEqual(caught.payload, Buffer.alloc(0));
      await nodeRed.showing('known', 'connected');
      assert.equal((await nodeRed.success('known', { payload: known.payload })).akm?.operation, 'REQUEST');
    });
  }

  it('of a service that a flow has made up fails each message, and ends in good order', async () => {
    await nodeRed.start(connection({}), { ...node, service: 'AMM' });
    const { error } = await nodeRed.failure('request', { payload: hex('') }, 'AKM_INVALID_INPUT');
    assert.match(error.message, /Unknown service "AMM"; expected one of: amm, app/);
    await nodeRed.stop();
  });
});
