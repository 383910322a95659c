import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FAILURES, LOOKS, OWN_STATUS, STATUS, type Look } from '../../nodes/shared/status.js';
import { NODES_PAGE } from '../../scripts/nodes-doc.js';
import { MAX_ATRS, MAX_ENDPOINTS } from '../../src/protocol/amm-messages.js';
import { MAX_APP_BUFFER_SIZE, TOTAL_ATRS_ALLOWED } from '../../src/protocol/app-messages.js';
import { CODE_SIZE } from '../../src/protocol/message.js';
import { MAX_APP_PAYLOAD_SIZE } from '../../src/protocol/header.js';
import { NODE_TYPES } from '../../src/settings/migrations.js';
import type { SimulatorAddress } from '../../src/simulator/simulator.js';
import { docBlock } from '../support/doc-blocks.js';
import { codeIn, docTable } from '../support/doc-tables.js';
import { AMM_DIALECT } from '../../src/protocol/header.js';
import { connection, type FlowNode, type Message } from '../support/flows.js';
import { end, noise, swallow } from '../support/harmful-proxy/harms.js';
import { useNodeRed } from '../support/node-red-helper.js';

/** When everything on the page happened. */
const SINCE = 1_750_000_000_000;

/** A message as the page has it: without what only Node-RED needs, Buffers as the debug sidebar shows them, ports and times that stay the same. */
function asOnPage(msg: object, { ammPort, appPort }: SimulatorAddress): unknown {
  const text = JSON.stringify(msg, (key, value: unknown) => {
    if (key === '_msgid' || key === 'stack') return undefined;
    if (key === 'latencyMs') return 1;
    if (key === 'since' || key === 'connectedSince') return SINCE;
    const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
    return type === 'Buffer' && Array.isArray(data) ? `buffer[${data.length}]` : value;
  });
  return JSON.parse(
    text
      .replaceAll(`127.0.0.1:${ammPort}`, '127.0.0.1:49200')
      .replaceAll(`127.0.0.1:${appPort}`, '127.0.0.1:49600'),
  );
}

describe('docs/nodes.md: the message', () => {
  const { nodeRed, bench } = useNodeRed();
  let peer: SimulatorAddress;

  /** What is called by a name on the page. */
  const names = [
    { name: 'control-room', id: '', atrId: '1', appValue: '100' },
    { name: 'pump-7', id: `0xE0${'0'.repeat(29)}1`, atrId: '1', appValue: '200' },
  ];
  /** The application that sends, and the one that receives. */
  const sender = { id: 'sender', type: 'akm-register', appValue: '100', wires: [['sends']] };
  const receiver = {
    id: 'receiver',
    type: 'akm-register',
    appValue: '200',
    connection: 'pump',
    wires: [['receives']],
  };

  /** Starts a node, and more beside it, with a simulator that has little in it. */
  const start = async (type: string, properties: object = {}, ...others: FlowNode[]): Promise<void> => {
    peer = await bench.simulator({ endpoints: 2, atrs: 1 });
    const settings = connection(peer, { names });
    await nodeRed.start(
      settings,
      { ...settings, id: 'pump' },
      { id: 'node', type, ...properties },
      ...others,
    );
  };

  const assertOnPage = (msg: object, block: string): void =>
    assert.deepEqual(asOnPage(msg, peer), JSON.parse(block));

  /** Hands the node a message, and gives what comes out. */
  const answerTo = (given = '{}'): Promise<Message> => nodeRed.success('node', JSON.parse(given) as Message);

  it('of akm-list-endpoints', async () => {
    await start('akm-list-endpoints');
    assertOnPage(await answerTo(), docBlock('docs/nodes.md', 'list-endpoints'));
  });

  it('of akm-list-atrs', async () => {
    await start('akm-list-atrs');
    assertOnPage(await answerTo(), docBlock('docs/nodes.md', 'list-atrs'));
  });

  it('of akm-watch', async () => {
    const provision = { id: 'provision', type: 'akm-provision', wires: [['provisioned']] };
    await start('akm-watch', { interval: '0', what: 'endpoints' }, provision);
    assert.equal(await nodeRed.input('node'), undefined);
    await nodeRed.output('completed');
    await nodeRed.success('provision', { payload: '0xC0FFEE01' }, 'provisioned');
    assertOnPage(await answerTo(), docBlock('docs/nodes.md', 'watch'));
  });

  it('of akm-provision, a yes and a no', async () => {
    await start('akm-provision');
    const given = docBlock('docs/nodes.md', 'provision-in');
    assertOnPage(await answerTo(given), docBlock('docs/nodes.md', 'provision'));
    const refused = await nodeRed.failure('node', JSON.parse(given) as Message, 'AKM_REJECTED');
    assertOnPage(refused, docBlock('docs/nodes.md', 'refused'));
  });

  it('of akm-provision where it creates an ATR', async () => {
    await start('akm-provision', { action: 'create-operational-atr' });
    const answer = await answerTo(docBlock('docs/nodes.md', 'create-atr-in'));
    assertOnPage(answer, docBlock('docs/nodes.md', 'create-atr'));
  });

  it('of akm-endpoint-details', async () => {
    await start('akm-endpoint-details');
    const answer = await answerTo(docBlock('docs/nodes.md', 'endpoint-details-in'));
    assertOnPage(answer, docBlock('docs/nodes.md', 'endpoint-details'));
  });

  it('of akm-register', async () => {
    await start('akm-register');
    assertOnPage(await nodeRed.output(), docBlock('docs/nodes.md', 'register'));
  });

  it('of akm-send, and what akm-receive makes of it', async () => {
    const receive = { id: 'receive', type: 'akm-receive', connection: 'pump', wires: [['received']] };
    await start('akm-send', {}, sender, receiver, receive);
    await nodeRed.output('sends');
    await nodeRed.output('receives');
    assertOnPage(await answerTo(docBlock('docs/nodes.md', 'send-in')), docBlock('docs/nodes.md', 'send'));
    assertOnPage(await nodeRed.output('received'), docBlock('docs/nodes.md', 'receive'));
  });

  it('of akm-app-info', async () => {
    await start('akm-app-info', { query: 'atrs' });
    assertOnPage(await answerTo(), docBlock('docs/nodes.md', 'app-info'));
  });

  it('of akm-request', async () => {
    await start('akm-request', { service: 'app', code: '0x03' });
    const answer = await nodeRed.success('node', { payload: Buffer.alloc(0) });
    assertOnPage(answer, docBlock('docs/nodes.md', 'request'));
  });

  it('of akm-events, an event and the counters', async () => {
    await start('akm-events', { onConnection: false, wires: [['told'], ['counted']] }, sender);
    await nodeRed.output('sends');
    assertOnPage(await nodeRed.output('told'), docBlock('docs/nodes.md', 'event'));
    assertOnPage(await nodeRed.success('node', {}, 'counted'), docBlock('docs/nodes.md', 'counters'));
  });
});

