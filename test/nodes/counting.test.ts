import assert from 'node:assert/strict';
import { shortNumber, StatusLine } from '../../nodes/shared/status.js';
import { APP_OPERATIONS, RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { useFakeClock } from '../support/fake-clock.js';
import { connection, type FlowNode } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import type { ScriptedConnection } from '../support/scripted-server.js';

describe('a number in a status', () => {
  const numbers: [number, string][] = [
    [0, '0'],
    [9999, '9999'],
    [10_000, '10k'],
    [12_399, '12.3k'],
    [999_999, '999.9k'],
    [1_000_000, '1M'],
    [4_560_000, '4.5M'],
    [999_999_999, '999.9M'],
    [7_250_000_000, '7.2G'],
  ];
  for (const [number, text] of numbers) {
    it(`is ${text} for ${number}`, () => {
      assert.equal(shortNumber(number), text);
      assert.ok(text.length <= 6);
    });
  }
});

describe('a count in a status', () => {
  const time = useFakeClock();

  /** A status line, and the texts that it has shown. */
  const line = () => {
    const texts: (string | undefined)[] = [];
    const node = {
      type: 'akm-send',
      status: ({ text }: { text?: string }) => texts.push(text),
    };
    const RED = {
      _: (key: string, { number }: { number?: string | number }) => {
        const text = key.replace('status.', '');
        return number === undefined ? text : `${number} ${text}`;
      },
    };
    return { status: new StatusLine(RED as never, node as never), texts };
  };

  it('stands behind the first label with which it is under 20 characters', () => {
    const { status, texts } = line();
    const show = (number: number, labels: string[]) => {
      status.count('received', number, labels);
      const text = texts.at(-1) ?? '';
      assert.ok(text.length < 20, text);
      return text;
    };
    assert.equal(show(42, ['ATR 1']), 'ATR 1 · 42 received');
    assert.equal(show(420, ['ATR 1']), '420 received');
    assert.equal(show(43, ['line', 'ATR 1']), 'line · 43 received');
    assert.equal(show(44, ['line one', 'ATR 1']), 'ATR 1 · 44 received');
    assert.equal(show(45, ['line one', 'ATR 65535']), '45 received');
    assert.equal(show(12_345, []), '12.3k received');
  });

  it('is shown at once, and then once a second, in its last state', () => {
    const { status, texts } = line();
    let number = 0;
    const show = () => status.count('sent', number);
    for (number = 1; number <= 50; number += 1) status.often(show);
    number = 50;
    assert.deepEqual(texts, ['1 sent']);
    time.clock.advance(999);
    assert.deepEqual(texts, ['1 sent']);
    time.clock.advance(1);
    assert.deepEqual(texts, ['1 sent', '50 sent']);
    number = 51;
    status.often(show);
    assert.deepEqual(texts, ['1 sent', '50 sent'], 'the second is not over');
    time.clock.advance(1000);
    assert.deepEqual(texts, ['1 sent', '50 sent', '51 sent']);
    time.clock.advance(1000);
    assert.deepEqual(time.clock.pending, [], 'no timer without messages');
  });

  it('does not take the place of what was shown since', () => {
    const { status, texts } = line();
    let number = 1;
    const show = () => status.count('sent', number);
    status.often(show);
    number = 2;
    status.often(show);
    status.own('waiting', 3);
    time.clock.advance(1000);
    assert.deepEqual(texts, ['1 sent', '3 waiting']);
    status.often(show);
    assert.deepEqual(texts, ['1 sent', '3 waiting', '2 sent']);
  });

  it('is never shown once the node is gone, and leaves no timer behind', () => {
    const { status, texts } = line();
    const show = () => status.count('sent', 1);
    status.often(show);
    status.often(show);
    status.end();
    status.often(show);
    assert.deepEqual(time.clock.pending, []);
    time.clock.advance(5000);
    assert.deepEqual(texts, ['1 sent']);
  });
});

describe('nodes that count', () => {
  const { nodeRed, bench } = useNodeRed();
  const time = useFakeClock();
  const register = { id: 'register', type: 'akm-register', atrId: '1', atrIdType: 'num', wires: [[]] };
  const receive = { id: 'receive', type: 'akm-receive' };
  const send = {
    id: 'send',
    type: 'akm-send',
    atrId: '1',
    atrIdType: 'num',
    appValue: '7',
    appValueType: 'num',
  };

  const scripted = async (node: FlowNode, settings = {}) => {
    const app = await bench.scriptedApp();
    await nodeRed.start(connection({ appPort: app.port }, settings), register, node);
    const peer = await app.connection();
    await accept(peer);
    await nodeRed.showing(node.id, 'connected');
    return { app, peer };
  };

  const accept = async (peer: ScriptedConnection) => {
    await peer.receive(APP_OPERATIONS.REGISTER_APP.request);
    peer.send(APP_OPERATIONS.REGISTER_APP.response, { status: 0 });
    await nodeRed.showing('register', 'registered');
  };

  const push = async (peer: ScriptedConnection, messages: number, data = '1') => {
    for (let n = 0; n < messages; n += 1)
      peer.send(RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: 200, data });
    for (let n = 0; n < messages; n += 1) await nodeRed.output();
  };

  it('tell how many messages were received, at most once a second', async () => {
    const { peer } = await scripted(receive);
    await push(peer, 100);
    assert.deepEqual(nodeRed.texts('receive'), ['connecting', 'connected', '1 received']);
    time.clock.advance(1000);
    assert.deepEqual(nodeRed.statuses('receive').at(-1), {
      fill: 'green',
      shape: 'dot',
      text: '100 received',
    });
    time.clock.advance(1000);
    assert.equal(nodeRed.statuses('receive').length, 4);
  });

  for (const [what, node, names, text] of [
    ['number', { ...receive, atrId: '0x1' }, [], 'ATR 1 · 1 received'],
    ['name', { ...receive, atrId: '1' }, [{ name: 'line', atrId: '1' }], 'line · 1 received'],
    [
      'number, its name being long',
      { ...receive, atrId: 'line 1 in hall 4' },
      [{ name: 'line 1 in hall 4', atrId: '1' }],
      'ATR 1 · 1 received',
    ],
    [
      'number, from a name of an application',
      { ...receive, appValue: 'pump' },
      [{ name: 'pump', atrId: '1', appValue: '200' }],
      'ATR 1 · 1 received',
    ],
  ] as const) {
    it(`tell the ATR of which they receive by its ${what}`, async () => {
      const { peer } = await scripted(node, { names });
      await push(peer, 1);
      await nodeRed.showing('receive', text);
    });
  }

  it('show a failure until something goes well again', async () => {
    const { peer } = await scripted({ ...receive, format: 'json' });
    await push(peer, 2);
    peer.send(RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: 200, data: 'no JSON' });
    await nodeRed.caught('AKM_INVALID_INPUT');
    time.clock.advance(5000);
    assert.equal(nodeRed.texts('receive').at(-1), 'invalid input');
    await push(peer, 1);
    assert.equal(nodeRed.texts('receive').at(-1), '3 received');
  });

  it('show that the connection is lost at once, and the count again when it is back', async () => {
    const settings = { reconnectMin: '60000', reconnectMax: '60000' };
    const { app, peer } = await scripted(receive, settings);
    await push(peer, 3);
    const comeBack = await app.away();
    await nodeRed.showing('receive', 'disconnected');
    time.clock.advance(1000);
    assert.equal(nodeRed.texts('receive').at(-1), 'disconnected');
    await comeBack();
    while (nodeRed.texts('receive').at(-1) === 'disconnected') time.clock.advanceToNext();
    await accept(await app.connection());
    await nodeRed.showing('receive', '3 received');
  });

  it('tell how many messages were sent, at most once a second', async () => {
    await scripted(send);
    for (let n = 0; n < 30; n += 1) await nodeRed.success('send', { payload: n });
    assert.deepEqual(nodeRed.texts('send'), ['connecting', 'connected', '1 sent']);
    time.clock.advance(1000);
    assert.deepEqual(nodeRed.statuses('send').at(-1), { fill: 'green', shape: 'dot', text: '30 sent' });
    assert.equal(nodeRed.statuses('send').length, 4);
  });

  it('tell how many messages wait, at most once a second', async () => {
    const { app } = await scripted({ ...send, offline: 'queue' });
    await app.close();
    await nodeRed.showing('send', 'disconnected');
    const ended = Array.from({ length: 20 }, (_, payload) => nodeRed.input('send', { payload }));
    await nodeRed.showing('send', '1 waiting');
    const before = nodeRed.statuses('send').length;
    time.clock.advance(1000);
    assert.deepEqual(
      nodeRed
        .statuses('send')
        .slice(before)
        .map(({ text }) => text),
      ['20 waiting'],
    );
    await nodeRed.stop();
    await Promise.all(ended);
    assert.deepEqual(time.clock.pending, [], 'nothing is left running');
  });
});
