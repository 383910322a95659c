import assert from 'node:assert/strict';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../src/protocol/app-messages.js';
import { CAUGHT, connection, type FlowNode } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { turn } from '../support/promises.js';
import type { ScriptedConnection } from '../support/scripted-server.js';

const NOT_UTF8 = Buffer.from([0x48, 0x69, 0xff, 0xfe]);

describe('akm-receive', () => {
  const { nodeRed, bench } = useNodeRed();
  const receive = { id: 'receive', type: 'akm-receive' };

  /** Starts a flow at a scripted AppEndpoint. */
  const scripted = async (...nodes: FlowNode[]) => {
    const app = await bench.scriptedApp();
    await nodeRed.start(connection({ appPort: app.port }), ...nodes);
    return app.connection();
  };

  const push = (peer: ScriptedConnection, data: string | Buffer, atrId = 1, appValue = 200) =>
    peer.send(RECEIVE_APP_DATA_RESPONSE, { atrId, appValue, data });

  it('gives the data, and who sent it', async () => {
    const peer = await scripted(receive);
    push(peer, 'grüß Gott', 0xffff, 0);
    const { _msgid, ...msg } = await nodeRed.output();
    assert.match(String(_msgid), /^[0-9a-f]{16}$/);
    assert.deepEqual(msg, {
      payload: 'grüß Gott',
      topic: 'akm/65535/0',
      atrId: 65535,
      appValue: 0,
      akm: {
        service: 'app',
        operation: 'RECEIVE_APP_DATA',
        responseCode: 0x46,
        layout: 'documented',
        length: 11,
      },
    });
  });

  const json = '{"a":[1,null]}';
  const formats: [string, string | Buffer, unknown][] = [
    ['auto', 'text', 'text'],
    ['auto', '', ''],
    ['auto', json, json],
    ['auto', NOT_UTF8, NOT_UTF8],
    ['string', 'text', 'text'],
    ['string', NOT_UTF8, 'Hi\uFFFD\uFFFD'],
    ['buffer', 'text', Buffer.from('text')],
    ['buffer', NOT_UTF8, NOT_UTF8],
    ['buffer', '', Buffer.alloc(0)],
    ['json', json, { a: [1, null] }],
    ['json', '"text"', 'text'],
    ['json', '0', 0],
  ];
  for (const [format, data, payload] of formats) {
    it(`gives as ${format} ${JSON.stringify(data)}`, async () => {
      push(await scripted({ ...receive, format }), data);
      const msg = await nodeRed.output();
      assert.deepEqual(msg.payload, payload);
      assert.equal(msg.akm?.length, Buffer.byteLength(data));
    });
  }

  it('gives 4046 bytes, the most there can be', async () => {
    const data = Buffer.alloc(4046, 0xee);
    push(await scripted(receive), data);
    assert.deepEqual((await nodeRed.output()).payload, data);
  });

  for (const data of ['{"a":', '', NOT_UTF8]) {
    it(`tells a Catch node of ${JSON.stringify(data)} where JSON should be, and keeps the data`, async () => {
      const peer = await scripted({ ...receive, format: 'json' });
      await nodeRed.showing('receive', 'not registered');
      push(peer, data);
      const caught = await nodeRed.caught('AKM_INVALID_INPUT');
      assert.match(caught.error.message, /The received data is not valid JSON \(\d+ bytes\)/);
      assert.equal(caught.error.source.id, 'receive');
      assert.deepEqual(caught.payload, Buffer.from(data));
      assert.deepEqual([caught.topic, caught.atrId, caught.appValue], ['akm/1/200', 1, 200]);
      assert.deepEqual(caught.akm, {
        service: 'app',
        operation: 'RECEIVE_APP_DATA',
        responseCode: 0x46,
        layout: 'documented',
        length: Buffer.byteLength(data),
      });
      assert.deepEqual(nodeRed.statuses('receive').at(-1), {
        fill: 'red',
        shape: 'ring',
        text: 'invalid input',
      });
      push(peer, '1');
      assert.equal((await nodeRed.output()).payload, 1);
    });
  }

  it('shows that all is well once data is good again', async () => {
    const peer = await scripted({ ...receive, format: 'json' });
    push(peer, 'no JSON');
    await nodeRed.caught('AKM_INVALID_INPUT');
    push(peer, '1');
    await nodeRed.output();
    await nodeRed.showing('receive', '1 received');
  });

  it('hands out a Buffer that nothing overwrites', async () => {
    const peer = await scripted({ ...receive, format: 'buffer' });
    for (const text of ['first', 'other', 'third']) push(peer, text.repeat(100));
    const payloads = [await nodeRed.output(), await nodeRed.output(), await nodeRed.output()].map(
      ({ payload }) => String(payload),
    );
    assert.deepEqual(payloads, ['first'.repeat(100), 'other'.repeat(100), 'third'.repeat(100)]);
  });

  it('hands out to each node a Buffer of its own', async () => {
    const nodes = ['one', 'two'].map((id) => ({ ...receive, id, format: 'buffer', wires: [[`${id}-out`]] }));
    push(await scripted(...nodes), 'data');
    ((await nodeRed.output('one-out')).payload as Buffer).fill(0);
    assert.deepEqual((await nodeRed.output('two-out')).payload, Buffer.from('data'));
  });

  it('gives each message an id of its own', async () => {
    const peer = await scripted(receive, { ...receive, id: 'other' });
    for (let n = 0; n < 10; n += 1) push(peer, String(n));
    const ids = new Set<unknown>();
    for (let n = 0; n < 20; n += 1) ids.add((await nodeRed.output())._msgid);
    assert.equal(ids.size, 20);
  });

  it('gives messages in the order in which they come', async () => {
    const peer = await scripted(receive);
    for (let n = 0; n < 200; n += 1) push(peer, String(n));
    for (let n = 0; n < 200; n += 1) assert.equal((await nodeRed.output()).payload, String(n));
  });

  it('gives only what it is for; an empty number is for any', async () => {
    const nodes = [
      ['any', '', ''],
      ['atr', '1', ''],
      ['sender', '', '0xC8'],
      ['both', '1', '200'],
      ['zero', '0', '0'],
    ].map(([id = '', atrId, appValue]) => ({ ...receive, id, atrId, appValue, wires: [[`${id}-out`]] }));
    const peer = await scripted(...nodes);
    const sent: [number, number][] = [
      [1, 200],
      [1, 201],
      [2, 200],
      [2, 201],
      [0, 0],
    ];
    for (const [atrId, appValue] of sent) push(peer, 'x', atrId, appValue);
    const expected: Record<string, string[]> = {
      any: ['akm/1/200', 'akm/1/201', 'akm/2/200', 'akm/2/201', 'akm/0/0'],
      atr: ['akm/1/200', 'akm/1/201'],
      sender: ['akm/1/200', 'akm/2/200'],
      both: ['akm/1/200'],
      zero: ['akm/0/0'],
    };
    for (const [id, topics] of Object.entries(expected)) {
      for (const topic of topics) assert.equal((await nodeRed.output(`${id}-out`)).topic, topic);
      assert.equal(nodeRed.size(`${id}-out`), 0, id);
    }
  });

  it('takes its numbers from environment variables as Node-RED puts them in', async () => {
    const env = [{ name: 'AKM_ATR', value: '0x2', type: 'str' }];
    const peer = await scripted(
      { id: 'tab', type: 'tab', label: 'test', env },
      { ...receive, atrId: '${AKM_ATR}' },
    );
    push(peer, 'x', 1);
    push(peer, 'x', 2);
    assert.equal((await nodeRed.output()).topic, 'akm/2/200');
  });

  for (const [what, properties, message] of [
    [
      'an ATR ID that is none',
      { atrId: 'one' },
      /The ATR ID is "one"; a whole number from 0 to 65535 is needed/,
    ],
    [
      'an App Value too large',
      { appValue: '65536' },
      /The sender's App Value is "65536"; a whole number from 0/,
    ],
  ] as const) {
    it(`tells a Catch node of ${what}`, async () => {
      await scripted({ ...receive, ...properties });
      const caught = await nodeRed.caught('AKM_INVALID_INPUT');
      assert.match(caught.error.message, message);
      assert.deepEqual(caught.akm, { service: 'app', operation: 'RECEIVE_APP_DATA' });
      assert.deepEqual(nodeRed.statuses('receive').at(-1), {
        fill: 'red',
        shape: 'ring',
        text: 'bad settings',
      });
    });
  }

  it('throws away a message that claims more data than it can hold, tells a Catch node, and goes on', async () => {
    const peer = await scripted(receive);
    const body = Buffer.alloc(4054);
    body.writeUInt32LE(4047, 4050);
    peer.sendRaw(RECEIVE_APP_DATA_RESPONSE.code, body);
    push(peer, 'good');
    assert.equal((await nodeRed.output()).payload, 'good');
    const { error } = await nodeRed.caught('AKM_PROTOCOL');
    assert.match(error.message, /4047 bytes/);
    assert.equal(error.source.id, 'connection');
  });

  it('tells of the first message on a connection that makes no sense, and not of each', async () => {
    const app = await bench.scriptedApp();
    await nodeRed.start(connection({ appPort: app.port }, { reconnectMin: '1', reconnectMax: '1' }), receive);
    for (let connections = 0; connections < 2; connections += 1) {
      const peer = await app.connection();
      for (let n = 0; n < 3; n += 1) peer.sendNothing();
      push(peer, 'good');
      await nodeRed.output();
      await nodeRed.caught('AKM_PROTOCOL');
      await turn();
      assert.equal(nodeRed.size(CAUGHT), 0);
      peer.reset();
    }
  });

  it('goes on when the AppEndpoint comes back', async () => {
    const app = await bench.scriptedApp();
    await nodeRed.start(connection({ appPort: app.port }), receive);
    push(await app.connection(), 'before');
    await nodeRed.output();
    await (
      await app.away()
    )();
    push(await app.connection(), 'after');
    assert.equal((await nodeRed.output()).payload, 'after');
  });

  it('gives nothing more once it is gone', async () => {
    const app = await bench.scriptedApp();
    const settings = connection({ appPort: app.port });
    const stays = { ...receive, id: 'stays', wires: [['stays-out']] };
    await nodeRed.start(settings, receive, stays);
    const peer = await app.connection();
    await nodeRed.deploy('nodes', settings, stays, { id: 'out', type: 'test-sink' });
    push(peer, 'x');
    await nodeRed.output('stays-out');
    assert.equal(nodeRed.size(), 0);
  });

  it('answers the sender where it is wired to a send node as it is', async () => {
    const peer = await scripted(
      { ...receive, wires: [['send']] },
      { id: 'send', type: 'akm-send' },
      { id: 'register', type: 'akm-register', atrId: '7', atrIdType: 'num', wires: [[]] },
    );
    await peer.receive(APP_OPERATIONS.REGISTER_APP.request);
    peer.send(APP_OPERATIONS.REGISTER_APP.response, { status: 0 });
    push(peer, 'echo', 7, 4711);
    assert.deepEqual(await peer.receive(SEND_APP_DATA_REQUEST), {
      atrId: 7,
      appValue: 4711,
      data: Buffer.from('echo'),
    });
    const { topic, payload, akm } = await nodeRed.output();
    assert.deepEqual([topic, payload, akm?.operation], ['akm/7/4711', 'echo', 'SEND_APP_DATA']);
  });
});
