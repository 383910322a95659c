import assert from 'node:assert/strict';
import { connection, type Message, OUT } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';

const ENDPOINT = '0x000000000000000000000000C0FFEE01';

/** Something that throws when it is read, whoever reads it: also Node-RED, when it copies the message for a Catch or a Complete node. */
const trap = (): object => ({
  get trap(): never {
    throw new Error('stepped into the trap');
  },
});

describe('a hostile message', () => {
  const { nodeRed, bench } = useNodeRed();
  const nodes = [
    { id: 'endpoints', type: 'akm-list-endpoints' },
    { id: 'atrs', type: 'akm-list-atrs' },
    { id: 'provision', type: 'akm-provision' },
    { id: 'register', type: 'akm-register', auto: false },
    { id: 'send', type: 'akm-send', atrId: '1', atrIdType: 'num', appValue: '100', appValueType: 'num' },
    { id: 'watch', type: 'akm-watch', interval: '0', first: 'added' },
    { id: 'events', type: 'akm-events', wires: [[], [OUT]] },
  ];
  /** For each node a message that it makes something of. */
  const good: Record<string, Message> = {
    endpoints: {},
    atrs: {},
    provision: { payload: ENDPOINT },
    register: {},
    send: { payload: 'x' },
    watch: {},
    events: {},
  };

  /** Starts the flow, with everything connected and registered. */
  const start = async () => {
    await nodeRed.start(connection(await bench.simulator(), { reconnectMin: '50' }), ...nodes);
    await nodeRed.success('register');
  };

  for (const { id } of nodes) {
    it(`that nothing can be noted at is ended with an error by ${id}`, async () => {
      await start();
      await nodeRed.failure(id, Object.freeze({ _msgid: 'frozen', ...good[id] }), 'AKM_INVALID_INPUT');
      assert.equal(nodeRed.size(), 0);
    });

    it(`that cannot be copied for a Complete node does no harm to ${id}`, async () => {
      await start();
      assert.equal(await nodeRed.input(id, { ...good[id], extra: trap() }), undefined);
      await nodeRed.output();
      assert.ok(
        nodeRed.log.some((line) => line.id === id && String(line.msg).includes('stepped into the trap')),
      );
    });
  }

  it('that cannot be copied for a Catch node ends with an error in the log', async () => {
    await start();
    assert.equal((await nodeRed.input('send', { payload: trap() }))?.code, 'AKM_INVALID_INPUT');
    assert.equal((await nodeRed.input('provision', { payload: trap() }))?.code, 'AKM_INVALID_INPUT');
    for (const id of ['send', 'provision'])
      assert.ok(
        nodeRed.log.some((line) => line.id === id),
        id,
      );
  });

  it('whose property throws is ended with an error', async () => {
    await nodeRed.start(connection(await bench.simulator()), {
      id: 'list',
      type: 'akm-list-endpoints',
      filter: 'trap.trap',
      filterType: 'msg',
    });
    assert.equal((await nodeRed.input('list', { trap: trap() }))?.code, 'AKM_INVALID_INPUT');
  });

  it('does not keep the next one from being handled', async () => {
    await start();
    await nodeRed.input('send', { payload: trap() });
    assert.equal((await nodeRed.success('send', { payload: 'good' })).payload, 'good');
  });
});
