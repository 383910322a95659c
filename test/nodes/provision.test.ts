import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { connection, untimed, type FlowNode } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { usePretendedRemoteAddress } from '../support/sockets.js';

const { request, response } = AMM_OPERATIONS.PROVISION_ENDPOINT;

const ENDPOINT = {
  id: '0x00C0FFEE000000000000000000000ABC',
  lower64: '0x0000000000000ABC',
  upper64: '0x00C0FFEE00000000',
};

describe('akm-provision', () => {
  const { nodeRed, bench } = useNodeRed();
  const provision = { id: 'provision', type: 'akm-provision' };

  /** Starts a flow at a scripted AMM, and gives its side of the connection. */
  const scripted = async (node: FlowNode, settings = {}) => {
    const amm = await bench.scriptedAmm();
    await nodeRed.start(connection({ ammPort: amm.port }, settings), node);
    return amm.connection();
  };

  it('tells in the message what the AMM accepted, and that the layout is inferred', async () => {
    await nodeRed.start(connection(await bench.simulator({ endpoints: 1 })), provision);
    const msg = await nodeRed.success('provision', { _msgid: 'mine', payload: ENDPOINT.id, topic: 'kept' });
    assert.deepEqual(msg, {
      _msgid: 'mine',
      topic: 'kept',
      akm: msg.akm,
      payload: { action: 'provision-endpoint', accepted: true, confirmation: 0, ...ENDPOINT },
    });
    assert.deepEqual(untimed(msg), {
      service: 'amm',
      operation: 'PROVISION_ENDPOINT',
      requestCode: 0x03,
      responseCode: 0x43,
      confirmation: 0,
      layout: 'inferred',
      raw: Buffer.alloc(0),
    });
    assert.deepEqual(nodeRed.statuses('provision').at(-1), {
      fill: 'green',
      shape: 'dot',
      text: 'accepted (inferred)',
    });
  });

  const identifiers: [string, unknown][] = [
    ['a string with 0x', '0x00C0FFEE000000000000000000000ABC'],
    ['a string without, in lower case', '00c0ffee000000000000000000000abc'],
    ['an object with id', { id: ENDPOINT.id }],
    ['an object with both halves', { lower64: ENDPOINT.lower64, upper64: ENDPOINT.upper64 }],
    ['an entry of a list', { index: 3, ...ENDPOINT }],
    ['a bigint', 0x00c0ffee000000000000000000000abcn],
  ];
  for (const [what, payload] of identifiers) {
    it(`takes ${what} for the identifier`, async () => {
      const amm = await scripted(provision);
      const provisioned = nodeRed.success('provision', { payload });
      assert.deepEqual(await amm.receive(request), { id: ENDPOINT });
      amm.send(response, { confirmation: 0 });
      await provisioned;
    });
  }

  const targets: [string, string][] = [
    ['msg', 'where.it.is'],
    ['str', ENDPOINT.id],
    ['str', '${AKM_ENDPOINT}'],
    ['flow', 'endpoint'],
    ['global', 'endpoint'],
    ['env', 'AKM_ENDPOINT'],
    ['jsonata', '{ "id": where.it.is }'],
  ];
  for (const [targetType, target] of targets) {
    it(`finds the identifier in ${targetType} ${target}`, async () => {
      const env = [{ name: 'AKM_ENDPOINT', value: ENDPOINT.id, type: 'str' }];
      await nodeRed.start(
        { id: 'tab', type: 'tab', label: 'test', env },
        connection(await bench.simulator()),
        { ...provision, target, targetType },
      );
      nodeRed.node('provision').context().flow.set('endpoint', ENDPOINT);
      nodeRed.node('provision').context().global.set('endpoint', ENDPOINT);
      const { payload } = await nodeRed.success('provision', { where: { it: { is: ENDPOINT.id } } });
      assert.deepEqual(payload, {
        action: 'provision-endpoint',
        accepted: true,
        confirmation: 0,
        ...ENDPOINT,
      });
    });
  }

  const nonsense: [unknown, string][] = [
    ['pump seven', 'text of 10 characters'],
    ['00C0FFEE', '"00C0FFEE"'],
    [undefined, 'undefined'],
    [null, 'null'],
    [12, '12'],
    [{}, 'an object'],
    [{ ...ENDPOINT, lower64: '0x0000000000000001' }, 'an object'],
    [-1n, '-1n'],
    [Buffer.alloc(16), 'a Buffer of 16 bytes'],
  ];
  for (const [payload, told] of nonsense) {
    it(`sends nothing for ${told}: the error tells what was given and what is needed`, async () => {
      const amm = await scripted(provision);
      const caught = await nodeRed.failure('provision', { payload }, 'AKM_INVALID_INPUT');
      assert.ok(
        caught.error.message.startsWith(`AkmError: identifier is ${told}; needed is a 128-bit identifier`),
        caught.error.message,
      );
      assert.deepEqual(caught.akm, { service: 'amm', operation: 'PROVISION_ENDPOINT' });
      assert.equal(amm.unasked, 0);
    });
  }

  it('sends nothing for an action that it does not know', async () => {
    const amm = await scripted({ ...provision, action: 'delete-everything' });
    const caught = await nodeRed.failure('provision', { payload: ENDPOINT }, 'AKM_INVALID_INPUT');
    assert.match(
      caught.error.message,
      /Unknown action "delete-everything"; expected one of: provision-endpoint, create-operational-atr, delete-endpoint, delete-atr/,
    );
    assert.equal(amm.unasked, 0);
  });

  it('fails with the confirmation where the AMM says no', async () => {
    await nodeRed.start(connection(await bench.simulator()), provision);
    await nodeRed.success('provision', { payload: ENDPOINT });
    const msg = { payload: ENDPOINT, topic: 'kept' };
    const caught = await nodeRed.failure('provision', msg, 'AKM_REJECTED');
    assert.match(
      caught.error.message,
      /refused PROVISION_ENDPOINT_REQUEST: confirmation 4 \(0 would mean success; /,
    );
    assert.deepEqual(caught.akm, { service: 'amm', operation: 'PROVISION_ENDPOINT', confirmation: 4 });
    assert.deepEqual([caught.payload, caught.topic], [ENDPOINT, 'kept']);
    assert.deepEqual(nodeRed.statuses('provision').at(-1), {
      fill: 'red',
      shape: 'ring',
      text: 'refused: 4',
    });
  });

  it('knows success by the number that the connection was given', async () => {
    const amm = await scripted(provision, { successCode: '0x10' });
    const accepted = nodeRed.success('provision', { payload: ENDPOINT });
    await amm.receive(request);
    amm.send(response, { confirmation: 16 });
    assert.equal((await accepted).akm?.confirmation, 16);
    const refused = nodeRed.failure('provision', { payload: ENDPOINT }, 'AKM_REJECTED');
    await amm.receive(request);
    amm.send(response, { confirmation: 0 });
    assert.equal((await refused).akm?.confirmation, 0);
  });

  it('takes no answer for a refusal where the connection has no such number', async () => {
    const amm = await scripted(provision, { successCode: '' });
    const accepted = nodeRed.success('provision', { payload: ENDPOINT });
    await amm.receive(request);
    amm.send(response, { confirmation: 4 });
    assert.deepEqual((await accepted).payload, {
      action: 'provision-endpoint',
      accepted: true,
      confirmation: 4,
      ...ENDPOINT,
    });
  });

  it('gives the bytes behind the confirmation, in memory that nothing overwrites', async () => {
    const amm = await scripted(provision);
    const first = nodeRed.success('provision', { payload: ENDPOINT });
    await amm.receive(request);
    amm.sendRaw(response.code, Buffer.from('00000000deadbeef', 'hex'));
    const { akm } = await first;
    const second = nodeRed.success('provision', { payload: ENDPOINT });
    await amm.receive(request);
    amm.sendRaw(response.code, Buffer.from('00000000ffffffff', 'hex'));
    await second;
    assert.deepEqual(akm?.raw, Buffer.from('deadbeef', 'hex'));
  });

  it('does not take the code alone for a yes', async () => {
    const amm = await scripted(provision);
    const failed = nodeRed.failure('provision', { payload: ENDPOINT }, 'AKM_PROTOCOL');
    await amm.receive(request);
    amm.sendRaw(response.code);
    assert.match(
      (await failed).error.message,
      /PROVISION_ENDPOINT_RESPONSE is too short to hold a confirmation/,
    );
  });

  describe('towards another machine', () => {
    usePretendedRemoteAddress('192.0.2.7');

    it('sends nothing, since the layout is inferred', async () => {
      const amm = await scripted(provision);
      await nodeRed.showing('provision', 'connected');
      const caught = await nodeRed.failure('provision', { payload: ENDPOINT }, 'AKM_LAYOUT_UNVERIFIED');
      assert.match(
        caught.error.message,
        /PROVISION_ENDPOINT_REQUEST was not sent .* 192\.0\.2\.7 is not this machine/,
      );
      assert.match(caught.error.message, /Enter the vendor's layout in the connection, or tick there/);
      assert.deepEqual(caught.akm, { service: 'amm', operation: 'PROVISION_ENDPOINT' });
      assert.equal(amm.unasked, 0);
      assert.deepEqual(nodeRed.statuses('provision').at(-1), {
        fill: 'red',
        shape: 'ring',
        text: 'layout not verified',
      });
    });

    it('sends it where the connection permits that', async () => {
      const amm = await scripted(provision, { allowInferred: true });
      const provisioned = nodeRed.success('provision', { payload: ENDPOINT });
      assert.deepEqual(await amm.receive(request), { id: ENDPOINT });
      amm.send(response, { confirmation: 0 });
      await provisioned;
    });
  });
});
