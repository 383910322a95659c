import assert from 'node:assert/strict';
import type { ConnectionNode } from '../../nodes/shared/connection-node.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { connection, type FlowNode, type Message } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';

type Service = 'amm' | 'app';

describe('akm-events and deployments', () => {
  const { nodeRed, bench } = useNodeRed();
  const events = { id: 'events', type: 'akm-events', wires: [['told']] };
  const [ammEvents, appEvents] = [
    { ...events, services: 'amm' },
    { ...events, services: 'app' },
  ];
  const list = { id: 'list', type: 'akm-list-endpoints' };
  const receive = { id: 'receive', type: 'akm-receive' };
  const register = { id: 'register', type: 'akm-register', atrId: '1', appValue: '20', wires: [[]] };

  const next = async (topic: string): Promise<Record<string, unknown>> => {
    const msg = (await nodeRed.output('told')) as Message & { topic: string };
    assert.equal(msg.topic, topic);
    return msg.payload as Record<string, unknown>;
  };

  /** A node of which only the counters are used. */
  const counts = { id: 'counts', type: 'akm-events', wires: [[], ['counted']] };

  /** A quick connection to an AMM and an AppEndpoint that only listen. */
  const scripted = async (properties = {}) => {
    const [amm, app] = [await bench.scriptedAmm(), await bench.scriptedApp()];
    return { amm, app, settings: connection({ ammPort: amm.port, appPort: app.port }, properties) };
  };

  const countersOf = async (): Promise<Record<Service, Record<string, number>>> =>
    (await nodeRed.success('counts', {}, 'counted')).payload as Record<Service, Record<string, number>>;

  /** How many listeners the client has that a node shares. */
  const listenersOf = (service: Service, user: string): number => {
    const { clients } = nodeRed.node('connection') as ConnectionNode;
    const client = clients[service].acquire(nodeRed.node(user));
    return client.eventNames().reduce((sum, name) => sum + client.listenerCount(name), 0);
  };

  describe('tell at first how it stands,', () => {
    it('where the connection is there and applications are registered', async () => {
      const peer = await bench.simulator();
      const settings = connection(peer, { names: [{ name: 'pump', atrId: '1', appValue: '20' }] });
      await nodeRed.start(settings, register, appEvents);
      const { since } = await next('akm/app/connected');
      await next('akm/app/registered');
      await nodeRed.deploy('nodes', settings, register, { ...appEvents, name: 'anew' });
      assert.deepEqual(await next('akm/app/connected'), {
        service: 'app',
        event: 'connected',
        peer: `the AppEndpoint at 127.0.0.1:${peer.appPort}`,
        state: 'connected',
        since,
        initial: true,
      });
      const registered = await next('akm/app/registered');
      const place = { service: 'app', event: 'registered', atrId: 1, appValue: 20, name: 'pump' };
      assert.deepEqual(registered, {
        ...place,
        peer: `the AppEndpoint at 127.0.0.1:${peer.appPort}`,
        initial: true,
      });
      assert.equal(nodeRed.size('told'), 0);
    });

    it('where an application was refused', async () => {
      const settings = connection(await bench.simulator({ fault: 'reject' }), {
        reconnectMin: '60000',
        reconnectMax: '60000',
      });
      await nodeRed.start(settings, register);
      await nodeRed.caught('AKM_REJECTED');
      await nodeRed.deploy('nodes', settings, register, appEvents);
      await next('akm/app/connected');
      const { code, status, initial } = await next('akm/app/refused');
      assert.deepEqual([code, status, initial], ['AKM_REJECTED', 3, true]);
    });

    it('where there is an outage, since when and why', async () => {
      const { app, settings } = await scripted();
      const back = await app.away();
      await nodeRed.start(settings, receive, appEvents);
      const { since, state, code } = await next('akm/app/disconnected');
      assert.deepEqual([typeof since, state, code], ['number', 'disconnected', 'AKM_NOT_CONNECTED']);
      for (let attempt = 0; attempt < 3; attempt += 1) {
        await nodeRed.showing('receive', 'connecting');
        await nodeRed.showing('receive', 'disconnected');
      }
      await nodeRed.deploy('nodes', settings, receive, { ...appEvents, name: 'anew' });
      const standing = await next('akm/app/disconnected');
      assert.deepEqual(
        [standing['since'], standing['state'], standing['code'], standing['initial']],
        [since, state, code, true],
      );
      await back();
      const connected = await next('akm/app/connected');
      assert.equal(connected['initial'], undefined);
      const before = Date.now();
      await app.close();
      const lost = await next('akm/app/disconnected');
      assert.ok(Number(lost['since']) >= before, 'this is another outage');
    });

    it('but not of what is under way', async () => {
      const { app, settings } = await scripted();
      await nodeRed.start(settings, register);
      await (await app.connection()).receive(APP_OPERATIONS.REGISTER_APP.request);
      await nodeRed.deploy('nodes', settings, register, appEvents, counts);
      await next('akm/app/connected');
      await countersOf();
      assert.equal(nodeRed.size('told'), 0);
    });

    it('where the connection was let go', async () => {
      const settings = connection(await bench.simulator(), { ammIdle: '1' });
      await nodeRed.start(settings, list, ammEvents);
      const connected = await next('akm/amm/connected');
      await nodeRed.success('list');
      const idle = await next('akm/amm/idle');
      assert.equal(idle['state'], 'idle');
      assert.ok(Number(idle['since']) > Number(connected['since']));
      await nodeRed.deploy('nodes', settings, list, { ...ammEvents, name: 'anew' });
      assert.deepEqual(await next('akm/amm/idle'), { ...idle, initial: true });
    });

    it('and of the loss of what stood then at once', async () => {
      const { app, settings } = await scripted({ reconnectMin: '60000', reconnectMax: '60000' });
      await nodeRed.start(settings, receive);
      await app.connection();
      await nodeRed.showing('receive', 'not registered');
      await nodeRed.deploy('nodes', settings, receive, appEvents);
      await next('akm/app/connected');
      await app.close();
      assert.equal((await next('akm/app/disconnected'))['code'], 'AKM_CONNECTION_LOST');
    });

    it('but not of what happens while all are deployed, in whatever order', async () => {
      const { settings } = await scripted();
      for (const nodes of [
        [ammEvents, list],
        [list, ammEvents],
      ]) {
        await nodeRed.start(settings, ...nodes);
        assert.equal((await next('akm/amm/connected'))['initial'], undefined);
        await nodeRed.deploy('full', settings, ...nodes);
        assert.equal((await next('akm/amm/connected'))['initial'], undefined);
        await nodeRed.stop();
      }
    });
  });

  it('follow the clients of nodes that come and go', async () => {
    const { amm, settings } = await scripted();
    await nodeRed.start(settings, ammEvents, counts);
    assert.equal((await next('akm/amm/idle'))['initial'], true);
    for (let n = 0; n < 3; n += 1) {
      await nodeRed.deploy('nodes', settings, ammEvents, counts, list);
      await next('akm/amm/connected');
      assert.equal((await countersOf()).amm['connected'], 1);
      const before = Date.now();
      await nodeRed.deploy('nodes', settings, ammEvents, counts);
      const { state, since } = await next('akm/amm/idle');
      assert.equal(state, 'closed');
      assert.ok(Number(since) >= before);
      await nodeRed.showing('events', 'not in use');
      assert.equal((await countersOf()).amm['connected'], 0);
    }
    assert.equal(amm.accepted, 3);
  });

  it('leave nothing behind at a client that stays', async () => {
    const { amm, settings } = await scripted();
    await nodeRed.start(settings, list);
    await nodeRed.showing('list', 'connected');
    const alone = listenersOf('amm', 'list');
    for (let n = 0; n < 12; n += 1) {
      await nodeRed.deploy('nodes', settings, list, { ...ammEvents, name: String(n) });
      await next('akm/amm/connected');
      assert.equal(listenersOf('amm', 'list'), alone + 4);
    }
    await nodeRed.deploy('nodes', settings, list);
    assert.equal(listenersOf('amm', 'list'), alone);
    assert.equal(amm.accepted, 1);

    await nodeRed.deploy('nodes', settings, ammEvents);
    await next('akm/amm/idle');
    await nodeRed.deploy('nodes', settings);
    await nodeRed.deploy('nodes', settings, list);
    await nodeRed.showing('list', 'connected');
    assert.equal(listenersOf('amm', 'list'), alone, 'nor at one that is made later');
  });

  it('keep counting what other nodes do over their own deployments, and begin anew with the connection', async () => {
    const settings = connection(await bench.simulator());
    await nodeRed.start(settings, list, counts);
    await nodeRed.success('list');
    const { amm } = await countersOf();
    assert.deepEqual([amm['framesIn'], amm['framesOut'], amm['reconnects']], [2, 2, 0]);
    await nodeRed.deploy('nodes', settings, list, { ...counts, name: 'anew' });
    assert.deepEqual((await countersOf()).amm, amm);
    await nodeRed.deploy('nodes', { ...settings, name: 'anew' }, list, counts);
    const anew = (await countersOf()).amm;
    assert.deepEqual([anew['framesIn'], anew['framesOut'], anew['reconnects']], [0, 0, 0]);
  });

  /** What is done to the flow, and which of the two connections there is then. */
  const changes: [what: string, change: (flow: FlowNode[]) => FlowNode[], amm: boolean, app: boolean][] = [
    ['nothing is changed', (flow) => [...flow], true, true],
    ['a user is renamed', changed('list', { name: 'anew' }), true, true],
    ['a user is disabled', changed('list', { d: true }), false, true],
    ['a user is deleted', (flow) => flow.filter(({ id }) => id !== 'receive'), true, false],
    ['the connection is changed', changed('connection', { heartbeat: '31' }), true, true],
    ['the users are in a subflow', inSubflow('list', 'receive'), true, true],
    ['the users come last', (flow) => [...flow].reverse(), true, true],
    ['it is renamed itself', changed('events', { name: 'anew' }), true, true],
  ];
  for (const type of ['full', 'flows', 'nodes'] as const) {
    for (const [what, change, amm, app] of changes) {
      it(`${type}, ${what}: what was told last of each service holds`, async () => {
        const { settings } = await scripted();
        const flow = [settings, list, receive, events, counts];
        const told = new Map<unknown, unknown>();
        /** Takes what is told, as retained topics would, until that and what there is are as they should be. */
        const holds = async (...wanted: boolean[]): Promise<void> => {
          const services = ['amm', 'app'] as const;
          for (;;) {
            const counters = await countersOf();
            const there = services.map((service) => counters[service]['connected'] === 1);
            const known = services.map((service) => told.get(service));
            const right = wanted.map((each) => (each ? 'connected' : 'idle'));
            if (there.join() === wanted.join() && known.join() === right.join()) return;
            const { service, event } = (await nodeRed.output('told')).payload as Record<string, unknown>;
            told.set(service, event);
          }
        };
        await nodeRed.start(...flow);
        await holds(true, true);
        await nodeRed.deploy(type, ...change(flow));
        await holds(amm, app);
        await nodeRed.deploy(type, ...flow);
        await holds(true, true);
      });
    }
  }

  it('work in a subflow, and go with it', async () => {
    const { settings } = await scripted();
    await nodeRed.start(settings, list);
    await nodeRed.showing('list', 'connected');
    const alone = listenersOf('amm', 'list');
    await nodeRed.deploy('nodes', ...inSubflow('events')([settings, list, ammEvents]));
    assert.equal((await next('akm/amm/connected'))['initial'], true);
    assert.equal(listenersOf('amm', 'list'), alone + 4);
    await nodeRed.deploy('nodes', settings, list);
    assert.equal(listenersOf('amm', 'list'), alone);
  });

  it('say that the connection is disabled, and are well once it is enabled', async () => {
    const { settings } = await scripted();
    await nodeRed.start({ ...settings, d: true }, ammEvents);
    assert.equal(nodeRed.texts('events').at(-1), 'no connection');
    await nodeRed.failure('events', {}, 'AKM_INVALID_INPUT');
    await nodeRed.deploy('nodes', settings, ammEvents, list);
    await next('akm/amm/connected');
    await nodeRed.showing('events', 'connected');
  });
});

/** Gives a node other properties. */
function changed(id: string, properties: object): (flow: FlowNode[]) => FlowNode[] {
  return (flow) => flow.map((node) => (node.id === id ? { ...node, ...properties } : node));
}

/** Puts nodes into a subflow, with one instance of that in their place: what they send leaves by its output. */
function inSubflow(...ids: string[]): (flow: FlowNode[]) => FlowNode[] {
  return (flow) => {
    const inner = flow.filter(({ id }) => ids.includes(id));
    const out = inner.map(({ id }) => ({ id, port: 0 }));
    return [
      { id: 'sub', type: 'subflow', name: 'sub', in: [], out: [{ x: 0, y: 0, wires: out }], z: '' },
      ...inner.map((node) => ({ ...node, z: 'sub', wires: [[]] })),
      ...flow.filter(({ id }) => !ids.includes(id)),
      { id: 'instance', type: 'subflow:sub', wires: inner.flatMap(({ wires = [['out']] }) => wires) },
    ];
  };
}
