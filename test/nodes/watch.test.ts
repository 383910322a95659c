import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { useFakeClock } from '../support/fake-clock.js';
import { COMPLETED, connection, OUT, untimed, type Message } from '../support/flows.js';
import { freePort } from '../support/free-port.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { turn } from '../support/promises.js';
import type { ScriptedConnection } from '../support/scripted-server.js';

const { LIST_ENDPOINTS, LIST_ATRS } = AMM_OPERATIONS;
const SECOND = 1000;

interface Told {
  kind: string;
  id: string;
  index: number;
  category?: number;
  categoryName?: string;
  before?: object;
}

interface Payload {
  added: Told[];
  removed: Told[];
  changed: Told[];
  endpoints: Told[];
  atrs: Told[];
}

const payloadOf = ({ payload }: Message) => payload as Payload;
const lastByte = ({ id }: { id: string }) => Number(`0x${id.slice(-2)}`);

/** What changed, each as its kind and the last byte of its identifier. */
const changesIn = (msg: Message) => {
  const { added, removed, changed } = payloadOf(msg);
  return [added, removed, changed].map((told) => told.map((each) => `${each.kind} ${lastByte(each)}`));
};

describe('akm-watch', () => {
  const { nodeRed, bench } = useNodeRed();
  const watch = { id: 'watch', type: 'akm-watch', interval: '0' };
  const provision = { id: 'provision', type: 'akm-provision', action: 'msg', wires: [['provisioned']] };

  /** Polls with a message that nothing comes of. */
  const pollSilently = async () => {
    assert.equal(await nodeRed.input('watch', { payload: 'kept' }), undefined);
    await nodeRed.output(COMPLETED);
    assert.equal(nodeRed.size(), 0, 'nothing is sent');
  };

  /** Answers a poll: endpoints by their last byte, ATRs by last byte and category. */
  const answer = async (
    peer: ScriptedConnection,
    endpoints: number[],
    atrs: [id: number, category: number][] = [],
    counts: { endpoints?: number; atrs?: number } = {},
  ) => {
    await peer.receive(LIST_ENDPOINTS.request);
    peer.send(LIST_ENDPOINTS.response, {
      confirmation: 0,
      count: counts.endpoints ?? endpoints.length,
      endpoints: endpoints.map((n) => identifierOf(BigInt(n), 0xe0n)),
    });
    await peer.receive(LIST_ATRS.request);
    peer.send(LIST_ATRS.response, {
      confirmation: 0,
      count: counts.atrs ?? atrs.length,
      atrs: atrs.map(([n, category]) => ({ category, id: identifierOf(BigInt(n), 0xa0n) })),
    });
  };

  it('tells what was provisioned, created and deleted, and nothing else, in the message that asked', async () => {
    const names = [{ name: 'pump', id: '0xC0FFEE01' }];
    await nodeRed.start(connection(await bench.simulator(), { names }), watch, provision);
    await pollSilently();
    await pollSilently();
    assert.equal(nodeRed.texts('watch').at(-1), '4 EP, 5 ATR');

    await nodeRed.success(
      'provision',
      { action: 'provision-endpoint', payload: '0xC0FFEE01' },
      'provisioned',
    );
    const provisioned = await nodeRed.success('watch', { topic: 'kept' });
    const entry = {
      index: 4,
      id: '0x000000000000000000000000C0FFEE01',
      lower64: '0x00000000C0FFEE01',
      upper64: '0x0000000000000000',
      name: 'pump',
    };
    const payload = payloadOf(provisioned);
    assert.deepEqual(payload.added, [{ kind: 'endpoint', ...entry }]);
    assert.deepEqual([payload.removed, payload.changed], [[], []]);
    assert.deepEqual([payload.endpoints[4], payload.endpoints.length, payload.atrs.length], [entry, 5, 5]);
    assert.equal(provisioned.topic, 'kept');
    assert.equal(nodeRed.texts('watch').at(-1), '5 EP, 5 ATR');
    await pollSilently();

    const members = [{ id: entry.id }];
    await nodeRed.success('provision', { action: 'create-operational-atr', payload: members }, 'provisioned');
    const created = payloadOf(await nodeRed.success('watch'));
    assert.deepEqual(
      created.added.map(({ kind, categoryName }) => [kind, categoryName]),
      [['atr', 'Operational']],
    );

    await nodeRed.success('provision', { action: 'delete-endpoint', payload: entry.id }, 'provisioned');
    const deleted = payloadOf(await nodeRed.success('watch'));
    assert.deepEqual(deleted.removed[0], { kind: 'endpoint', ...entry });
    assert.deepEqual(deleted.added, []);
  });

  it('notes how the poll went', async () => {
    await nodeRed.start(connection(await bench.simulator()), { ...watch, first: 'added' });
    const msg = await nodeRed.success('watch');
    const { endpoints, atrs, ...details } = untimed(msg) as Record<string, object>;
    assert.deepEqual(details, { service: 'amm', operation: 'WATCH', layout: 'documented', truncated: false });
    const listed = { confirmation: 0, truncated: false, layout: 'documented' };
    const latency = (info = {}) => ('latencyMs' in info ? { latencyMs: info.latencyMs } : {});
    assert.deepEqual(endpoints, {
      requestCode: 1,
      responseCode: 0x41,
      count: 4,
      ...listed,
      ...latency(endpoints),
    });
    const total = [endpoints, atrs].reduce((sum, info) => sum + Number(latency(info).latencyMs), 0);
    assert.equal(msg.akm?.latencyMs, Math.round(total * 1000) / 1000);
    assert.deepEqual(atrs, { requestCode: 5, responseCode: 0x45, count: 5, ...listed, ...latency(atrs) });
  });

  it('tells at first all that is there as added, where it is set so', async () => {
    await nodeRed.start(connection(await bench.simulator({ endpoints: 1, atrs: 2 })), {
      ...watch,
      interval: '3600',
      first: 'added',
    });
    assert.deepEqual(changesIn(await nodeRed.output()), [['endpoint 1', 'atr 1', 'atr 2'], [], []]);
    await pollSilently();
  });

  it('begins anew after it was deployed again', async () => {
    const settings = connection(await bench.simulator({ endpoints: 1, atrs: 0 }));
    const first = { ...watch, interval: '3600', first: 'added' };
    await nodeRed.start(settings, first);
    await nodeRed.output();
    await nodeRed.deploy('nodes', settings, { ...first, interval: '7200' });
    assert.deepEqual(changesIn(await nodeRed.output()), [['endpoint 1'], [], []]);
  });

  for (const [what, text, told] of [
    ['endpoints', '2 EP', [2, 0]],
    ['atrs', '1 ATR', [0, 1]],
  ] as const)
    it(`asks only for the ${what} where only these are watched`, async () => {
      const amm = await bench.simulator({ endpoints: 2, atrs: 1 });
      await nodeRed.start(connection(amm), { ...watch, what, first: 'added' });
      const msg = await nodeRed.success('watch');
      const { endpoints, atrs, added } = payloadOf(msg);
      assert.deepEqual([endpoints.length, atrs.length, added.length], [...told, told[0] + told[1]]);
      assert.deepEqual(
        ['endpoints', 'atrs'].filter((list) => list in (msg.akm ?? {})),
        [what],
      );
      assert.equal(nodeRed.texts('watch').at(-1), text);
    });

  it('tells of another category, and that nothing is removed by a list that is truncated', async () => {
    const amm = await bench.scriptedAmm();
    await nodeRed.start(connection({ ammPort: amm.port }), watch);
    const peer = await amm.connection();
    const poll = async (...lists: [number[], [number, number][], { endpoints?: number; atrs?: number }?]) => {
      const ended = nodeRed.input('watch');
      await answer(peer, ...lists);
      assert.equal(await ended, undefined);
    };
    const all = Array.from({ length: 32 }, (_, n) => n + 1);
    await poll(all, [[1, 2]]);
    await poll(all, [[1, 3]]);
    const [changed] = payloadOf(await nodeRed.output()).changed;
    assert.deepEqual(
      [changed?.kind, changed?.category, changed?.categoryName, changed?.before],
      ['atr', 3, 'Operational', { category: 2, categoryName: 'Provisional' }],
    );

    await poll([99, ...all.slice(0, 31)], [[1, 3]], { endpoints: 33 });
    const truncated = await nodeRed.output();
    assert.deepEqual(changesIn(truncated), [['endpoint 99'], [], []]);
    assert.equal(truncated.akm?.truncated, true);
    assert.equal(nodeRed.texts('watch').at(-1), '32+ EP, 1 ATR');

    await poll([...all, 99].slice(1), [[1, 3]]);
    assert.deepEqual(changesIn(await nodeRed.output()), [[], ['endpoint 1'], []]);

    const atrs = Array.from({ length: 64 }, (_, n): [number, number] => [n + 2, 3]);
    await poll([...all, 99].slice(1), atrs, { atrs: 65 });
    assert.deepEqual(changesIn(await nodeRed.output()), [atrs.map(([n]) => `atr ${n}`), [], []]);
    assert.equal(nodeRed.texts('watch').at(-1), '32 EP, 64+ ATR');
    await poll([...all, 99].slice(1), [[1, 3], ...atrs.slice(1)]);
    assert.deepEqual(changesIn(await nodeRed.output()), [[], ['atr 2'], []]);
  });

  it('does not mind what a flow does to the lists that it was given', async () => {
    await nodeRed.start(connection(await bench.simulator()), { ...watch, first: 'added' });
    const { endpoints, atrs, added } = payloadOf(await nodeRed.success('watch'));
    for (const entry of [...endpoints, ...atrs, ...added]) Object.assign(entry, { id: 'mine', category: 9 });
    await pollSilently();
  });

  it('tells a change once where several messages wait for one poll', async () => {
    const amm = await bench.scriptedAmm();
    await nodeRed.start(connection({ ammPort: amm.port }), { ...watch, first: 'added' });
    const peer = await amm.connection();
    const messages = [{ topic: 'first' }, { topic: 'second' }];
    const ended = Promise.all(messages.map((msg) => nodeRed.input('watch', msg)));
    await answer(peer, [1]);
    assert.deepEqual(await ended, [undefined, undefined]);
    assert.equal(await nodeRed.output(), messages[0]);
    assert.equal(nodeRed.size(OUT), 0);
    assert.equal(peer.unasked, 0, 'one poll was made');
  });

  it('keeps what is new for the next message, where one cannot take it', async () => {
    await nodeRed.start(connection(await bench.simulator()), { ...watch, first: 'added' });
    await nodeRed.failure('watch', Object.seal({ _msgid: 'sealed' }), 'AKM_INVALID_INPUT');
    assert.equal(payloadOf(await nodeRed.success('watch')).added.length, 9);
  });

  for (const [setting, value, problem] of [
    ['interval', '-1', /The interval \(s\) is "-1"; a whole number from 0 to 2147483 is needed/],
    ['interval', '${NOWHERE}', /The interval \(s\) is "\$\{NOWHERE\}"/],
    ['what', 'all', /Unknown list to watch "all"; expected one of: both, endpoints, atrs/],
  ] as const)
    it(`says at once that ${setting} "${value}" cannot be used, and to each message`, async () => {
      await nodeRed.start(connection(await bench.simulator()), { ...watch, [setting]: value });
      assert.match((await nodeRed.caught('AKM_INVALID_INPUT')).error.message, problem);
      assert.match((await nodeRed.failure('watch', {}, 'AKM_INVALID_INPUT')).error.message, problem);
    });

  it('asks for nothing more, reports nothing and sends nothing when it goes during a poll', async () => {
    const amm = await bench.scriptedAmm();
    const settings = connection({ ammPort: amm.port });
    const keeper = { id: 'keeper', type: 'akm-list-atrs' };
    await nodeRed.start(settings, keeper, { ...watch, interval: '3600', first: 'added' });
    const peer = await amm.connection();
    await peer.receive(LIST_ENDPOINTS.request);
    await nodeRed.deploy('nodes', settings, keeper);
    peer.send(LIST_ENDPOINTS.response, { confirmation: 0, count: 0, endpoints: [] });
    const listed = nodeRed.input('keeper');
    await peer.receive(LIST_ATRS.request);
    assert.equal(peer.unasked, 0, 'the other list of the poll is not asked for');
    await nodeRed.deploy('nodes', settings);
    assert.equal((await listed)?.code, 'AKM_CLOSED');
    await nodeRed.caught('AKM_CLOSED');
    assert.equal(nodeRed.size(), 0);
  });

  describe('as time goes by', () => {
    const time = useFakeClock();
    const everySecond = { ...watch, interval: '1' };

    it('polls at the interval, one poll at a time', async () => {
      const amm = await bench.scriptedAmm();
      await nodeRed.start(connection({ ammPort: amm.port }), everySecond);
      const peer = await amm.connection();
      await answer(peer, [1, 2]);
      await nodeRed.showing('watch', '2 EP, 0 ATR');
      time.clock.advance(SECOND);
      await peer.receive(LIST_ENDPOINTS.request);
      time.clock.advance(3 * SECOND); // less than the time to wait for an answer
      await turn();
      assert.equal(peer.unasked, 0);
      peer.send(LIST_ENDPOINTS.response, { confirmation: 0, count: 1, endpoints: [identifierOf(2n, 0xe0n)] });
      await peer.receive(LIST_ATRS.request);
      peer.send(LIST_ATRS.response, { confirmation: 0, count: 0, atrs: [] });
      assert.deepEqual(changesIn(await nodeRed.output()), [[], ['endpoint 1'], []]);
    });

    it('tells of an outage once, takes nothing for removed, and goes on from what it knew', async () => {
      const amm = await bench.scriptedAmm();
      await nodeRed.start(connection({ ammPort: amm.port }), everySecond);
      await answer(await amm.connection(), [1, 2]);
      await nodeRed.showing('watch', '2 EP, 0 ATR');
      const comeBack = await amm.away();
      await nodeRed.showing('watch', 'disconnected');
      for (let n = 0; n < 15; n += 1) {
        time.clock.advance(SECOND);
        await nodeRed.showing('watch', 'disconnected');
        await turn();
      }
      const { akm } = await nodeRed.caught('AKM_NOT_CONNECTED');
      assert.deepEqual(akm, { service: 'amm', operation: 'WATCH' });
      await comeBack();
      time.clock.advance(50); // the longest pause between two attempts to connect
      await answer(await amm.connection(), [2, 3]);
      assert.deepEqual(changesIn(await nodeRed.output()), [['endpoint 3'], ['endpoint 1'], []]);
      assert.equal(nodeRed.size(OUT), 0);
      await nodeRed.showing('watch', '2 EP, 0 ATR');
    });

    it('is silent about an AMM that is not there yet at the deploy, and polls once it is', async () => {
      const port = await freePort();
      await nodeRed.start(connection({ ammPort: port }), {
        ...watch,
        interval: '3600',
        first: 'added',
      });
      await nodeRed.showing('watch', 'disconnected');
      await bench.simulator({ ammPort: port, endpoints: 1, atrs: 0 });
      time.clock.advance(50);
      assert.deepEqual(changesIn(await nodeRed.output()), [['endpoint 1'], [], []]);
    });
  });
});
