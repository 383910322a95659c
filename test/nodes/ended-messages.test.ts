import assert from 'node:assert/strict';
import { connection, flowOf, uncaughtFlowOf, type FlowNode } from '../support/flows.js';
import { freePort } from '../support/free-port.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { turn } from '../support/promises.js';

const ERROR = 20;

describe('messages of a node that a deploy ends', () => {
  const { nodeRed, bench } = useNodeRed();
  const place = { atrId: '1', atrIdType: 'num', appValue: '100', appValueType: 'num' };
  const register = { id: 'register', type: 'akm-register', ...place, auto: true };
  const send = { id: 'send', type: 'akm-send', name: 'to line 1', ...place, offline: 'queue' };
  const list = { id: 'list', type: 'akm-list-endpoints' };

  /** What is in the log as an error of a node. */
  const errorsOf = (node: string): string[] =>
    nodeRed.log.filter(({ id, level }) => id === node && level === ERROR).map(({ msg }) => String(msg));

  /** Hands so many messages to a node, of which none can end. */
  const wait = async (id: string, count: number) => {
    const ended = Array.from({ length: count }, () => nodeRed.input(id, { payload: 'x' }));
    await turn(); // by then the client has them
    return () => Promise.all(ended);
  };

  const CLOSED = (count: string, label: string, peer: string) =>
    new RegExp(
      `^${count} of ${label} ended with AKM_CLOSED because the node was stopped: (The node was stopped before anything was sent for this message|The connection to ${peer} at 127\\.0\\.0\\.1:\\d+ was closed)$`,
    );

  for (const ending of ['a full deploy', 'the end of Node-RED'] as const) {
    for (const [where, flow] of [
      ['with', undefined],
      ['without', uncaughtFlowOf],
    ] as const)
      it(`are in the log, in a line for each node, after ${ending} ${where} a Catch node`, async () => {
        const { port } = await bench.scriptedAmm(); // which answers nothing but who it is
        const settings = connection({ ammPort: port, appPort: await freePort() });
        const nodes: FlowNode[] = [settings, register, send, list];
        if (flow) await nodeRed.startWith([], flow(nodes));
        else await nodeRed.start(...nodes);
        await nodeRed.showing('list', 'connected');
        await nodeRed.showing('send', 'disconnected');
        const sends = await wait('send', 200);
        const requests = await wait('list', 5);
        if (ending === 'the end of Node-RED') await nodeRed.stop();
        else await nodeRed.deployWhole('full', (flow ?? flowOf)([settings]));
        for (const error of [...(await sends()), ...(await requests())])
          assert.equal(error?.code, 'AKM_CLOSED');
        assert.equal(errorsOf('send').length, 1, errorsOf('send').join('\n'));
        assert.match(
          errorsOf('send')[0] ?? '',
          CLOSED('200 messages', 'akm-send "to line 1"', 'the AppEndpoint'),
        );
        assert.equal(errorsOf('list').length, 1, errorsOf('list').join('\n'));
        assert.match(errorsOf('list')[0] ?? '', CLOSED('5 messages', 'akm-list-endpoints', 'the AMM'));
        assert.equal(nodeRed.size('caught'), 0);
      });
  }

  it('reach a Catch node that stays, each, and are not in the log', async () => {
    const settings = connection({ appPort: await freePort() });
    await nodeRed.start(settings, register, send);
    await nodeRed.showing('send', 'disconnected');
    const sends = await wait('send', 20);
    await nodeRed.deploy('nodes', { ...settings, queueLimit: '999' }, register, send);
    for (const error of await sends()) assert.equal(error?.code, 'AKM_CLOSED');
    for (let n = 0; n < 20; n += 1) await nodeRed.caught('AKM_CLOSED');
    assert.deepEqual(errorsOf('send'), []);
  });

  it('are in the log where the Catch node goes with the node', async () => {
    const settings = connection({ appPort: await freePort() });
    const flow = (properties: object) =>
      uncaughtFlowOf([settings, register, send]).concat({
        id: 'other-catch',
        type: 'catch',
        z: 'tab',
        x: 1,
        y: 1,
        scope: null,
        wires: [[]],
        ...properties,
      });
    await nodeRed.startWith([], flow({}));
    await nodeRed.showing('send', 'disconnected');
    const sends = await wait('send', 20);
    await nodeRed.deployWhole(
      'nodes',
      flow({ name: 'anew' }).map((node) =>
        node.id === 'connection' ? { ...node, queueLimit: '999' } : node,
      ),
    );
    for (const error of await sends()) assert.equal(error?.code, 'AKM_CLOSED');
    assert.equal(errorsOf('send').length, 1, errorsOf('send').join('\n'));
  });
});