describe('docs/nodes.md: akm-watch shows', () => {
  const { nodeRed, bench } = useNodeRed();
  for (const [harm, code, text] of [
    [end, 'AKM_CONNECTION_LOST', 'connection lost'],
    [swallow, 'AKM_TIMEOUT', 'no answer'],
    [noise, 'AKM_PROTOCOL', 'not understood'],
  ] as const) {
    it(`"${text}" once its connection is back`, async () => {
      const { ammPort } = await bench.simulator();
      const proxy = await bench.proxy(AMM_DIALECT, ammPort);
      const settings = { ammHost: proxy.host, ...(harm === swallow ? { requestTimeout: '100' } : {}) };
      const watch = { id: 'watch', type: 'akm-watch', interval: '0' };
      await nodeRed.start(connection({ ammPort: proxy.port }, settings), watch);
      await nodeRed.showing('watch', 'connected');
      proxy.harm({ toClient: harm });
      await nodeRed.failure('watch', {}, code);
      await proxy.lift();
      await nodeRed.showing('watch', text);
    });
  }
});

describe('docs/nodes.md', () => {
  const page = NODES_PAGE.read();

  it('has a section and its table for each node, and for nothing else', () => {
    const sections = [...page.matchAll(/^## (akm-.*)$/gm)].map(([, title]) => title);
    assert.deepEqual([...sections].sort(), [...NODE_TYPES].sort());
    assert.deepEqual(NODES_PAGE.places(), sections);
  });

  it('has the figures of the code', () => {
    for (const claim of [
      `for its endpoints, ${MAX_ENDPOINTS} at most`,
      `(ATRs), ${MAX_ATRS} at most`,
      `the endpoint is in (${TOTAL_ATRS_ALLOWED} at most)`,
      `anything else as JSON; ${MAX_APP_BUFFER_SIZE} bytes`,
      `empty for nothing, ${MAX_APP_PAYLOAD_SIZE - CODE_SIZE} bytes at most`,
    ])
      assert.ok(page.replaceAll('\n', ' ').includes(claim), claim);
  });

  it('tells of each status that the nodes have in common what the code shows', () => {
    const { status } = JSON.parse(readFileSync('nodes/locales/en-US/akm-connection.json', 'utf8')) as {
      status: Record<string, string>;
    };
    const marks = marksInCode();
    assert.deepEqual([...marks.keys()].sort(), Object.keys(status).sort());
    const shown = Object.entries(status).map(([key, text]) => [
      text.replaceAll(/__\w+__/g, '…'),
      [...(marks.get(key) ?? [])].sort().reverse().join(', or '),
    ]);
    const told = docTable('docs/nodes.md', 'status').map(([text, look]) => [codeIn(text)[0], look]);
    assert.deepEqual(told.sort(), shown.sort());
  });

  it('tells of the other statuses what the code shows', () => {
    const claims: [type: keyof typeof OWN_STATUS, text: string, looks: string][] = [
      [
        'akm-register',
        '`registering` has a yellow ring, `registered` a green dot.',
        'busy registering, good registered',
      ],
      [
        'akm-simulator',
        '`starting` has a yellow ring, `listening` a green dot, the other two a red ring.',
        'busy starting, good listening, bad inUse, bad failed',
      ],
    ];
    for (const [type, text, looks] of claims) {
      assert.ok(page.includes(text), text);
      const shown = Object.entries(OWN_STATUS[type]).map(([key, look]) => `${look} ${key}`);
      assert.equal(shown.join(', '), looks);
    }
  });

  it('has each status that only one type of node shows in the catalogue of that', () => {
    for (const [type, statuses] of Object.entries(OWN_STATUS)) {
      const { status } = JSON.parse(readFileSync(`nodes/locales/en-US/${type}.json`, 'utf8')) as {
        status: Record<string, string>;
      };
      for (const key of Object.keys(statuses)) assert.ok(key in status, `${type} ${key}`);
    }
  });
});

/** A look as the page calls it, e.g. `green dot`. */
function markOf(look: Look): string {
  const { fill, shape } = LOOKS[look];
  return `${fill} ${shape}`;
}

/** How each status of the shared catalogue looks: one mark or more. */
function marksInCode(): Map<string, Set<string>> {
  const marks = new Map<string, Set<string>>();
  const add = (key: string, look: Look): void => {
    marks.set(key, (marks.get(key) ?? new Set()).add(markOf(look)));
  };
  for (const [key, look] of Object.entries(STATUS)) add(key, look);
  for (const key of Object.values(FAILURES)) add(key, 'bad');
  return marks;
}
