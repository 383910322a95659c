import assert from 'node:assert/strict';
import { APP_OPERATIONS, SEND_APP_DATA_REQUEST } from '../../src/protocol/app-messages.js';
import { useClientSockets } from '../support/sockets.js';
import { connection, type FlowNode, type Message } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { turn } from '../support/promises.js';

const REGISTER = APP_OPERATIONS.REGISTER_APP;

/** A value that contains itself, which JSON cannot hold. */
function circular(): object {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}

function throwing(): never {
  throw new Error('not for your eyes');
}

describe('akm-send', () => {
  const { nodeRed, bench } = useNodeRed();
  const send = { id: 'send', type: 'akm-send' };
  /** Sends to application 200 in ATR 1. */
  const fixed = { ...send, atrId: '1', atrIdType: 'num', appValue: '200', appValueType: 'num' };
  const register = { id: 'register', type: 'akm-register', wires: [[]] };

  /** Starts a flow at a scripted AppEndpoint with which application 100 is registered in ATR 1. */
  const scripted = async (node: FlowNode, settings = {}) => {
    const app = await bench.scriptedApp();
    await nodeRed.start(connection({ appPort: app.port }, settings), register, node);
    const peer = await app.connection();
    await peer.receive(REGISTER.request);
    peer.send(REGISTER.response, { status: 0 });
    await nodeRed.showing('register', 'registered');
    return { app, peer };
  };

  it('sends the message on, once it is sent', async () => {
    const { peer } = await scripted(send);
    const given = { _msgid: 'mine', topic: 'kept', payload: 'grüß Gott', atrId: 1, appValue: 200 };
    const msg = await nodeRed.success('send', { ...given });
    assert.deepEqual(msg, {
      ...given,
      akm: {
        service: 'app',
        operation: 'SEND_APP_DATA',
        requestCode: 0x05,
        layout: 'documented',
        atrId: 1,
        appValue: 200,
        length: 11,
      },
    });
    assert.deepEqual(await peer.receive(SEND_APP_DATA_REQUEST), {
      atrId: 1,
      appValue: 200,
      data: Buffer.from('grüß Gott'),
    });
  });

  const payloads: [string, unknown, string | Buffer][] = [
    ['an empty string', '', ''],
    ['a string as UTF-8', 'Köln 🙂', 'Köln 🙂'],
    ['a Buffer as it is', Buffer.from([0, 255, 1, 0]), Buffer.from([0, 255, 1, 0])],
    ['an empty Buffer', Buffer.alloc(0), ''],
    ['an object as JSON', { a: [1, 'ü', null] }, '{"a":[1,"ü",null]}'],
    ['an array as JSON', [1, 2], '[1,2]'],
    ['a number as JSON', 1.5, '1.5'],
    ['a boolean as JSON', false, 'false'],
    ['null as JSON', null, 'null'],
    ['a Uint8Array as its bytes', new Uint8Array([1, 2, 255]), Buffer.from([1, 2, 255])],
    ['a DataView as its bytes', new DataView(new Uint8Array([1, 2, 255]).buffer, 1), Buffer.from([2, 255])],
    ['an ArrayBuffer as its bytes', new Uint8Array([1, 2, 255]).buffer, Buffer.from([1, 2, 255])],
    ['what a Buffer becomes in JSON as its bytes', Buffer.from([0, 255]).toJSON(), Buffer.from([0, 255])],
    ['what has a toJSON as that says', { toJSON: () => 'own' }, '"own"'],
    ['4046 bytes, the most there can be', Buffer.alloc(4046, 7), Buffer.alloc(4046, 7)],
    ['2023 characters of two bytes each', 'ü'.repeat(2023), 'ü'.repeat(2023)],
    ['JSON of exactly 4046 bytes', ['x'.repeat(4042)], JSON.stringify(['x'.repeat(4042)])],
  ];
  for (const [what, payload, data] of payloads) {
    it(`sends ${what}`, async () => {
      const { peer } = await scripted(fixed);
      const msg = await nodeRed.success('send', { payload });
      const expected = Buffer.from(data);
      assert.equal(msg.akm?.length, expected.length);
      assert.equal(msg.payload, payload, 'the payload stays as it was');
      assert.deepEqual((await peer.receive(SEND_APP_DATA_REQUEST)).data, expected);
    });
  }

  const tooLarge: [string, unknown, number][] = [
    ['5000 bytes', Buffer.alloc(5000), 5000],
    ['one byte too many', 'x'.repeat(4047), 4047],
    ['characters that are more bytes than characters', 'ü'.repeat(2024), 4048],
    ['JSON that is one byte too long', ['x'.repeat(4043)], 4047],
  ];
  for (const [what, payload, length] of tooLarge) {
    it(`does not send ${what}: the error tells both numbers`, async () => {
      const { peer } = await scripted(fixed);
      const caught = await nodeRed.failure('send', { payload }, 'AKM_PAYLOAD_TOO_LARGE');
      assert.match(caught.error.message, new RegExp(`has ${length} bytes; one message carries at most 4046`));
      assert.deepEqual(caught.akm, { service: 'app', operation: 'SEND_APP_DATA' });
      assert.equal(peer.unasked, 0);
    });
  }

  const impossible: [string, unknown, RegExp][] = [
    [
      'nothing',
      undefined,
      /msg\.payload is undefined; a string, bytes \(a Buffer, a typed array\) or anything that JSON can hold is needed/,
    ],
    ['a function', throwing, /msg\.payload is a function; a string/],
    ['a symbol', Symbol('x'), /msg\.payload is a symbol; a string/],
    ['a circular object', circular(), /msg\.payload\.self is an object that it is part of; /],
    ['a bigint', 5n, /msg\.payload is 5n; /],
    ['an object with a bigint in it', { a: 5n }, /msg\.payload\.a is 5n; /],
    ['an object whose toJSON throws', { toJSON: throwing }, /msg\.payload cannot be read: not for your eyes/],
    [
      'an object whose toJSON gives nothing',
      { toJSON: () => undefined },
      /msg\.payload is an object; a string/,
    ],
  ];
  for (const [what, payload, message] of impossible) {
    it(`does not send ${what}: the error tells what is needed`, async () => {
      const { peer } = await scripted(fixed);
      const caught = await nodeRed.failure('send', { payload }, 'AKM_INVALID_INPUT');
      assert.match(caught.error.message, message);
      assert.equal(peer.unasked, 0);
    });
  }

  const numbers: [string, string, Message][] = [
    ['num', '0x01', {}],
    ['str', '1', {}],
    ['msg', 'to.number', { to: { number: 1 } }],
    ['flow', 'one', {}],
    ['global', 'one', {}],
    ['env', 'AKM_ONE', {}],
    ['num', '${AKM_ONE}', {}],
    ['jsonata', '$number(payload)', { payload: '1' }],
  ];
  for (const [type, value, msg] of numbers) {
    it(`finds ATR ID and App Value in ${type} ${value}`, async () => {
      const app = await bench.simulator();
      const env = [{ name: 'AKM_ONE', value: '1', type: 'str' }];
      await nodeRed.start(
        { id: 'tab', type: 'tab', label: 'test', env },
        connection(app),
        { ...register, appValue: '1', appValueType: 'num' },
        { ...send, atrId: value, atrIdType: type, appValue: value, appValueType: type },
        { id: 'receive', type: 'akm-receive', wires: [['received']] },
      );
      await nodeRed.showing('register', 'registered');
      nodeRed.node('send').context().flow.set('one', 1);
      nodeRed.node('send').context().global.set('one', 1);
      await nodeRed.success('send', { payload: 'x', ...msg });
      const { atrId, appValue } = await nodeRed.output('received');
      assert.deepEqual({ atrId, appValue }, { atrId: 1, appValue: 1 });
    });
  }

  for (const [what, msg, message] of [
    [
      'without an ATR ID',
      { appValue: 1 },
      /The ATR ID is undefined; a whole number from 0 to 65535 is needed/,
    ],
    [
      'without an App Value',
      { atrId: 1 },
      /The target's App Value is undefined; a whole number from 0 to 65535/,
    ],
    [
      'with an ATR ID of 65536',
      { atrId: 65536, appValue: 1 },
      /The ATR ID is 65536; a whole number from 0 to/,
    ],
    [
      'with an App Value of -1',
      { atrId: 1, appValue: -1 },
      /The target's App Value is -1; a whole number from/,
    ],
  ] as [string, Message, RegExp][]) {
    it(`fails ${what}: the error tells what was given and what is allowed`, async () => {
      const { peer } = await scripted(send);
      const caught = await nodeRed.failure('send', { payload: 'x', ...msg }, 'AKM_INVALID_INPUT');
      assert.match(caught.error.message, message);
      assert.equal(peer.unasked, 0);
    });
  }

  it('fails in an ATR in which nobody is registered', async () => {
    const { peer } = await scripted(send);
    const caught = await nodeRed.failure(
      'send',
      { payload: 'x', atrId: 9, appValue: 1 },
      'AKM_NOT_REGISTERED',
    );
    assert.match(caught.error.message, /no application registered in ATR 9/);
    assert.deepEqual(caught.akm, { service: 'app', operation: 'SEND_APP_DATA' });
    assert.equal(peer.unasked, 0);
  });

  it('says why nobody is registered where the registration was refused', async () => {
    const app = await bench.scriptedApp();
    const settings = { reconnectMin: '60000', reconnectMax: '60000' };
    await nodeRed.start(connection({ appPort: app.port }, settings), register, fixed);
    const peer = await app.connection();
    await peer.receive(REGISTER.request);
    peer.send(REGISTER.response, { status: 5 });
    await nodeRed.caught('AKM_REJECTED');
    const caught = await nodeRed.failure('send', { payload: 'x' }, 'AKM_NOT_REGISTERED');
    assert.match(caught.error.message, /no application registered in ATR 1: .*refused.*status 5/);
  });

  it('waits for a registration that is under way', async () => {
    const app = await bench.scriptedApp();
    await nodeRed.start(connection({ appPort: app.port }), register, fixed);
    const peer = await app.connection();
    await peer.receive(REGISTER.request);
    const success = nodeRed.success('send', { payload: 'early' });
    await nodeRed.showing('register', 'registering');
    assert.equal(peer.unasked, 0);
    peer.send(REGISTER.response, { status: 0 });
    assert.deepEqual((await peer.receive(SEND_APP_DATA_REQUEST)).data, Buffer.from('early'));
    await success;
  });

  it('fails what waits for a registration that is then refused', async () => {
    const app = await bench.scriptedApp();
    const settings = { reconnectMin: '60000', reconnectMax: '60000' };
    await nodeRed.start(connection({ appPort: app.port }, settings), { ...register, z: 'elsewhere' }, fixed);
    const peer = await app.connection();
    await peer.receive(REGISTER.request);
    const failure = nodeRed.failure('send', { payload: 'early' }, 'AKM_NOT_REGISTERED');
    peer.send(REGISTER.response, { status: 5 });
    assert.match((await failure).error.message, /status 5/);
  });

  it('sends in the order in which messages come', async () => {
    const { peer } = await scripted(fixed);
    const texts = Array.from({ length: 300 }, (_, n) => `message ${n}`);
    const ended = texts.map((payload) => nodeRed.input('send', { payload }));
    for (const text of texts) assert.equal((await peer.receive(SEND_APP_DATA_REQUEST)).data.toString(), text);
    assert.ok((await Promise.all(ended)).every((error) => error === undefined));
    for (const text of texts) assert.equal((await nodeRed.output()).payload, text);
  });

  describe('without a connection', () => {
    it('fails at once, and tells why there is none', async () => {
      const { app } = await scripted(fixed, { reconnectMin: '60000', reconnectMax: '60000' });
      await app.close();
      await nodeRed.showing('send', 'disconnected');
      const caught = await nodeRed.failure('send', { payload: 'x' }, 'AKM_NOT_CONNECTED');
      assert.match(caught.error.message, /Not connected to the AppEndpoint at 127\.0\.0\.1:\d+: .*lost/);
      assert.deepEqual(caught.akm, { service: 'app', operation: 'SEND_APP_DATA' });
      assert.deepEqual(nodeRed.statuses('send').at(-1), { fill: 'red', shape: 'ring', text: 'disconnected' });
    });

    it('keeps messages where it is told to, and sends them in order once registered again', async () => {
      const { app } = await scripted({ ...fixed, offline: 'queue' });
      const comeBack = await app.away();
      await nodeRed.showing('send', 'disconnected');
      const ended = ['one', 'two', 'three'].map((payload) => nodeRed.input('send', { payload }));
      assert.deepEqual(await nodeRed.showing('send', '3 waiting'), {
        fill: 'yellow',
        shape: 'ring',
        text: '3 waiting',
      });
      assert.equal(nodeRed.size(), 0);
      await comeBack();
      const peer = await app.connection();
      await peer.receive(REGISTER.request);
      assert.equal(peer.unasked, 0);
      peer.send(REGISTER.response, { status: 0 });
      for (const text of ['one', 'two', 'three'])
        assert.equal((await peer.receive(SEND_APP_DATA_REQUEST)).data.toString(), text);
      assert.deepEqual(await Promise.all(ended), [undefined, undefined, undefined]);
      await nodeRed.showing('send', '3 sent');
    });

    it('keeps no more than the connection lets wait', async () => {
      const { app } = await scripted({ ...fixed, offline: 'queue' }, { queueLimit: '2' });
      await app.close();
      await nodeRed.showing('send', 'disconnected');
      const kept = [nodeRed.input('send', { payload: 1 }), nodeRed.input('send', { payload: 2 })];
      const caught = await nodeRed.failure('send', { payload: 3 }, 'AKM_QUEUE_FULL');
      assert.match(caught.error.message, /Queue full: 2 requests and messages are waiting/);
      await nodeRed.showing('send', '2 waiting');
      await nodeRed.stop();
      assert.deepEqual(
        (await Promise.all(kept)).map((error) => error?.code),
        ['AKM_CLOSED', 'AKM_CLOSED'],
      );
    });
  });

  describe('with a socket that takes nothing', () => {
    const sockets = useClientSockets();

    it('fails what is on its way and what waits when the connection is lost', async () => {
      const { peer } = await scripted(fixed);
      for (const socket of sockets) socket.cork();
      const payload = Buffer.alloc(4046);
      const sent = Array.from({ length: 200 }, () => nodeRed.input('send', { payload }));
      await turn();
      assert.equal(nodeRed.size(), 0, 'nothing is sent on before the socket took it');
      peer.reset();
      const codes = (await Promise.all(sent)).map((error) => error?.code);
      assert.deepEqual([...new Set(codes)], ['AKM_CONNECTION_LOST', 'AKM_NOT_CONNECTED']);
      for (const code of codes) await nodeRed.caught(code ?? 'AKM_PROTOCOL');
    });
  });
});
