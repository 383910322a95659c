import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { defaultsOf, NODE_TYPES } from '../../src/settings/migrations.js';
import { CORE_NODES, useSidebar } from '../support/core-nodes.js';
import { inTime } from '../support/deadline.js';
import { docBlock } from '../support/doc-blocks.js';
import { flowOf, type FlowNode } from '../support/flows.js';
import { freePort } from '../support/free-port.js';
import { useNodeRed } from '../support/node-red-helper.js';

const page = readFileSync('docs/first-steps.md', 'utf8').replaceAll(/\s+/g, ' ');

describe('docs/first-steps.md', () => {
  const { nodeRed } = useNodeRed();
  const sidebar = useSidebar();
  let nodes: FlowNode[];

  /** The nodes of the page with other properties of one of them. */
  const changed = (id: string, properties: object): FlowNode[] =>
    nodes.map((node) => (node.id === id ? { ...node, ...properties } : node));
  const shown = <T>(name: string): Promise<T> =>
    inTime(sidebar(name).take() as Promise<T>, () => `something at the debug node ${name}`);
  const press = (id: string): void => nodeRed.node(id).receive({});

  beforeEach(async () => {
    const ports = { ammPort: String(await freePort()), appPort: String(await freePort()) };
    const flow = JSON.parse(docBlock('docs/first-steps.md', 'first-flow')) as FlowNode[];
    nodes = flow.map((node) =>
      ['akm-connection', 'akm-simulator'].includes(node.type)
        ? { ...node, ...ports, ...(node.type === 'akm-connection' ? { reconnectMin: '10' } : {}) }
        : node,
    );
    // without the Catch node of the tests: the one of the page is to do
    const placed = flowOf(nodes).filter(({ id }) => id !== 'catch');
    await nodeRed.startWith(CORE_NODES, placed);
    await nodeRed.showing('fs11', 'listening');
    await nodeRed.showing('fs15', 'registered');
  });

  it('lists the endpoints as step 3 says', async () => {
    await nodeRed.showing('fs13', 'connected');
    press('fs12');
    assert.equal((await shown<unknown[]>('endpoints')).length, 4);
    await nodeRed.showing('fs13', '4 endpoints');
  });

  it('sends to itself as step 4 says', async () => {
    assert.equal((await shown<{ registered: boolean }>('registered')).registered, true);
    press('fs19');
    assert.equal(await shown('received'), 'Hello');
    await nodeRed.showing('fs20', '1 sent');
    await nodeRed.showing('fs17', '1 received');
  });

  it('fails as step 5 says', async () => {
    await nodeRed.deploy('nodes', ...changed('fs20', { atrId: '9' }));
    await nodeRed.showing('fs20', 'not registered');
    press('fs19');
    assert.equal((await shown<{ code: string }>('what went wrong')).code, 'AKM_NOT_REGISTERED');
    await nodeRed.caught('AKM_NOT_REGISTERED');
  });

  it('comes back by itself as step 5 says', async () => {
    await nodeRed.showing('fs13', 'connected');
    await nodeRed.deploy('nodes', ...changed('fs11', { endpoints: '5' }));
    await nodeRed.showing('fs13', 'connected');
    await nodeRed.showing('fs15', 'registered');
    for (const id of ['fs13', 'fs15']) assert.ok(nodeRed.texts(id).includes('disconnected'), id);
    press('fs12');
    assert.equal((await shown<unknown[]>('endpoints')).length, 5);
  });

  it('tells the numbers and the words of the forms', () => {
    const { label, typed } = JSON.parse(
      readFileSync('nodes/locales/en-US/akm-connection.json', 'utf8'),
    ) as Record<string, Record<string, string>>;
    const words = { ...label, ...typed };
    const numbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
    const count = [...numbers, 'eleven', 'twelve', 'thirteen', 'fourteen'][NODE_TYPES.length - 1];
    const { atrId, appValue } = defaultsOf('akm-register');
    for (const claim of [
      `in the palette, with ${String(count)} nodes`,
      `Keep ATR ID ${String(atrId)} and App Value ${String(appValue)}`,
      `**${String(words['connection'])}**`,
      `**${String(words['atrId'])}**`,
      `_${String(words['numberOrName'])}_`,
    ])
      assert.ok(page.includes(claim), claim);
  });
});
