import assert from 'node:assert/strict';
import { identifierOf } from '../../src/protocol/identifier.js';
import { connection, untimed, type FlowNode } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { usePretendedRemoteAddress } from '../support/sockets.js';

const ENDPOINT = identifierOf(0x0123456789abcdefn, 0xfedcba9876543210n);
const OTHER = identifierOf(1n, 0n);
const ENDPOINT_BYTES = 'efcdab89674523011032547698badcfe';
const OTHER_BYTES = '01000000000000000000000000000000';

const PROVISION = 'name:text[8] role:u16 id:id128';
const PUMP = { name: 'pump 7', role: 0x0102, id: ENDPOINT.id };
const PUMP_BYTES = `70756d70203700000201${ENDPOINT_BYTES}`;

const hex = (bytes: string): Buffer => Buffer.from(bytes, 'hex');

describe('own layouts in the connection', () => {
  const { nodeRed, bench } = useNodeRed();
  const provision = { id: 'provision', type: 'akm-provision' };
  const details = { id: 'details', type: 'akm-endpoint-details' };

  /** Starts a node at a scripted peer with these layouts: what the node sends, and what it gets. */
  const scripted = async (
    node: FlowNode,
    layouts: Record<string, unknown>,
    service: 'amm' | 'app' = 'amm',
    settings = {},
  ) => {
    const server = await (service === 'amm' ? bench.scriptedAmm() : bench.scriptedApp());
    const ports = service === 'amm' ? { ammPort: server.port } : { appPort: server.port };
    await nodeRed.start(connection(ports, { layouts, ...settings }), node);
    await nodeRed.showing(node.id, 'connected');
    const peer = await server.connection();
    return {
      peer,
      /** Answers the next request with this body; gives the request's. */
      answer: async (code: number, body: string) => {
        const frame = await peer.frame();
        assert.equal(frame.code, code);
        peer.sendRaw(code + 0x40, hex(body));
        return frame.payload.toString('hex', 4);
      },
    };
  };

  it('take the fields of a request from the payload by name, and count as verified', async () => {
    const { answer } = await scripted(provision, { PROVISION_ENDPOINT_REQUEST: PROVISION });
    const provisioned = nodeRed.success('provision', { _msgid: 'mine', payload: PUMP, topic: 'kept' });
    assert.equal(await answer(0x03, '00000000aabb'), PUMP_BYTES);
    const msg = await provisioned;
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
      layout: 'custom',
      raw: hex('aabb'),
    });
    assert.deepEqual(nodeRed.statuses('provision').at(-1), {
      fill: 'green',
      shape: 'dot',
      text: 'accepted',
    });
  });

  it('find the fields where the target is', async () => {
    const target = { target: '{ "id": payload, "name": topic, "role": 258 }', targetType: 'jsonata' };
    const { answer } = await scripted({ ...provision, ...target }, { PROVISION_ENDPOINT_REQUEST: PROVISION });
    const provisioned = nodeRed.success('provision', { payload: ENDPOINT.id, topic: 'pump 7' });
    assert.equal(await answer(0x03, '00000000'), PUMP_BYTES);
    await provisioned;
  });

  it('take a plain identifier for the field id', async () => {
    const { answer } = await scripted(
      { ...provision, action: 'delete-atr' },
      { DELETE_ATR_REQUEST: 'pad[2] id:id128' },
    );
    const deleted = nodeRed.success('provision', { payload: ENDPOINT.id });
    assert.equal(await answer(0x07, '00000000'), `0000${ENDPOINT_BYTES}`);
    assert.deepEqual((await deleted).payload, {
      action: 'delete-atr',
      accepted: true,
      confirmation: 0,
      ...ENDPOINT,
    });
  });

  it('make do without an identifier', async () => {
    const { answer } = await scripted(
      { ...provision, action: 'delete-endpoint' },
      { DELETE_ENDPOINT_REQUEST: 'slot:u16' },
    );
    const deleted = nodeRed.success('provision', { payload: { slot: '0x5' } });
    assert.equal(await answer(0x06, '00000000'), '0500');
    assert.deepEqual((await deleted).payload, { action: 'delete-endpoint', accepted: true, confirmation: 0 });
  });

  it('take an array for the endpoints of a new trust relationship, and objects too', async () => {
    const layout = 'n:u16 endpoints:id128[n]';
    const { answer } = await scripted(
      { ...provision, action: 'create-operational-atr' },
      { CREATE_OPERATIONAL_ATR_REQUEST: layout },
    );
    const created = nodeRed.success('provision', { payload: [ENDPOINT, '0x1'] });
    assert.equal(await answer(0x04, `00000000${OTHER_BYTES}`), `0200${ENDPOINT_BYTES}${OTHER_BYTES}`);
    assert.deepEqual((await created).payload, {
      action: 'create-operational-atr',
      accepted: true,
      confirmation: 0,
      endpoints: [ENDPOINT, OTHER],
      ...OTHER,
    });
    const again = nodeRed.success('provision', { payload: { endpoints: [OTHER] } });
    assert.equal(await answer(0x04, '00000000'), `0100${OTHER_BYTES}`);
    assert.deepEqual((await again).payload, {
      action: 'create-operational-atr',
      accepted: true,
      confirmation: 0,
    });
  });

  for (const [payload, message] of [
    [{ id: ENDPOINT, name: 'pump 7' }, /role is undefined; a whole number from 0 to 65535/],
    [{ ...PUMP, role: 70_000 }, /role is 70000; a whole number from 0 to 65535/],
    [{ ...PUMP, name: 'pump number 7' }, /name has 13 bytes; its field has 8/],
    [ENDPOINT.id, /name is undefined; text/],
    [undefined, /name is undefined; text/],
  ] as const) {
    it(`send nothing where a field is missing or does not fit: ${message.source}`, async () => {
      const { peer } = await scripted(provision, { PROVISION_ENDPOINT_REQUEST: PROVISION });
      const caught = await nodeRed.failure('provision', { payload, topic: 'kept' }, 'AKM_INVALID_INPUT');
      assert.match(caught.error.message, message);
      assert.deepEqual(caught.akm, { service: 'amm', operation: 'PROVISION_ENDPOINT' });
      assert.deepEqual([caught.topic, peer.unasked, nodeRed.size()], ['kept', 0, 0]);
      assert.equal(nodeRed.texts('provision').at(-1), 'invalid input');
    });
  }

  it('of a response alone leave the request inferred', async () => {
    const { answer } = await scripted(provision, {
      PROVISION_ENDPOINT_RESPONSE: 'confirmation:u16 slot:u16 owner:id128',
    });
    const provisioned = nodeRed.success('provision', { payload: ENDPOINT.id });
    assert.equal(await answer(0x03, `00000900${OTHER_BYTES}`), ENDPOINT_BYTES);
    const { payload, akm } = await provisioned;
    assert.deepEqual(payload, {
      action: 'provision-endpoint',
      accepted: true,
      confirmation: 0,
      ...ENDPOINT,
      slot: 9,
      owner: OTHER,
    });
    assert.deepEqual([akm?.layout, akm?.raw], ['inferred', hex(`0900${OTHER_BYTES}`)]);
    assert.equal(nodeRed.texts('provision').at(-1), 'accepted (inferred)');
  });

  it('tell a refusal by their own confirmation', async () => {
    const { answer } = await scripted(provision, {
      PROVISION_ENDPOINT_RESPONSE: 'flags:u16 confirmation:u16',
    });
    const refused = nodeRed.failure('provision', { payload: ENDPOINT.id }, 'AKM_REJECTED');
    await answer(0x03, '00000700');
    assert.equal((await refused).akm?.confirmation, 7);
    assert.equal(nodeRed.texts('provision').at(-1), 'refused: 7');
  });

  it('make every answer a yes where they have no confirmation', async () => {
    const { answer } = await scripted(provision, { PROVISION_ENDPOINT_RESPONSE: 'result:u32' });
    const accepted = nodeRed.success('provision', { payload: ENDPOINT.id });
    await answer(0x03, '07000000');
    assert.deepEqual((await accepted).payload, {
      action: 'provision-endpoint',
      accepted: true,
      confirmation: undefined,
      ...ENDPOINT,
      result: 7,
    });
  });

  it('give the details of an endpoint by name', async () => {
    const { answer } = await scripted(details, {
      GET_ENDPOINT_DETAILS_REQUEST: 'id:id128 level:u8',
      GET_ENDPOINT_DETAILS_RESPONSE:
        'confirmation:u32 id:id128 n:u8 peers:{ id:id128 role:u8 }[n] label:text',
    });
    const asked = nodeRed.success('details', { payload: { ...ENDPOINT, level: 3 } });
    const label = Buffer.from('pump').toString('hex');
    const rest = `${OTHER_BYTES}01${ENDPOINT_BYTES}05${label}`;
    assert.equal(await answer(0x02, `00000000${rest}`), `${ENDPOINT_BYTES}03`);
    const { payload, akm } = await asked;
    assert.deepEqual(payload, {
      confirmation: 0,
      ...OTHER,
      n: 1,
      peers: [{ ...ENDPOINT, role: 5 }],
      label: 'pump',
    });
    assert.deepEqual([akm?.layout, akm?.raw], ['custom', hex(rest)]);
    assert.equal(nodeRed.texts('details').at(-1), 'connected');
  });

  const queries: [
    query: string,
    name: string,
    code: number,
    layout: string,
    body: string,
    payload: object,
  ][] = [
    [
      'version',
      'GET_VERSION_RESPONSE',
      3,
      'text:text[4] flags:u8[2]',
      '312e320001ff',
      { text: '1.2', flags: [1, 255] },
    ],
    ['endpoint', 'GET_ENDPOINT_INFO_RESPONSE', 1, 'pad[2] id:id128', `0000${ENDPOINT_BYTES}`, ENDPOINT],
    [
      'atrs',
      'GET_ATR_INFO_RESPONSE',
      2,
      'entries:{ atrId:u16 id:id128 }[]',
      `0500${OTHER_BYTES}`,
      { entries: [{ atrId: 5, ...OTHER }] },
    ],
  ];
  for (const [query, name, code, layout, body, payload] of queries) {
    it(`give what the AppEndpoint tells by name: ${query}`, async () => {
      const { answer } = await scripted(
        { id: 'info', type: 'akm-app-info', query },
        { [name]: layout },
        'app',
      );
      const asked = nodeRed.success('info');
      assert.equal(await answer(code, body), '');
      const msg = await asked;
      assert.deepEqual(msg.payload, payload);
      assert.deepEqual([msg.akm?.layout, msg.akm?.raw], ['custom', hex(body)]);
      assert.equal(nodeRed.texts('info').at(-1), 'connected');
    });
  }

  it('tell a registration by their own status', async () => {
    const register = { id: 'register', type: 'akm-register', auto: false, atrId: '1', appValue: '100' };
    const server = await bench.scriptedApp();
    const layouts = { REGISTER_APP_RESPONSE: 'token:u32 status:u8' };
    await nodeRed.start(connection({ appPort: server.port }, { layouts }), register);
    const peer = await server.connection();
    const registered = nodeRed.success('register');
    assert.equal((await peer.frame()).code, 0x04);
    peer.sendRaw(0x44, hex('7856341200'));
    const { payload, akm } = await registered;
    assert.equal((payload as { status: number }).status, 0);
    assert.equal(akm?.layout, 'custom');
  });

  for (const [layouts, message] of [
    [
      { PROVISION_ENDPOINT_REQUEST: 'id:id127' },
      /The layout of PROVISION_ENDPOINT_REQUEST has a mistake in column 4/,
    ],
    [
      { LIST_ATRS_REQUEST: 'filter:u32' },
      /There is a layout for "LIST_ATRS_REQUEST"; only inferred messages/,
    ],
    [{ GET_VERSION_RESPONSE: 7 }, /The layout of GET_VERSION_RESPONSE is 7; text is needed/],
  ] as const) {
    it(`that cannot be fail each message, and say why: ${message.source}`, async () => {
      await nodeRed.start(
        connection(await bench.simulator(), { layouts }),
        provision,
        details,
        { id: 'info', type: 'akm-app-info' },
        { id: 'request', type: 'akm-request', code: '1' },
      );
      for (const id of ['provision', 'details', 'info', 'request']) {
        const msg = { payload: ENDPOINT.id, topic: 'kept' };
        const payload = id === 'request' ? Buffer.alloc(4) : ENDPOINT.id;
        const caught = await nodeRed.failure(id, { ...msg, payload }, 'AKM_INVALID_INPUT');
        assert.match(caught.error.message, message);
        assert.equal(caught.topic, 'kept');
        assert.deepEqual(nodeRed.texts(id), ['bad settings']);
      }
    });
  }

  describe('towards another machine', () => {
    usePretendedRemoteAddress('192.0.2.7');

    it('let a changing request through', async () => {
      const { answer } = await scripted(provision, { PROVISION_ENDPOINT_REQUEST: PROVISION });
      const provisioned = nodeRed.success('provision', { payload: PUMP });
      assert.equal(await answer(0x03, '00000000'), PUMP_BYTES);
      await provisioned;
    });

    it('of a response alone do not', async () => {
      const { peer } = await scripted(provision, { PROVISION_ENDPOINT_RESPONSE: 'confirmation:u32' });
      await nodeRed.failure('provision', { payload: ENDPOINT.id }, 'AKM_LAYOUT_UNVERIFIED');
      assert.equal(peer.unasked, 0);
    });
  });
});
