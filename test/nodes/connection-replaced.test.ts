import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import type { SimulatorAddress } from '../../src/simulator/simulator.js';
import { connection, type FlowNode } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';

const REGISTER = APP_OPERATIONS.REGISTER_APP;

describe('a connection that a deploy replaces without its users', () => {
  const { nodeRed, bench } = useNodeRed();
  /** The tab says which connection its nodes use: Node-RED cannot see that they do. */
  const tab = {
    id: 'tab',
    type: 'tab',
    label: 'test',
    env: [{ name: 'CONN', value: 'connection', type: 'str' }],
  };
  const using = (type: string, properties: object = {}): FlowNode => ({
    id: type,
    type: `akm-${type}`,
    connection: '${CONN}',
    ...properties,
  });
  const place = { atrId: '1', atrIdType: 'num', appValue: '100', appValueType: 'num' };
  const register = using('register', { ...place, auto: true, wires: [['registered']] });
  const receive = using('receive', { wires: [['received']] });
  const send = using('send', { ...place, wires: [['sent']] });
  const watch = using('watch', { interval: '3600', first: 'added', wires: [['watched']] });
  const events = using('events', { services: 'app', onRegistration: false, wires: [['told'], ['counted']] });
  const list = using('list-endpoints');
  const all = [register, receive, send, watch, events, list];

  /** Uses the connection in every way that there is. */
  const requireAllWork = async ({ appPort }: SimulatorAddress): Promise<void> => {
    assert.equal(((await nodeRed.output('registered')).payload as { automatic: boolean }).automatic, true);
    await nodeRed.output('watched');
    await nodeRed.showing('register', 'registered');
    await nodeRed.success('send', { payload: 'x' }, 'sent');
    assert.equal((await nodeRed.output('received')).payload, 'x');
    await nodeRed.success('list-endpoints');
    const connected = (await nodeRed.output('told')).payload as { event: string; peer: string };
    assert.deepEqual(
      [connected.event, connected.peer],
      ['connected', `the AppEndpoint at 127.0.0.1:${appPort}`],
    );
    const { payload } = await nodeRed.success('events', {}, 'counted');
    assert.equal((payload as { app: { connected: number } }).app.connected, 1);
    for (const { id } of all) assert.equal(nodeRed.statuses(id).at(-1)?.fill, 'green', id);
  };

  it('is followed by all of them, which are the same nodes as before', async () => {
    const [first, second] = [await bench.simulator(), await bench.simulator()];
    await nodeRed.start(tab, connection(first), ...all);
    await requireAllWork(first);
    const before = all.map(({ id }) => nodeRed.node(id));
    await nodeRed.deploy('nodes', tab, connection(second), ...all);
    assert.deepEqual(
      all.filter(({ id }, n) => nodeRed.node(id) !== before[n]),
      [],
      'restarted by Node-RED: then nothing is tested here',
    );
    assert.equal(((await nodeRed.output('told')).payload as { event: string }).event, 'idle');
    await requireAllWork(second);
    await nodeRed.stop();
    for (const { id } of all) assert.ok(nodeRed.texts(id).includes('no connection'), id);
  });

  it('is missed while it is gone, and followed once it is back', async () => {
    const peer = await bench.simulator();
    await nodeRed.start(tab, connection(peer), ...all);
    await requireAllWork(peer);
    await nodeRed.deploy('nodes', tab, ...all);
    for (const { id } of all) assert.equal(nodeRed.texts(id).at(-1), 'no connection', id);
    for (const [id, msg] of [
      ['send', { payload: 'x' }],
      ['list-endpoints', {}],
      ['events', {}],
    ] as const)
      assert.match(
        (await nodeRed.input(id, { ...msg }))?.message ?? '',
        /This node has no connection: open it and choose one/,
      );
    // who works without a message says so by itself
    const reported = [];
    for (let n = 0; n < 6; n += 1) reported.push((await nodeRed.caught('AKM_INVALID_INPUT')).error.source.id);
    assert.deepEqual(reported.sort(), ['events', 'list-endpoints', 'receive', 'register', 'send', 'watch']);
    await nodeRed.output('told');
    await nodeRed.deploy('nodes', tab, connection(peer), ...all);
    await requireAllWork(peer);
  });

  it('is followed by nodes in a subflow, of which a property names it', async () => {
    const [first, second] = [await bench.simulator(), await bench.simulator()];
    const flow = (peer: SimulatorAddress): FlowNode[] => [
      connection(peer),
      {
        id: 'sub',
        type: 'subflow',
        name: 'sub',
        env: [{ name: 'CONN', type: 'conf-type', value: '' }],
        in: [{ wires: [{ id: 'list-endpoints' }] }],
        out: [{ wires: [{ id: 'list-endpoints', port: 0 }] }],
        z: '',
      },
      { ...list, z: 'sub', wires: [[]] },
      {
        id: 'instance',
        type: 'subflow:sub',
        env: [{ name: 'CONN', type: 'conf-type', value: 'connection' }],
        wires: [['out']],
      },
    ];
    await nodeRed.start(...flow(first));
    nodeRed.node('instance').receive({});
    await nodeRed.output();
    await nodeRed.showing('instance-list-endpoints', '4 endpoints');
    await nodeRed.deploy('nodes', ...flow(second));
    await nodeRed.showing('instance-list-endpoints', 'connected');
    nodeRed.node('instance').receive({});
    await nodeRed.output();
  });

  it('gets again what messages have registered', async () => {
    const [first, second] = [await bench.scriptedApp(), await bench.scriptedApp()];
    const manual = { ...register, auto: false, appValueType: 'msg', appValue: 'v' };
    const at = (port: number): FlowNode[] => [tab, connection({ appPort: port }), manual];
    await nodeRed.start(...at(first.port));
    const peer = await first.connection();
    for (const v of [7, 8]) {
      const ended = nodeRed.input('register', { v });
      assert.equal((await peer.receive(REGISTER.request)).appValue, v);
      peer.send(REGISTER.response, { status: 0 });
      assert.equal(await ended, undefined);
      await nodeRed.output('registered');
    }
    await nodeRed.deploy('nodes', ...at(second.port));
    const next = await second.connection();
    for (const appValue of [7, 8]) {
      assert.equal((await next.receive(REGISTER.request)).appValue, appValue);
      next.send(REGISTER.response, { status: 0 });
      const { payload } = await nodeRed.output('registered');
      assert.deepEqual(payload, { atrId: 1, appValue, registered: true, status: 0, automatic: true });
    }
  });

  it('ends with AKM_CLOSED what waited for it, and what comes before it is back', async () => {
    const amm = await bench.scriptedAmm();
    const settings = connection({ ammPort: amm.port });
    await nodeRed.start(tab, settings, list);
    const peer = await amm.connection();
    const inFlight = nodeRed.input('list-endpoints');
    await peer.receive(AMM_OPERATIONS.LIST_ENDPOINTS.request);
    const next = inFlight.then(() => nodeRed.input('list-endpoints'));
    await nodeRed.deploy('nodes', tab, { ...settings, queueLimit: '7' }, list);
    assert.equal((await inFlight)?.code, 'AKM_CLOSED');
    assert.equal((await next)?.code, 'AKM_CLOSED');
    for (let n = 0; n < 2; n += 1) await nodeRed.caught('AKM_CLOSED');
  });
});
