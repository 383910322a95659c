import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { connection, type FlowNode } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { events } from '../support/node-red-nodes.js';
import { turn } from '../support/promises.js';

const LIST_ATRS = AMM_OPERATIONS.LIST_ATRS.request.code;
const GET_VERSION = APP_OPERATIONS.GET_VERSION.request.code;

/** What a context store is asked for, and the means to answer. */
type Read = (error: Error | undefined, value: unknown) => void;

describe('a node that ends while it waits for a context store', () => {
  const { nodeRed, bench } = useNodeRed();
  const ENDPOINT = '0x000000000000000000000000C0FFEE01';
  const number = { type: 'flow', value: 1 };
  const atr = { atrId: 'key', atrIdType: 'flow', appValue: '100', appValueType: 'num' };
  const app = { ...atr, atrId: '1', atrIdType: 'num', appValue: 'key', appValueType: 'flow' };

  /** Each node with a typed input, and what is in the context for it. */
  const nodes: [what: string, properties: object, value: unknown, msg: object][] = [
    ['akm-list-endpoints', { filter: 'key', filterType: 'flow' }, number.value, {}],
    ['akm-list-atrs', { filter: 'key', filterType: 'flow' }, number.value, {}],
    ['akm-provision', { action: 'delete-endpoint', target: 'key', targetType: 'flow' }, ENDPOINT, {}],
    ['akm-endpoint-details', { target: 'key', targetType: 'flow' }, ENDPOINT, {}],
    ['akm-request', { service: 'amm', code: 'key', codeType: 'flow' }, 9, { payload: Buffer.alloc(0) }],
    ['akm-register', { ...atr, auto: false }, 1, {}],
    ['akm-register', { ...app, auto: false }, 100, {}],
    ['akm-send', { ...atr, offline: 'queue' }, 1, { payload: 'x' }],
    ['akm-send', { ...app, offline: 'queue' }, 100, { payload: 'x' }],
  ];

  const keepers: FlowNode[] = [
    { id: 'amm-keeper', type: 'akm-list-atrs' },
    { id: 'app-keeper', type: 'akm-app-info' },
  ];

  for (const [index, [type, properties, value, msg]] of nodes.entries()) {
    for (const answers of [true, false])
      it(`does nothing any more: ${type} (${index}), where the store ${answers ? 'answers later' : 'never answers'}`, async () => {
        const [amm, other] = [await bench.scriptedAmm(), await bench.scriptedApp()];
        const settings = connection({ ammPort: amm.port, appPort: other.port });
        await nodeRed.start(settings, ...keepers, { id: 'node', type, ...properties });
        const peers = [await amm.connection(), await other.connection()];
        for (const { id } of keepers) await nodeRed.showing(id, 'connected');
        let read: Read | undefined;
        const store = {
          get: (_key: string, _store: string | undefined, callback: Read) => {
            read = callback;
          },
        };
        Object.assign(nodeRed.node('node'), { context: () => ({ flow: store, global: store }) });
        const ended = nodeRed.input('node', { ...msg });
        while (!read) await turn();
        await nodeRed.deploy('nodes', settings, ...keepers);
        assert.equal((await ended)?.code, 'AKM_CLOSED');
        if (answers) read(undefined, value);
        await nodeRed.caught('AKM_CLOSED');
        // what a node asks for now comes to the peer after all that was asked for before
        for (const [n, { id }] of keepers.entries()) {
          const last = nodeRed.input(id);
          const { code } = (await peers[n]?.frame()) ?? {};
          assert.equal(
            code,
            n === 0 ? LIST_ATRS : GET_VERSION,
            `code 0x${String(code?.toString(16))} was sent`,
          );
          await nodeRed.deploy('nodes', settings, ...keepers.slice(n + 1));
          assert.equal((await last)?.code, 'AKM_CLOSED');
          await nodeRed.caught('AKM_CLOSED');
        }
      });
  }

  it('registers nothing by itself either', async () => {
    const appEndpoint = await bench.scriptedApp();
    const settings = connection({ appPort: appEndpoint.port });
    const [, keeper] = keepers as [FlowNode, FlowNode];
    const register = { id: 'node', type: 'akm-register', ...atr, auto: true };
    let read: Read | undefined;
    const store = {
      get: (_key: string, _store: string | undefined, callback: Read) => {
        read = callback;
      },
    };
    events.once('flows:started', () => {
      Object.assign(nodeRed.node('node'), { context: () => ({ flow: store, global: store }) });
    });
    await nodeRed.start(settings, keeper, register);
    const peer = await appEndpoint.connection();
    await nodeRed.showing('app-keeper', 'connected');
    while (!read) await turn();
    await nodeRed.deploy('nodes', settings, keeper);
    read(undefined, 1);
    const asked = nodeRed.input('app-keeper');
    assert.equal((await peer.frame()).code, GET_VERSION);
    await nodeRed.stop();
    assert.equal((await asked)?.code, 'AKM_CLOSED');
  });

  it('takes no message any more while it closes', async () => {
    const amm = await bench.scriptedAmm({ keepsOpen: true });
    const settings = connection({ ammPort: amm.port });
    await nodeRed.start(settings, { id: 'node', type: 'akm-list-endpoints' });
    const peer = await amm.connection();
    await nodeRed.showing('node', 'connected');
    const node = nodeRed.node('node');
    const deployed = nodeRed.deploy('nodes', settings);
    await peer.ended;
    node.receive({});
    await nodeRed.caught('AKM_CLOSED');
    assert.equal(peer.unasked, 0);
    peer.end();
    await deployed;
  });
});

describe('a node that ends while its request waits for its turn', () => {
  const { nodeRed, bench } = useNodeRed();

  it('has it never written, though other nodes keep the connection', async () => {
    const amm = await bench.scriptedAmm();
    const settings = connection({ ammPort: amm.port });
    const keeper = { id: 'keeper', type: 'akm-list-atrs' };
    const provision = { id: 'node', type: 'akm-provision', action: 'delete-endpoint' };
    await nodeRed.start(settings, keeper, provision);
    const peer = await amm.connection();
    await nodeRed.showing('keeper', 'connected');
    const listed = nodeRed.success('keeper');
    await peer.receive(AMM_OPERATIONS.LIST_ATRS.request);
    const ended = nodeRed.input('node', { payload: '0x1' });
    await turn(); // by then it waits behind the list
    await nodeRed.deploy('nodes', settings, keeper);
    assert.equal((await ended)?.code, 'AKM_CLOSED');
    await nodeRed.caught('AKM_CLOSED');
    peer.send(AMM_OPERATIONS.LIST_ATRS.response, { confirmation: 0, count: 0, atrs: [] });
    await listed;
    const again = nodeRed.success('keeper');
    assert.equal((await peer.frame()).code, LIST_ATRS, 'no DELETE_ENDPOINT comes in between');
    peer.send(AMM_OPERATIONS.LIST_ATRS.response, { confirmation: 0, count: 0, atrs: [] });
    await again;
  });
});
