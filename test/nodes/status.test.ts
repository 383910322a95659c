import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { useFakeClock } from '../support/fake-clock.js';
import { connection } from '../support/flows.js';
import { freePort } from '../support/free-port.js';
import { useNodeRed } from '../support/node-red-helper.js';

const CONNECTING = { fill: 'yellow', shape: 'ring', text: 'connecting' };
const CONNECTED = { fill: 'green', shape: 'dot', text: 'connected' };
const DISCONNECTED = { fill: 'red', shape: 'ring', text: 'disconnected' };
const NOT_REGISTERED = { fill: 'yellow', shape: 'ring', text: 'not registered' };
const FAILED = { fill: 'red', shape: 'ring', text: 'invalid input' };

/** Every node that uses a connection. */
const users = [
  'akm-list-endpoints',
  'akm-list-atrs',
  'akm-provision',
  'akm-register',
  'akm-send',
  'akm-receive',
].map((type) => ({ id: type, type, auto: false }));
const ids = users.map(({ id }) => id);

/** What they show with a connection. None registers anything. */
const upOf = (id: string) => (id === 'akm-send' || id === 'akm-receive' ? NOT_REGISTERED : CONNECTED);

describe('a status', () => {
  const { nodeRed, bench } = useNodeRed();

  it('tells of each state of the connection once', async () => {
    const [amm, app] = [await bench.scriptedAmm(), await bench.scriptedApp()];
    const settings = { reconnectMin: '60000', reconnectMax: '60000' };
    await nodeRed.start(connection({ ammPort: amm.port, appPort: app.port }, settings), ...users);
    for (const id of ids) await nodeRed.showing(id, upOf(id).text);
    for (const id of ids) assert.deepEqual(nodeRed.statuses(id), [CONNECTING, upOf(id)], id);
    await Promise.all([amm.close(), app.close()]);
    for (const id of ids) await nodeRed.showing(id, 'disconnected');
    for (const id of ids) assert.deepEqual(nodeRed.statuses(id), [CONNECTING, upOf(id), DISCONNECTED], id);
  });

  it('goes on telling when the peer comes back, by itself', async () => {
    const [amm, app] = [await bench.scriptedAmm(), await bench.scriptedApp()];
    await nodeRed.start(connection({ ammPort: amm.port, appPort: app.port }), ...users);
    for (const id of ids) await nodeRed.showing(id, upOf(id).text);
    const comeBack = await Promise.all([amm.away(), app.away()]);
    for (const id of ids) await nodeRed.showing(id, 'disconnected');
    for (const back of comeBack) await back();
    for (const id of ids) assert.deepEqual(await nodeRed.showing(id, upOf(id).text), upOf(id));
  });

  it('tells that nobody is there', async () => {
    const port = await freePort();
    const settings = { reconnectMin: '60000', reconnectMax: '60000' };
    await nodeRed.start(connection({ ammPort: port, appPort: port }, settings), ...users);
    for (const id of ids) await nodeRed.showing(id, 'disconnected');
    for (const id of ids) assert.deepEqual(nodeRed.statuses(id), [CONNECTING, DISCONNECTED], id);
  });

  it('is not sent again for each message that went well', async () => {
    await nodeRed.start(connection(await bench.simulator()), ...users);
    for (let n = 0; n < 20; n += 1) {
      await nodeRed.success('akm-list-endpoints');
      await nodeRed.success('akm-list-atrs');
    }
    for (const [id, text] of [
      ['akm-list-endpoints', '4 endpoints'],
      ['akm-list-atrs', '5 ATRs'],
    ] as const)
      assert.deepEqual(nodeRed.statuses(id), [CONNECTING, CONNECTED, { ...CONNECTED, text }], id);
  });

  const SENT = { ...CONNECTED, text: '1 sent' };
  const bad: [string, object, object][] = [
    ['akm-list-endpoints', { filter: 'x' }, { ...CONNECTED, text: '4 endpoints' }],
    ['akm-list-atrs', { filter: 'x' }, { ...CONNECTED, text: '5 ATRs' }],
    ['akm-send', { payload: 'x', atrId: 'x', appValue: 1 }, SENT],
  ];
  for (const [id, msg, good] of bad) {
    it(`of ${id} tells of failures once, and of the first success after them`, async () => {
      const node = { id, type: id, filter: 'filter', filterType: 'msg' };
      const register = { id: 'register', type: 'akm-register', wires: [[]] };
      await nodeRed.start(connection(await bench.simulator()), node, register);
      await nodeRed.showing('register', 'registered');
      await nodeRed.showing(id, 'connected');
      for (let n = 0; n < 3; n += 1) await nodeRed.failure(id, { ...msg }, 'AKM_INVALID_INPUT');
      await nodeRed.success(id, { filter: 0, payload: 'x', atrId: 1, appValue: 1 });
      assert.deepEqual(nodeRed.statuses(id), [CONNECTING, CONNECTED, FAILED, good]);
    });
  }

  describe('of nodes that need a registration', () => {
    const register = { id: 'register', type: 'akm-register', atrId: '1', atrIdType: 'num', auto: false };
    const anywhere = [
      { id: 'send', type: 'akm-send' },
      { id: 'receive', type: 'akm-receive' },
    ];
    const inAtr = (atrId: string) => [
      { id: 'send', type: 'akm-send', atrId, atrIdType: 'num' },
      { id: 'receive', type: 'akm-receive', atrId },
    ];
    const REGISTER = APP_OPERATIONS.REGISTER_APP;

    for (const [where, nodes] of [
      ['in any ATR', anywhere],
      ['in their ATR', inAtr('1')],
      ['in an ATR with a name', inAtr('line')],
    ] as const) {
      it(`tells that there is none ${where}, and when there is one`, async () => {
        const app = await bench.scriptedApp();
        const settings = {
          reconnectMin: '60000',
          reconnectMax: '60000',
          names: [{ name: 'line', atrId: '1' }],
        };
        await nodeRed.start(connection({ appPort: app.port }, settings), register, ...nodes);
        const peer = await app.connection();
        for (const { id } of nodes)
          assert.deepEqual(await nodeRed.showing(id, 'not registered'), NOT_REGISTERED);
        for (const status of [5, 0]) {
          const ended = nodeRed.input('register');
          await peer.receive(REGISTER.request);
          for (const { id } of nodes) assert.equal(nodeRed.texts(id).at(-1), 'not registered');
          peer.send(REGISTER.response, { status });
          assert.equal((await ended)?.code, status === 0 ? undefined : 'AKM_REJECTED');
        }
        for (const { id } of nodes) await nodeRed.showing(id, 'connected');
        await app.close();
        for (const { id } of nodes) await nodeRed.showing(id, 'disconnected');
        for (const { id } of nodes)
          assert.deepEqual(nodeRed.statuses(id), [CONNECTING, NOT_REGISTERED, CONNECTED, DISCONNECTED], id);
        await nodeRed.caught('AKM_REJECTED');
      });
    }

    it('tells of another ATR nothing', async () => {
      await nodeRed.start(connection(await bench.simulator()), register, ...inAtr('2'));
      for (const { id } of inAtr('2')) await nodeRed.showing(id, 'not registered');
      await nodeRed.success('register');
      for (const { id } of inAtr('2'))
        assert.deepEqual(nodeRed.statuses(id), [CONNECTING, NOT_REGISTERED], id);
    });

    it('is not in between where they register by themselves, at the deploy and after a loss', async () => {
      const app = await bench.scriptedApp();
      await nodeRed.start(connection({ appPort: app.port }), ...anywhere, { ...register, auto: true });
      const accept = async () => {
        const peer = await app.connection();
        await peer.receive(REGISTER.request);
        await nodeRed.showing('register', 'registering');
        for (const { id } of anywhere) assert.equal(nodeRed.texts(id).at(-1), 'connecting', id);
        peer.send(REGISTER.response, { status: 0 });
        for (const { id } of anywhere) await nodeRed.showing(id, 'connected');
        return peer;
      };
      (await accept()).reset();
      for (const { id } of anywhere) await nodeRed.showing(id, 'connecting');
      await accept();
      const once = [CONNECTING, CONNECTED];
      for (const { id } of anywhere)
        assert.deepEqual(nodeRed.statuses(id), [...once, DISCONNECTED, ...once], id);
    });
  });

  it('of a node that is gone is not sent any more', async () => {
    const amm = await bench.scriptedAmm();
    const settings = connection({ ammPort: amm.port });
    const keeper = { id: 'keeper', type: 'akm-list-atrs', wires: [[]] };
    await nodeRed.start(settings, keeper, { id: 'provision', type: 'akm-provision' });
    const peer = await amm.connection();
    await nodeRed.showing('provision', 'connected');
    const ended = nodeRed.input('provision', { payload: '0x01' });
    await peer.receive(AMM_OPERATIONS.PROVISION_ENDPOINT.request);
    await nodeRed.deploy('nodes', settings, keeper);
    peer.send(AMM_OPERATIONS.PROVISION_ENDPOINT.response, { confirmation: 4 });
    assert.equal((await ended)?.code, 'AKM_REJECTED');
    assert.deepEqual(nodeRed.statuses('provision'), [CONNECTING, CONNECTED]);
    await nodeRed.caught('AKM_REJECTED');
  });

  describe('as time goes by', () => {
    const time = useFakeClock();

    it('tells that the AMM socket was let go, and made again on demand', async () => {
      const settings = connection(await bench.simulator(), { ammIdle: '3' });
      await nodeRed.start(settings, { id: 'list', type: 'akm-list-endpoints' });
      await nodeRed.success('list');
      assert.deepEqual(time.clock.pending, [3000], 'seconds');
      time.clock.advance(3000);
      assert.deepEqual(await nodeRed.showing('list', 'idle'), {
        fill: 'yellow',
        shape: 'ring',
        text: 'idle',
      });
      await nodeRed.success('list');
      const once = ['connecting', 'connected', '4 endpoints'];
      assert.deepEqual(nodeRed.texts('list'), [...once, 'idle', ...once]);
    });
  });
});
