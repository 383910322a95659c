import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { MAX_APP_BUFFER_SIZE } from '../../src/protocol/app-messages.js';
import { ERROR_CODES, ERRORS, type AkmErrorCode } from '../../src/errors.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { defaultsOf } from '../../src/settings/migrations.js';
import type { Fault } from '../../src/simulator/faults.js';
import { CORE_NODES, useSidebar } from '../support/core-nodes.js';
import { inTime } from '../support/deadline.js';
import { docBlock } from '../support/doc-blocks.js';
import { codeIn, docTable } from '../support/doc-tables.js';
import { AMM_DIALECT } from '../../src/protocol/header.js';
import type { TestPeers } from '../support/clients.js';
import { connection, flowOf, type Caught, type FlowNode } from '../support/flows.js';
import { freePort } from '../support/free-port.js';
import { end, noise, swallow } from '../support/harmful-proxy/harms.js';
import type { Harm } from '../support/harmful-proxy/proxy.js';
import { useNodeRed, type TestNodeRed } from '../support/node-red-helper.js';
import { usePretendedRemoteAddress } from '../support/sockets.js';

const PAGE = 'docs/troubleshooting.md';
const page = readFileSync(PAGE, 'utf8');

describe(`${PAGE}: the codes`, () => {
  const rows = docTable(PAGE, 'code');

  it('are those of the code, and say of each what the code says', () => {
    const told = rows.map(([code = '', , reached, retry]) => [codeIn(code)[0], reached, retry]);
    const known = ERROR_CODES.map((code) => {
      const { reached, retryable } = ERRORS[code];
      return [code, reached, retryable ? 'yes' : 'no'];
    });
    assert.deepEqual(told, known);
  });

  it('have a section each', () =>
    assert.deepEqual(
      [...page.matchAll(/^### (AKM_\w+)$/gm)].map(([, code]) => code),
      ERROR_CODES,
    ));

  it('come with the figures of the code', () => {
    assert.ok(page.includes(`at most ${MAX_APP_BUFFER_SIZE} bytes of data`));
    const { requestTimeout, ammPort, appPort } = defaultsOf('akm-connection');
    assert.ok(page.includes(`\`no connection within ${String(requestTimeout)} ms\``));
    assert.ok(page.includes(`AMM port ${String(ammPort)}, AppEndpoint port ${String(appPort)}`));
  });

  it('quote the words of errors as the code has them', () => {
    const source = ['connection/connection.ts', 'requests/request-queue.ts'].map((file) =>
      readFileSync(`src/client/${file}`, 'utf8'),
    );
    for (const words of [
      'no connection within',
      'the peer ended it',
      'did not confirm a pending registration',
    ])
      assert.ok(page.includes(words) && source.some((text) => text.includes(words)), words);
  });
});

/** Connects a list node to an AMM that answers the first request on a connection, and does harm to every answer from then on. */
async function connectThenHarm(
  nodeRed: TestNodeRed,
  bench: TestPeers,
  list: FlowNode,
  harm: Harm,
  settings = {},
) {
  const { ammPort } = await bench.simulator();
  const proxy = await bench.proxy(AMM_DIALECT, ammPort);
  await nodeRed.start(connection({ ammPort: proxy.port }, { ammHost: proxy.host, ...settings }), list);
  await nodeRed.showing(list.id, 'connected');
  proxy.harm({ toClient: harm });
  return proxy;
}

describe(`${PAGE}: a node shows`, () => {
  const { nodeRed, bench } = useNodeRed();
  const list = { id: 'node', type: 'akm-list-endpoints' };
  const data = { atrId: 1, appValue: 200 };

  /** Starts a node, and a register node, with a simulator. */
  const start = async (
    node: FlowNode,
    { fault, settings = {} }: { fault?: Fault; settings?: Record<string, unknown> } = {},
  ): Promise<void> => {
    const peer = await bench.simulator({ fault });
    const register = { id: 'register', type: 'akm-register', wires: [['registered']] };
    const others = node.type === 'akm-send' ? [register] : [];
    await nodeRed.start(connection(peer, settings), node, ...others);
    if (others.length > 0) await nodeRed.output('registered');
    else await nodeRed.showing('node', 'connected');
  };

  /** By code: what fails so. */
  const FAILURES: Readonly<Record<AkmErrorCode, () => Promise<unknown>>> = {
    AKM_INVALID_INPUT: async () => {
      await start({ ...list, filter: 'nonsense' });
      await nodeRed.failure('node', {}, 'AKM_INVALID_INPUT');
    },
    AKM_PAYLOAD_TOO_LARGE: async () => {
      await start({ id: 'node', type: 'akm-send' });
      const payload = 'x'.repeat(MAX_APP_BUFFER_SIZE + 1);
      await nodeRed.failure('node', { ...data, payload }, 'AKM_PAYLOAD_TOO_LARGE');
    },
    AKM_NOT_CONNECTED: async () => {
      await nodeRed.start(connection({ ammPort: await freePort() }, { requestTimeout: '100' }), list);
      await nodeRed.showing('node', 'disconnected');
      await nodeRed.failure('node', {}, 'AKM_NOT_CONNECTED');
    },
    AKM_CONNECTION_LOST: async () => {
      await connectThenHarm(nodeRed, bench, list, end);
      await nodeRed.failure('node', {}, 'AKM_CONNECTION_LOST');
    },
    AKM_TIMEOUT: async () => {
      await connectThenHarm(nodeRed, bench, list, swallow, { requestTimeout: '100' });
      await nodeRed.failure('node', {}, 'AKM_TIMEOUT');
    },
    AKM_PROTOCOL: async () => {
      await connectThenHarm(nodeRed, bench, list, noise);
      await nodeRed.failure('node', {}, 'AKM_PROTOCOL');
    },
    AKM_REJECTED: async () => {
      await start({ id: 'node', type: 'akm-provision' }, { fault: 'reject' });
      await nodeRed.failure('node', { payload: '0xC0FFEE' }, 'AKM_REJECTED');
    },
    AKM_NOT_REGISTERED: async () => {
      await start({ id: 'node', type: 'akm-send' });
      await nodeRed.failure('node', { ...data, atrId: 2, payload: 'x' }, 'AKM_NOT_REGISTERED');
    },
    AKM_QUEUE_FULL: async () => {
      await connectThenHarm(nodeRed, bench, list, swallow, { queueLimit: '1' });
      const others = [nodeRed.input('node'), nodeRed.input('node')];
      await nodeRed.failure('node', {}, 'AKM_QUEUE_FULL');
      await nodeRed.stop();
      await Promise.all(others);
    },
    AKM_LAYOUT_UNVERIFIED: async () => {
      await start({ id: 'node', type: 'akm-provision' });
      await nodeRed.failure('node', { payload: '0xC0FFEE' }, 'AKM_LAYOUT_UNVERIFIED');
    },
    AKM_CLOSED: async () => {
      await connectThenHarm(nodeRed, bench, list, swallow);
      const waiting = nodeRed.input('node');
      await nodeRed.stop();
      assert.equal((await waiting)?.code, 'AKM_CLOSED');
    },
  };

  for (const [code = '', told = ''] of docTable(PAGE, 'code')) {
    const [status] = codeIn(told);
    const name = codeIn(code)[0] as AkmErrorCode;
    describe(`with ${name}`, () => {
      if (name === 'AKM_LAYOUT_UNVERIFIED') usePretendedRemoteAddress('192.0.2.7');

      it(told, async () => {
        await FAILURES[name]();
        const texts = nodeRed.texts('node').map((text) => text?.replace(/\d+/, '…'));
        assert.ok(status === undefined ? texts.at(-1) === 'connected' : texts.includes(status), texts.join());
      });
    });
  }
});

describe(`${PAGE}: the symptom`, () => {
  const { nodeRed, bench } = useNodeRed();
  const sidebar = useSidebar();

  const list = { id: 'list', type: 'akm-list-endpoints' };
  const register = { id: 'register', type: 'akm-register', wires: [['registered']] };
  const send = { id: 'send', type: 'akm-send' };
  const receive = { id: 'receive', type: 'akm-receive', connection: 'other', wires: [['received']] };
  const receiver = {
    id: 'receiver',
    type: 'akm-register',
    appValue: '200',
    connection: 'other',
    wires: [['registered']],
  };
  const patient = { reconnectMin: '60000', reconnectMax: '60000' };
  const toReceiver = (payload: unknown) => ({ payload, atrId: 1, appValue: 200 });

  /** Starts nodes with a simulator and two connections to it, one for each application. */
  const start = async (...nodes: FlowNode[]): Promise<void> => {
    const settings = connection(await bench.simulator());
    await nodeRed.start(settings, { ...settings, id: 'other' }, ...nodes);
  };
  /** The same, resolving once so many applications are registered. */
  const startRegistered = async (count: number, ...nodes: FlowNode[]): Promise<void> => {
    await start(...nodes);
    for (let n = 0; n < count; n += 1) await nodeRed.output('registered');
  };
  /** What a node gets that is never connected, since a peer has this fault from the start; the error says so in these words. */
  const neverConnected = async (fault: Fault, words: string): Promise<void> => {
    assert.ok(page.includes(`\`${words}\``), words);
    const peer = await bench.simulator({ fault });
    await nodeRed.start(connection(peer, { requestTimeout: '100' }), list);
    await nodeRed.showing('list', 'disconnected');
    const { error } = await nodeRed.failure('list', {}, 'AKM_NOT_CONNECTED');
    assert.ok(error.message.includes(words), error.message);
    assert.ok(!nodeRed.texts('list').includes('connected'), nodeRed.texts('list').join());
  };

  /** By what the page says is seen: brings it about. */
  const SCENES: Readonly<Record<string, () => Promise<void>>> = {
    'Every node shows `disconnected`': async () => {
      const port = await freePort();
      await nodeRed.start(connection({ ammPort: port, appPort: port }), list, register);
      for (const id of ['list', 'register']) await nodeRed.showing(id, 'disconnected');
    },
    'Nodes show `ports exchanged?`, and the log says that the ports seem to be exchanged': async () => {
      const { ammPort, appPort } = await bench.simulator();
      const settings = { requestTimeout: '200' };
      await nodeRed.start(connection({ ammPort: appPort, appPort: ammPort }, settings), list, register);
      for (const id of ['list', 'register']) await nodeRed.showing(id, 'ports exchanged?');
      await nodeRed.logged(/No connection to the AppEndpoint .* ports seem to be exchanged/);
      await nodeRed.logged(/No connection to the AMM .* is this the AppEndpoint's port\?/);
      for (const id of ['list', 'register']) await nodeRed.failure(id, {}, 'AKM_PROTOCOL');
    },
    'Requests to the AMM fail with `AKM_NOT_CONNECTED`: it `did not answer LIST_ENDPOINTS_REQUEST`': () =>
      neverConnected('silent', 'did not answer LIST_ENDPOINTS_REQUEST'),
    'Requests to the AppEndpoint fail with `AKM_TIMEOUT`, and the log says that it `does not answer GET_ENDPOINT_INFO`':
      async () => {
        const peer = await bench.simulator({ fault: 'silent' });
        const info = { id: 'info', type: 'akm-app-info', query: 'version' };
        await nodeRed.start(connection(peer, { requestTimeout: '100' }), info);
        await nodeRed.logged(/the AppEndpoint .* does not answer GET_ENDPOINT_INFO/);
        await nodeRed.showing('info', 'connected');
        await nodeRed.failure('info', {}, 'AKM_TIMEOUT');
      },
    'Nodes are never connected: `the peer ended it`': () => neverConnected('disconnect', 'the peer ended it'),
    'Connected, and `disconnected` at each request': async () => {
      const proxy = await connectThenHarm(nodeRed, bench, list, end);
      for (let n = 0; n < 2; n += 1) {
        await nodeRed.failure('list', {}, 'AKM_CONNECTION_LOST');
        await nodeRed.showing('list', 'disconnected');
        await proxy.lift();
        await nodeRed.showing('list', 'connected');
        proxy.harm({ toClient: end });
      }
    },
    'Nodes are never connected: the peer `broke the protocol`': () =>
      neverConnected('garbage', 'broke the protocol'),
    '`akm-register` shows `refused: …`': async () => {
      const peer = await bench.simulator();
      const other = { ...connection(peer, patient), id: 'other' };
      await nodeRed.start(connection(peer), other, register);
      await nodeRed.output('registered');
      await nodeRed.deploy('nodes', connection(peer), other, register, { ...receiver, appValue: '100' });
      await nodeRed.showing('receiver', 'refused: 1');
      await nodeRed.caught('AKM_REJECTED');
    },
    '`akm-send` and `akm-receive` show `not registered`': async () => {
      await start(send, receive);
      for (const id of ['send', 'receive']) await nodeRed.showing(id, 'not registered');
    },
    '`akm-send` counts, and the other side gets nothing': async () => {
      await startRegistered(2, register, receiver, send, receive);
      await nodeRed.success('send', { ...toReceiver('lost'), appValue: 100 });
      await nodeRed.showing('send', '1 sent');
      await nodeRed.success('send', toReceiver('found'));
      assert.equal((await nodeRed.output('received')).payload, 'found');
    },
    '`akm-receive` gets nothing, though it is sent': async () => {
      const narrow = { ...receive, id: 'narrow', appValue: '99', wires: [['narrow-received']] };
      await startRegistered(2, register, receiver, send, narrow, receive);
      await nodeRed.success('send', toReceiver('Hello'));
      assert.equal((await nodeRed.output('received')).payload, 'Hello');
      assert.equal(nodeRed.size('narrow-received'), 0);
    },
    'Numbers and objects arrive as text': async () => {
      const parsing = { ...receive, id: 'parsing', format: 'json', wires: [['parsed']] };
      await startRegistered(2, register, receiver, send, receive, parsing);
      await nodeRed.success('send', toReceiver({ bar: 4.2 }));
      assert.equal((await nodeRed.output('received')).payload, '{"bar":4.2}');
      assert.deepEqual((await nodeRed.output('parsed')).payload, { bar: 4.2 });
    },
    "The receiver sees another App Value than the sender's": async () => {
      const second = { ...register, id: 'second', appValue: '101' };
      await startRegistered(3, register, second, receiver, send, receive);
      await nodeRed.success('send', toReceiver('Hello'));
      assert.equal((await nodeRed.output('received')).appValue, 101);
    },
    '`akm-provision` says `accepted (inferred)`, and the list stays as it was': async () => {
      const amm = await bench.scriptedAmm();
      const { PROVISION_ENDPOINT, LIST_ENDPOINTS } = AMM_OPERATIONS;
      const provision = { id: 'provision', type: 'akm-provision' };
      await nodeRed.start(connection({ ammPort: amm.port }), provision, list);
      const peer = await amm.connection();
      const accepted = nodeRed.success('provision', { payload: '0xC0FFEE' });
      await peer.receive(PROVISION_ENDPOINT.request);
      peer.send(PROVISION_ENDPOINT.response, { confirmation: 0 });
      await accepted;
      await nodeRed.showing('provision', 'accepted (inferred)');
      const listed = nodeRed.success('list');
      await peer.receive(LIST_ENDPOINTS.request);
      peer.send(LIST_ENDPOINTS.response, { confirmation: 0, count: 0, endpoints: [] });
      assert.deepEqual((await listed).payload, []);
    },
    'A list ends at 32 endpoints': async () => {
      const amm = await bench.scriptedAmm();
      await nodeRed.start(connection({ ammPort: amm.port }), list);
      const peer = await amm.connection();
      const listed = nodeRed.success('list');
      await peer.receive(AMM_OPERATIONS.LIST_ENDPOINTS.request);
      const endpoints = Array.from({ length: 32 }, (_, n) => identifierOf(BigInt(n), 1n));
      peer.send(AMM_OPERATIONS.LIST_ENDPOINTS.response, { confirmation: 0, count: 40, endpoints });
      const { payload, akm } = await listed;
      assert.equal((payload as unknown[]).length, 32);
      assert.deepEqual([akm?.truncated, akm?.count], [true, 40]);
    },
    'A node shows `bad settings`, and the log names an environment variable in `${…}`': async () => {
      await nodeRed.start(connection({}, { ammHost: '${NO_SUCH_VARIABLE}' }), list);
      await nodeRed.showing('list', 'bad settings');
      assert.ok(nodeRed.log.some(({ msg }) => String(msg).includes('${NO_SUCH_VARIABLE}')));
    },
    '`akm-simulator` shows `port in use`': async () => {
      const [ammPort, appPort] = [String(await freePort()), String(await freePort())];
      const simulator = { id: 'first', type: 'akm-simulator', ammPort, appPort };
      await nodeRed.start(simulator);
      await nodeRed.showing('first', 'listening');
      await nodeRed.deploy('nodes', simulator, { ...simulator, id: 'second' });
      await nodeRed.showing('second', 'port in use');
      await nodeRed.caught('AKM_INVALID_INPUT');
    },
    'After a restart of the peer everything works again, but messages from meanwhile are gone': async () => {
      const queued = { ...send, id: 'queued', offline: 'queue' };
      const { ammPort, appPort } = await bench.simulator();
      const proxied = connection({ ammPort, appPort });
      await nodeRed.start(proxied, { ...proxied, id: 'other' }, register, receiver, send, queued, receive);
      for (let n = 0; n < 2; n += 1) await nodeRed.output('registered');
      await bench.clear();
      for (const id of ['send', 'queued']) await nodeRed.showing(id, 'disconnected');
      await nodeRed.failure('send', toReceiver('gone'), 'AKM_NOT_CONNECTED');
      const kept = nodeRed.input('queued', toReceiver('kept'));
      await nodeRed.showing('queued', '1 waiting');
      await bench.simulator({ ammPort, appPort });
      assert.equal(await kept, undefined);
      await nodeRed.showing('queued', '1 sent');
    },
    '`akm-watch` sends nothing after a deploy': async () => {
      const watch = { id: 'watch', type: 'akm-watch', interval: '0' };
      await start(watch, { ...watch, id: 'telling', first: 'added', wires: [['told']] });
      assert.equal(await nodeRed.input('watch'), undefined);
      await nodeRed.output('completed');
      assert.equal(nodeRed.size(), 0);
      const { payload } = await nodeRed.success('telling', {}, 'told');
      assert.equal((payload as { added: unknown[] }).added.length, 9);
    },
  };

  for (const [seen = ''] of docTable(PAGE, 'what you see')) {
    it(seen.replaceAll('`', ''), async () => {
      const bringAbout = SCENES[seen];
      assert.ok(bringAbout, `no test brings this about: ${seen}`);
      await bringAbout();
    });
  }

  it('is on the page for each of these tests', () =>
    assert.deepEqual(
      docTable(PAGE, 'what you see').map(([seen]) => seen),
      Object.keys(SCENES),
    ));

  /** The flow of the page that sends again, so changed, at a port where nobody listens yet; each error it catches goes to `tried` too. */
  const startRetrying = async (change: (node: FlowNode) => FlowNode): Promise<number> => {
    const appPort = await freePort();
    const flow = (JSON.parse(docBlock('docs/troubleshooting.md', 'retry-flow')) as FlowNode[]).map((node) => {
      if (node.type === 'akm-connection') return { ...connection({ appPort }), id: node.id };
      if (node.type === 'delay') return { ...node, timeout: '1', timeoutUnits: 'milliseconds' };
      return node.type === 'catch' ? { ...node, wires: [['rt15', 'tried']] } : change(node);
    });
    const placed = flowOf(flow).filter(({ id }) => id !== 'catch');
    await nodeRed.startWith(CORE_NODES, placed);
    await nodeRed.showing('rt13', 'disconnected');
    return appPort;
  };
  const tried = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) {
      const { error } = (await nodeRed.output('tried')) as Caught;
      assert.match(error.code, /^AKM_NOT_(CONNECTED|REGISTERED)$/);
    }
  };

  it('and its way to send again goes on until the message is sent', async () => {
    const appPort = await startRetrying((node) => node);
    nodeRed.node('rt12').receive({});
    await tried(20);
    await bench.simulator({ appPort });
    await nodeRed.showing('rt13', '1 sent');
  });

  it('and without its change node Node-RED ends it after nine rounds', async () => {
    await startRetrying((node) => (node.type === 'change' ? { ...node, rules: [] } : node));
    nodeRed.node('rt12').receive({});
    await tried(9);
    await nodeRed.logged(/error-loop|exceeded maximum number of catches/); // its key, where Node-RED has not read its texts
    assert.equal(nodeRed.size('tried'), 0);
  });

  it('or any other error is shown by the flow to import', async () => {
    const flow = JSON.parse(docBlock('docs/troubleshooting.md', 'catch-flow')) as FlowNode[];
    const nodes = [connection(await bench.simulator()), { ...list, filter: 'nonsense' }, ...flow];
    // without the Catch node of the tests: the one of the page is to do
    await nodeRed.startWith(
      CORE_NODES,
      flowOf(nodes).filter(({ id }) => id !== 'catch'),
    );
    assert.equal((await nodeRed.input('list'))?.code, 'AKM_INVALID_INPUT');
    const shown = (await inTime(sidebar('what went wrong').take(), () => 'the error')) as { code: string };
    assert.equal(shown.code, 'AKM_INVALID_INPUT');
  });
});
