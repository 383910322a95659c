import assert from 'node:assert/strict';
import type { ConnectionNode } from '../../nodes/shared/connection-node.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { useFakeClock } from '../support/fake-clock.js';
import { connection, type FlowNode } from '../support/flows.js';
import { freePort } from '../support/free-port.js';
import { useNodeRed } from '../support/node-red-helper.js';
import type { ScriptedConnection } from '../support/scripted-server.js';

const LIST = AMM_OPERATIONS.LIST_ENDPOINTS;
const REGISTER = APP_OPERATIONS.REGISTER_APP;

const WARN = 30;
const ERROR = 20;

describe('akm-connection', () => {
  const { nodeRed, bench } = useNodeRed();
  const list = { id: 'list', type: 'akm-list-endpoints' };
  const atrs = { id: 'atrs', type: 'akm-list-atrs' };
  const provision = { id: 'provision', type: 'akm-provision' };
  const register = { id: 'register', type: 'akm-register', auto: false };
  const send = { id: 'send', type: 'akm-send' };
  const receive = { id: 'receive', type: 'akm-receive' };

  const scripted = async () => {
    const [amm, app] = [await bench.scriptedAmm(), await bench.scriptedApp()];
    return { amm, app, settings: connection({ ammPort: amm.port, appPort: app.port }) };
  };

  /** Lets the node `list` ask this peer. */
  const ask = async (peer: ScriptedConnection) => {
    const listed = nodeRed.success('list');
    await peer.receive(LIST.request);
    peer.send(LIST.response, { confirmation: 0, count: 0, endpoints: [] });
    await listed;
  };

  /** Lets the node `register` ask this peer. */
  const registerAt = async (peer: ScriptedConnection) => {
    const registered = nodeRed.success('register');
    await peer.receive(REGISTER.request);
    peer.send(REGISTER.response, { status: 0 });
    await registered;
  };

  describe('its sockets', () => {
    it('are one for each service, however many nodes use it', async () => {
      const { amm, app, settings } = await scripted();
      const many = [list, atrs, provision, register, send, receive].flatMap((node) =>
        Array.from({ length: 20 }, (_, n) => ({ ...node, id: `${node.id}${n}` })),
      );
      await nodeRed.start(settings, list, register, ...many);
      const peers = [await amm.connection(), await app.connection()] as const;
      for (const { id } of many)
        await nodeRed.showing(id, /^(send|receive)/.test(id) ? 'not registered' : 'connected');
      await ask(peers[0]);
      await registerAt(peers[1]);
      assert.deepEqual([amm.accepted, app.accepted], [1, 1]);
    });

    it('are opened for a service that a node uses, and for no other', async () => {
      const { amm, app, settings } = await scripted();
      await nodeRed.start(settings, register, send, receive);
      await registerAt(await app.connection());
      assert.equal(amm.accepted, 0);
      await nodeRed.deploy('nodes', settings, register, send, receive, list);
      await ask(await amm.connection());
      assert.deepEqual([amm.accepted, app.accepted], [1, 1]);
    });

    it('are two where a flow has two connections', async () => {
      const { amm, settings } = await scripted();
      const other = { ...atrs, connection: 'other' };
      await nodeRed.start(settings, { ...settings, id: 'other' }, list, other);
      await Promise.all([amm.connection(), amm.connection()]);
      await nodeRed.showing('list', 'connected');
      await nodeRed.showing('atrs', 'connected');
    });

    it('are closed in an orderly way with their last user, and opened again with the next', async () => {
      const { amm, settings } = await scripted();
      await nodeRed.start(settings, list, atrs, receive);
      const first = await amm.connection();
      await nodeRed.deploy('nodes', settings, list, receive);
      await ask(first);
      assert.equal(amm.accepted, 1);
      await nodeRed.deploy('nodes', settings, receive);
      await first.ended;
      await nodeRed.deploy('nodes', settings, receive, list);
      await ask(await amm.connection());
    });

    it('stay open while nodes that use them are replaced, and keep nothing of the old ones', async () => {
      const { amm, app, settings } = await scripted();
      await nodeRed.start(settings, list, atrs, register, receive);
      const { clients } = nodeRed.node('connection') as ConnectionNode;
      const client = clients.amm.acquire(nodeRed.node('atrs'));
      const listeners = client.listenerCount('state');
      const [first, second] = [await amm.connection(), await app.connection()];
      await nodeRed.deploy('nodes', settings, { ...list, name: 'new' }, atrs, register, {
        ...receive,
        name: 'new',
      });
      await ask(first);
      await registerAt(second);
      assert.deepEqual([amm.accepted, app.accepted], [1, 1]);
      assert.equal(client.listenerCount('state'), listeners);
    });

    it('know nothing of nodes that are gone, while they stay open for others', async () => {
      const { app, settings } = await scripted();
      await nodeRed.start(settings, list, register);
      await registerAt(await app.connection());
      const { clients } = nodeRed.node('connection') as ConnectionNode;
      const users = () => [...clients.amm.nodes, ...clients.app.nodes].map(({ id }) => id).sort();
      const client = clients.app.acquire(nodeRed.node('register'));
      const watchers = (): number => client.listenerCount('registrationStatus');
      await nodeRed.deploy('nodes', settings, list, register, receive, send);
      assert.deepEqual(users(), ['list', 'receive', 'register', 'send']);
      assert.equal(watchers(), 2);
      await nodeRed.deploy('nodes', settings, register);
      assert.deepEqual(users(), ['register']);
      assert.equal(watchers(), 0);
    });

    it('are replaced by a full deploy, and everything works again', async () => {
      const { amm, app, settings } = await scripted();
      const all: FlowNode[] = [settings, list, atrs, provision, register, send, receive];
      await nodeRed.start(...all);
      for (let round = 1; round <= 3; round += 1) {
        const peers = [await amm.connection(), await app.connection()] as const;
        await ask(peers[0]);
        await registerAt(peers[1]);
        await nodeRed.deploy('full', ...all);
        await Promise.all(peers.map(({ ended }) => ended));
      }
    });

    it('lead elsewhere once the connection is changed, for all its users', async () => {
      const { amm, settings } = await scripted();
      await nodeRed.start(settings, list, atrs);
      const first = await amm.connection();
      const other = await bench.scriptedAmm();
      await nodeRed.deploy('nodes', { ...settings, ammPort: String(other.port) }, list, atrs);
      await first.ended;
      await ask(await other.connection());
      await nodeRed.showing('atrs', 'connected');
      assert.deepEqual([amm.accepted, other.accepted], [1, 1]);
    });
  });

  describe('when it closes', () => {
    it('fails with AKM_CLOSED what is in flight and what waits', async () => {
      const { amm, app, settings } = await scripted();
      await nodeRed.start(settings, list, atrs, provision, register, send);
      const peers = [await amm.connection(), await app.connection()] as const;
      const ended = [
        nodeRed.input('list'),
        nodeRed.input('atrs'),
        nodeRed.input('provision', { payload: '0x1' }),
        nodeRed.input('register'),
      ];
      await Promise.all([peers[0].frame(), peers[1].frame()]);
      ended.push(nodeRed.input('send', { payload: 'x', atrId: 1, appValue: 1 }));
      await nodeRed.stop();
      const codes = (await Promise.all(ended)).map((error) => error?.code);
      assert.deepEqual(
        codes,
        Array.from({ length: 5 }, () => 'AKM_CLOSED'),
      );
      await Promise.all(peers.map(({ ended: end }) => end));
    });

    it('tells Catch nodes that stay', async () => {
      const { amm, settings } = await scripted();
      await nodeRed.start(settings, list);
      const peer = await amm.connection();
      const failed = nodeRed.failure('list', { topic: 'kept' }, 'AKM_CLOSED');
      await peer.frame();
      await nodeRed.deploy('nodes', { ...settings, queueLimit: '5' }, list);
      const caught = await failed;
      assert.match(
        caught.error.message,
        /The connection to the AMM .* was closed|The node was stopped before anything was sent/,
      );
      assert.equal(caught.topic, 'kept');
      assert.deepEqual(caught.akm, { service: 'amm', operation: 'LIST_ENDPOINTS' });
    });

    it('ends attempts to connect, and the pauses between them', async () => {
      const port = await freePort();
      const settings = connection(
        { ammPort: port, appPort: port },
        { reconnectMin: '60000', reconnectMax: '60000' },
      );
      await nodeRed.start(settings, list, receive);
      await nodeRed.showing('list', 'disconnected');
      await nodeRed.showing('receive', 'disconnected');
      await nodeRed.stop(); // that nothing is left is what every test looks at in the end
    });

    it('is done with a node only: the answer to its request still completes the message', async () => {
      const { amm, settings } = await scripted();
      await nodeRed.start(settings, list, atrs);
      const peer = await amm.connection();
      const ended = nodeRed.input('list');
      await peer.receive(LIST.request);
      await nodeRed.deploy('nodes', settings, atrs);
      peer.send(LIST.response, { confirmation: 0, count: 0, endpoints: [] });
      assert.equal(await ended, undefined);
    });
  });

  describe('a peer that is never there', () => {
    it('leaves Node-RED running, with an error for each message, until it comes', async () => {
      const [ammPort, appPort] = [await freePort(), await freePort()];
      const settings = connection({ ammPort, appPort }, { requestTimeout: '500' });
      await nodeRed.start(settings, list, atrs, provision, register, send, receive);
      const messages: [string, object][] = [
        ['list', {}],
        ['atrs', {}],
        ['provision', { payload: '0x1' }],
        ['register', {}],
        ['send', { payload: 'x', atrId: 1, appValue: 1 }],
      ];
      for (const [id, msg] of messages) {
        await nodeRed.showing(id, 'disconnected');
        const { error } = await nodeRed.failure(id, { ...msg }, 'AKM_NOT_CONNECTED');
        assert.match(error.message, /Not connected to the \w+ at 127\.0\.0\.1:\d+: ./);
      }
      await bench.simulator({ ammPort, appPort });
      for (const [id] of messages) await nodeRed.showing(id, id === 'register' ? 'registered' : 'connected');
      await nodeRed.output(); // the registration is made up for
      for (const [id, msg] of messages) await nodeRed.success(id, { ...msg });
    });

    it('is told in the log once, however many attempts there are', async () => {
      const { amm, settings } = await scripted();
      const comeBack = await amm.away();
      await nodeRed.start({ ...settings, requestTimeout: '300' }, list);
      await nodeRed.failure('list', {}, 'AKM_NOT_CONNECTED'); // after more than one attempt
      const lines = () => nodeRed.log.filter(({ id }) => id === 'connection');
      assert.deepEqual(
        lines().map(({ level }) => level),
        [WARN],
      );
      assert.match(
        String(lines()[0]?.msg),
        /^No connection to the AMM at 127\.0\.0\.1:\d+; trying until there is one: ./,
      );
      await comeBack();
      await nodeRed.showing('list', 'connected');
      await ask(await amm.connection());
      assert.match(String(lines().at(-1)?.msg), /Connected to the AMM at 127\.0\.0\.1:\d+/);
      assert.equal(lines().length, 2);
    });
  });

  describe('with settings that cannot be used', () => {
    const U32 = 'a whole number from 0 to 4294967295 is needed';
    const bad: [Record<string, unknown>, 'amm' | 'app', string][] = [
      [{ ammPort: 'abc' }, 'amm', 'The port is "abc"; a whole number from 1 to 65535 is needed'],
      [{ ammPort: '0' }, 'amm', 'The port is "0"; a whole number from 1 to 65535 is needed'],
      [{ ammPort: '65536' }, 'amm', 'The port is "65536"; a whole number from 1 to 65535 is needed'],
      [{ ammPort: '${AKM_UNSET}' }, 'amm', 'The port is "${AKM_UNSET}"; a whole number from 1 to 65535'],
      [{ ammHost: {} }, 'amm', 'The AMM host is an object; text is needed'],
      [{ ammHost: '' }, 'amm', 'The host is ""; a host name or an address is needed'],
      [{ ammIdle: '-1' }, 'amm', 'The AMM idle time (s) is "-1"; a whole number from 0 to 2147483 is needed'],
      [{ appPort: 'abc' }, 'app', 'The port is "abc"; a whole number from 1 to 65535 is needed'],
      [{ appHost: ' ' }, 'app', 'The host is " "; a host name or an address is needed'],
      [
        { requestTimeout: '0' },
        'amm',
        'The request timeout (ms) is "0"; a whole number from 1 to 2147483647',
      ],
      [{ reconnectMin: 'x' }, 'app', 'The shortest reconnection pause (ms) is "x"; a whole number from 1 to'],
      [
        { reconnectMin: '60', reconnectMax: '50' },
        'amm',
        'The longest reconnection pause (ms) is "50"; a whole number from 60',
      ],
      [{ heartbeat: '2147484' }, 'app', 'The heartbeat (s) is "2147484"; a whole number from 0 to 2147483'],
      [{ queueLimit: '0' }, 'app', 'The queue limit is "0"; a whole number from 1 to 4294967295 is needed'],
      [{ successCode: 'yes' }, 'amm', `The success code is "yes"; ${U32}`],
    ];
    for (const [properties, service, message] of bad) {
      it(`${JSON.stringify(properties)} fails each message and says so, and ends nothing`, async () => {
        const nodes = service === 'amm' ? [list, atrs, provision] : [register, send];
        await nodeRed.start(connection(await bench.simulator(), properties), ...nodes);
        for (const { id } of nodes) {
          assert.deepEqual(nodeRed.statuses(id), [{ fill: 'red', shape: 'ring', text: 'bad settings' }], id);
          for (let n = 0; n < 2; n += 1) {
            const msg = { payload: '0x1', atrId: 1, appValue: 1, topic: 'kept' };
            const caught = await nodeRed.failure(id, msg, 'AKM_INVALID_INPUT');
            assert.ok(caught.error.message.startsWith(`AkmError: ${message}`), caught.error.message);
            assert.equal(caught.topic, 'kept');
          }
          assert.equal(nodeRed.statuses(id).length, 1);
        }
        const told = nodeRed.log.filter(({ id, level }) => id === 'connection' && level === ERROR);
        assert.equal(told.length, 1, 'once in the log');
        assert.ok(String(told[0]?.msg).includes(message));
      });
    }

    it('for one service leaves the other alone', async () => {
      await nodeRed.start(connection(await bench.simulator(), { ammPort: 'abc' }), list, register);
      await nodeRed.success('register');
      await nodeRed.failure('list', {}, 'AKM_INVALID_INPUT');
    });

    it('tells a Catch node for a node that has no message: receive', async () => {
      await nodeRed.start(connection(await bench.simulator(), { appPort: 'abc' }), receive);
      const caught = await nodeRed.caught('AKM_INVALID_INPUT');
      assert.match(caught.error.message, /The port is "abc"/);
      assert.equal(caught.error.source.id, 'receive');
      assert.deepEqual(nodeRed.texts('receive'), ['bad settings']);
    });

    it('tells a Catch node for a node that has no message: automatic registration', async () => {
      await nodeRed.start(connection(await bench.simulator(), { appPort: 'abc' }), {
        ...register,
        auto: true,
      });
      const caught = await nodeRed.caught('AKM_INVALID_INPUT');
      assert.match(caught.error.message, /The port is "abc"/);
      assert.equal(caught.error.source.id, 'register');
    });
  });

  describe('that is not there', () => {
    const missing: [string, FlowNode[], string][] = [
      ['none was chosen', [], ''],
      ['it was deleted', [], 'gone'],
      ['it is disabled', [connection({}, { d: true })], 'connection'],
      ['it is another node', [{ id: 'note', type: 'test-sink' }], 'note'],
    ];
    for (const [why, others, id] of missing) {
      it(`fails each message, and says what to do: ${why}`, async () => {
        const nodes = [list, atrs, provision, register, send].map((node) => ({ ...node, connection: id }));
        await nodeRed.start(...others, ...nodes);
        for (const node of nodes) {
          const msg = { payload: '0x1', atrId: 1, appValue: 1, topic: 'kept' };
          const caught = await nodeRed.failure(node.id, msg, 'AKM_INVALID_INPUT');
          assert.match(
            caught.error.message,
            /This node has no connection: open it and choose one, which must be enabled/,
          );
          assert.equal(caught.topic, 'kept');
          assert.deepEqual(nodeRed.statuses(node.id), [
            { fill: 'red', shape: 'ring', text: 'no connection' },
          ]);
        }
      });
    }

    for (const node of [receive, { ...register, auto: true }]) {
      it(`tells a Catch node for a node that has no message: ${node.type}`, async () => {
        await nodeRed.start({ ...node, connection: '' });
        const caught = await nodeRed.caught('AKM_INVALID_INPUT');
        assert.match(caught.error.message, /This node has no connection/);
        assert.equal(caught.error.source.id, node.id);
        assert.deepEqual(nodeRed.texts(node.id), ['no connection']);
      });
    }
  });

  describe('its settings', () => {
    const VARIABLE = 'AKM_TEST_AMM_PORT';
    afterEach(() => {
      Reflect.deleteProperty(process.env, VARIABLE);
    });

    it('may be environment variables as Node-RED puts them in, and hexadecimal', async () => {
      const { ammPort, appPort } = await bench.simulator();
      process.env[VARIABLE] = String(ammPort);
      const settings = connection({}, { ammPort: `\${${VARIABLE}}`, appPort: `0x${appPort.toString(16)}` });
      await nodeRed.start(settings, list, register);
      await nodeRed.success('list');
      await nodeRed.success('register');
    });

    it('may be numbers', async () => {
      const { ammPort } = await bench.simulator();
      await nodeRed.start(connection({}, { ammPort, requestTimeout: 5000, heartbeat: 0 }), list);
      await nodeRed.success('list');
    });

    it('are the documented places where a flow leaves them out', async () => {
      await nodeRed.start({ id: 'connection', type: 'akm-connection' }, list, receive);
      const { clients } = nodeRed.node('connection') as ConnectionNode;
      assert.equal(clients.amm.acquire(nodeRed.node('list')).peer, 'the AMM at 127.0.0.1:49200');
      assert.equal(clients.app.acquire(nodeRed.node('receive')).peer, 'the AppEndpoint at 127.0.0.1:49600');
    });
  });

  describe('its times', () => {
    const time = useFakeClock();
    /** Only where the peers are: everything else is left out. */
    const at = (ammPort: number, appPort: number, properties = {}): FlowNode => ({
      id: 'connection',
      type: 'akm-connection',
      ammPort: String(ammPort),
      appPort: String(appPort),
      ...properties,
    });

    it('are a heartbeat of 30 s, and no limit to an idle AMM socket, where a flow leaves them out', async () => {
      const { ammPort, appPort } = await bench.simulator();
      await nodeRed.start(at(ammPort, appPort), list, receive);
      await nodeRed.success('list');
      await nodeRed.showing('receive', 'not registered');
      assert.deepEqual(time.clock.pending, [30_000, 30_000]);
    });

    it('are 2 s at most to close, where the peer keeps its side open', async () => {
      const amm = await bench.scriptedAmm({ keepsOpen: true });
      await nodeRed.start(at(amm.port, 1), list);
      const peer = await amm.connection();
      await nodeRed.showing('list', 'connected');
      const stopped = nodeRed.stop();
      await peer.ended;
      time.clock.advance(2000);
      await stopped;
    });

    it('are given in seconds', async () => {
      const { ammPort, appPort } = await bench.simulator();
      await nodeRed.start(at(ammPort, appPort, { heartbeat: '7', ammIdle: '3' }), list);
      await nodeRed.success('list');
      assert.deepEqual(time.clock.pending, [3000, 7000]);
    });

    it('are 5 s for a connection and for a request, and half a second to try again, by default', async () => {
      const { amm, settings } = await scripted();
      await nodeRed.start(at(Number(settings['ammPort']), 1), list);
      assert.deepEqual(time.clock.pending, [5000, 5000], 'for the attempt, and for what waits for it');
      const peer = await amm.connection();
      await nodeRed.showing('list', 'connected');
      const ended = nodeRed.input('list');
      await peer.frame();
      assert.deepEqual(time.clock.pending, [5000, 30_000]);
      const [back] = [await amm.away()];
      assert.equal((await ended)?.code, 'AKM_CONNECTION_LOST');
      await nodeRed.caught('AKM_CONNECTION_LOST');
      const [pause] = time.clock.pending;
      assert.ok(pause !== undefined && pause >= 250 && pause <= 500, `${pause} ms`);
      await back();
    });
  });
});
