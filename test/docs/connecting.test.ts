import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { testAmm } from '../../nodes/shared/admin/connection-test.js';
import { problemOf } from '../../src/editor/problem-words.js';
import { defaultsOf } from '../../src/settings/migrations.js';
import { useTestPeers } from '../support/clients.js';
import { CORE_NODES, useSidebar } from '../support/core-nodes.js';
import { inTime } from '../support/deadline.js';
import { docBlock } from '../support/doc-blocks.js';
import { docTable } from '../support/doc-tables.js';
import { connection, flowOf, type FlowNode } from '../support/flows.js';
import { freePort } from '../support/free-port.js';
import { useNodeRed } from '../support/node-red-helper.js';

const PAGE = 'docs/connecting.md';
const page = readFileSync(PAGE, 'utf8');

/** The editor's English texts, by group. */
const texts = JSON.parse(readFileSync('nodes/locales/en-US/akm-connection.json', 'utf8')) as Record<
  string,
  Record<string, string>
>;
const defaults = defaultsOf('akm-connection');

describe(`${PAGE}: the figures`, () => {
  it('are the ports that a new connection has', () => {
    const ports = [defaults['ammPort'], defaults['appPort']].map((port) => `TCP ${String(port)}`);
    assert.deepEqual(
      docTable(PAGE, 'service').map((cells) => cells.at(-1)),
      ports,
    );
    assert.deepEqual(
      docTable(PAGE, 'from').map(([, , port]) => port),
      ports,
    );
  });

  it('are the ports that Linux is told to reserve', () => {
    const reserved = /^net\.ipv4\.ip_local_reserved_ports = ([\d,]+)$/m.exec(
      docBlock('docs/connecting.md', 'reserved-ports'),
    );
    assert.equal(reserved?.[1], [defaults['ammPort'], defaults['appPort']].join());
  });

  it('are the times that a new connection has, by the names in the form', () => {
    const units: Record<string, string> = { heartbeat: ' s', ammIdle: ' s', queueLimit: '' };
    const settings = ['requestTimeout', 'reconnectMin', 'reconnectMax', 'heartbeat', 'ammIdle', 'queueLimit'];
    assert.deepEqual(
      docTable(PAGE, 'in the form').map(([name, value]) => [name, value]),
      settings.map((name) => [texts['label']?.[name], `${String(defaults[name])}${units[name] ?? ' ms'}`]),
    );
    assert.ok(page.includes(`**Heartbeat** (${String(defaults['heartbeat'])} s)`));
  });

  it('come with the words of the form', () => {
    for (const word of [
      texts['test']?.['start'],
      texts['tab']?.['layouts'],
      texts['tab']?.['names'],
      texts['label']?.['allowInferredChoice'],
      texts['label']?.['successCode'],
      texts['label']?.['ammIdle'],
    ])
      assert.ok(page.includes(`**${String(word)}**`), word);
  });
});

describe(`${PAGE}: a test of a connection says`, () => {
  const bench = useTestPeers();
  const rows = docTable(PAGE, 'it says').map(([words = '']) => words);
  const translate = (key: string): string => {
    const [group = '', name = ''] = (key.split(':').pop() ?? '').split('.');
    return texts[group]?.[name] ?? key;
  };
  const tested = async (port: number, requestTimeout: number): Promise<string> => {
    const { error } = await testAmm({ port, requestTimeout }, new AbortController().signal);
    return error ? problemOf(error, translate).words : 'a green tick, connected, answered';
  };

  /** In the order of the page: what is at the port. */
  const PEERS: readonly (() => Promise<number>)[] = [
    async () => (await bench.simulator()).ammPort,
    freePort,
    ...(['silent', 'disconnect', 'garbage'] as const).map(
      (fault) => async () => (await bench.simulator({ fault })).ammPort,
    ),
  ];

  it('these and no others', () => assert.equal(rows.length, PEERS.length));

  for (const [index, words] of rows.entries()) {
    it(words, async () => {
      const port = await PEERS[index]?.();
      const said = await tested(port ?? 0, words === 'No answer came in time.' ? 100 : 5000);
      assert.ok(said.startsWith(words), said);
    });
  }
});

describe(`${PAGE}: in Node-RED`, () => {
  const { nodeRed, bench } = useNodeRed();
  const sidebar = useSidebar();

  it('the first application sends back what it gets', async () => {
    const { ammPort, appPort } = await bench.simulator();
    const flow = (JSON.parse(docBlock('docs/connecting.md', 'first-application')) as FlowNode[]).map(
      (node) =>
        node.type === 'akm-connection'
          ? { ...node, ammPort: String(ammPort), appPort: String(appPort) }
          : node,
    );
    const client = bench.app({ port: appPort });
    client.open();
    await client.acquire(1, 200).register();
    const answer = new Promise<string>((resolve) => {
      client.subscribe({}, ({ data, appValue }) => resolve(`${data.toString()} from ${appValue}`));
    });
    // without the Catch node of the tests: the page has its own
    await nodeRed.startWith(
      CORE_NODES,
      flowOf(flow).filter(({ id }) => id !== 'catch'),
    );
    await nodeRed.showing('co11', 'registered');
    client.send({ atrId: 1, appValue: 100, data: 'Hello' }, (error) => assert.equal(error, undefined));
    assert.equal(await inTime(sidebar('received').take(), () => 'what was received'), 'Hello');
    assert.equal(await inTime(answer, () => 'the answer'), 'Hello from 100');
    assert.equal(sidebar('what went wrong').size, 0);
  });

  it('the nodes of one connection are one client, and those of another are another', async () => {
    const amm = await bench.scriptedAmm();
    const settings = connection({ ammPort: amm.port });
    const atrs = { id: 'atrs', type: 'akm-list-atrs' };
    await nodeRed.start(settings, { id: 'list', type: 'akm-list-endpoints' }, atrs);
    for (const id of ['list', 'atrs']) await nodeRed.showing(id, 'connected');
    assert.equal(amm.accepted, 1);
    const other = { ...atrs, id: 'others', connection: 'other' };
    await nodeRed.deploy(
      'nodes',
      settings,
      { ...settings, id: 'other' },
      { id: 'list', type: 'akm-list-endpoints' },
      atrs,
      other,
    );
    await nodeRed.showing('others', 'connected');
    assert.equal(amm.accepted, 2);
  });

  it('an idle connection says so', async () => {
    const { ammPort } = await bench.simulator();
    await nodeRed.start(connection({ ammPort }, { ammIdle: '1' }), {
      id: 'list',
      type: 'akm-list-endpoints',
    });
    await nodeRed.showing('list', 'connected');
    await nodeRed.showing('list', 'idle');
    await nodeRed.success('list');
  });
});
