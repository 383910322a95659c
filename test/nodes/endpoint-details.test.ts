import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { connection, untimed, type FlowNode } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { usePretendedRemoteAddress } from '../support/sockets.js';

const { request, response } = AMM_OPERATIONS.GET_ENDPOINT_DETAILS;

const ENDPOINT = {
  id: '0xE0000000000000000000000000000001',
  lower64: '0x0000000000000001',
  upper64: '0xE000000000000000',
};

describe('akm-endpoint-details', () => {
  const { nodeRed, bench } = useNodeRed();
  const details = { id: 'details', type: 'akm-endpoint-details' };

  /** Starts a flow at a scripted AMM, and gives its side of the connection. */
  const scripted = async (node: FlowNode = details, settings = {}) => {
    const amm = await bench.scriptedAmm();
    await nodeRed.start(connection({ ammPort: amm.port }, settings), node);
    return amm.connection();
  };

  it('gives what the AMM knows, in the message that asked', async () => {
    await nodeRed.start(connection(await bench.simulator()), details);
    const msg = await nodeRed.success('details', { _msgid: 'mine', payload: ENDPOINT.id, topic: 'kept' });
    const known = Buffer.from('simulated endpoint\0');
    assert.deepEqual(msg, {
      _msgid: 'mine',
      topic: 'kept',
      akm: msg.akm,
      payload: { ...ENDPOINT, confirmation: 0, details: known },
    });
    assert.deepEqual(untimed(msg), {
      service: 'amm',
      operation: 'GET_ENDPOINT_DETAILS',
      requestCode: 0x02,
      responseCode: 0x42,
      confirmation: 0,
      layout: 'inferred',
      raw: Buffer.concat([Buffer.from('010000000000000000000000000000e0', 'hex'), known]),
    });
    assert.deepEqual(nodeRed.statuses('details').at(-1), {
      fill: 'green',
      shape: 'dot',
      text: 'connected, inferred',
    });
  });

  const identifiers: [string, unknown][] = [
    ['a string with 0x', ENDPOINT.id],
    ['a string without, in lower case', 'e0000000000000000000000000000001'],
    ['an object with id', { id: ENDPOINT.id }],
    ['an object with both halves', { lower64: ENDPOINT.lower64, upper64: ENDPOINT.upper64 }],
    ['an entry of a list', { index: 3, ...ENDPOINT }],
    ['a bigint', 0xe0000000000000000000000000000001n],
  ];
  for (const [what, payload] of identifiers) {
    it(`takes ${what} for the identifier`, async () => {
      const amm = await scripted();
      const asked = nodeRed.success('details', { payload });
      assert.deepEqual(await amm.receive(request), { id: ENDPOINT });
      amm.sendRaw(response.code, Buffer.alloc(4));
      assert.deepEqual((await asked).payload, { ...ENDPOINT, confirmation: 0 });
    });
  }

  const targets: [string, string][] = [
    ['msg', 'where.it.is'],
    ['str', ENDPOINT.id],
    ['flow', 'endpoint'],
    ['env', 'AKM_ENDPOINT'],
    ['jsonata', '{ "id": where.it.is }'],
  ];
  for (const [targetType, target] of targets) {
    it(`finds the identifier in ${targetType} ${target}`, async () => {
      const env = [{ name: 'AKM_ENDPOINT', value: ENDPOINT.id, type: 'str' }];
      await nodeRed.start(
        { id: 'tab', type: 'tab', label: 'test', env },
        connection(await bench.simulator()),
        { ...details, target, targetType },
      );
      nodeRed.node('details').context().flow.set('endpoint', ENDPOINT);
      const { payload } = await nodeRed.success('details', { where: { it: { is: ENDPOINT.id } } });
      assert.equal((payload as { id: string }).id, ENDPOINT.id);
    });
  }

  for (const [payload, told] of [
    ['pump seven', 'text of 10 characters'],
    [undefined, 'undefined'],
    [{}, 'an object'],
    [[ENDPOINT], 'an array of 1'],
  ] as const) {
    it(`asks nothing for ${told}: the error tells what was given and what is needed`, async () => {
      const amm = await scripted();
      const caught = await nodeRed.failure('details', { payload, topic: 'kept' }, 'AKM_INVALID_INPUT');
      assert.ok(
        caught.error.message.startsWith(`AkmError: identifier is ${told}; needed is a 128-bit identifier`),
        caught.error.message,
      );
      assert.deepEqual(caught.akm, { service: 'amm', operation: 'GET_ENDPOINT_DETAILS' });
      assert.deepEqual([caught.topic, nodeRed.size(), amm.unasked], ['kept', 0, 0]);
    });
  }

  it('hands on what the AMM says of an endpoint that it does not know: a question has no refusal', async () => {
    await nodeRed.start(connection(await bench.simulator({ endpoints: 0 })), details);
    const msg = await nodeRed.success('details', { payload: ENDPOINT });
    assert.deepEqual(msg.payload, { ...ENDPOINT, confirmation: 2 });
    assert.deepEqual([msg.akm?.confirmation, msg.akm?.raw], [2, Buffer.alloc(0)]);
  });

  it('gives the identifier that was asked for where the answer is the code alone', async () => {
    const amm = await scripted();
    const asked = nodeRed.success('details', { payload: ENDPOINT });
    await amm.receive(request);
    amm.sendRaw(response.code);
    const msg = await asked;
    assert.deepEqual(msg.payload, ENDPOINT);
    assert.deepEqual([msg.akm?.confirmation, msg.akm?.raw], [undefined, Buffer.alloc(0)]);
  });

  it('gives the identifier that the AMM tells, and bytes that nothing overwrites', async () => {
    const amm = await scripted();
    const other = identifierOf(7n, 0n);
    const answer = async (bytes: string) => {
      const asked = nodeRed.success('details', { payload: ENDPOINT });
      await amm.receive(request);
      amm.send(response, { confirmation: 0, id: other, details: Buffer.from(bytes) });
      return (await asked).payload;
    };
    const first = await answer('first');
    await answer('other');
    assert.deepEqual(first, { ...other, confirmation: 0, details: Buffer.from('first') });
  });

  it('fails with AKM_TIMEOUT without an answer', async () => {
    const { port } = await bench.scriptedAmm(); // which answers nothing but who it is
    await nodeRed.start(connection({ ammPort: port }, { requestTimeout: '100' }), details);
    await nodeRed.showing('details', 'connected');
    const caught = await nodeRed.failure('details', { payload: ENDPOINT }, 'AKM_TIMEOUT');
    assert.match(caught.error.message, /did not answer GET_ENDPOINT_DETAILS_REQUEST within 100 ms/);
    assert.deepEqual(caught.akm, { service: 'amm', operation: 'GET_ENDPOINT_DETAILS' });
    assert.deepEqual(caught.payload, ENDPOINT);
  });

  describe('towards another machine', () => {
    usePretendedRemoteAddress('192.0.2.7');

    it('asks, since a question changes nothing', async () => {
      const amm = await scripted();
      const asked = nodeRed.success('details', { payload: ENDPOINT });
      assert.deepEqual(await amm.receive(request), { id: ENDPOINT });
      amm.sendRaw(response.code);
      await asked;
    });
  });
});
