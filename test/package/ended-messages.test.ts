import assert from 'node:assert/strict';
import {
  akmNode,
  catchNode,
  connectionNode,
  debugNode,
  type FlowNode,
  freePorts,
  injectNode,
  nodeRedVersions,
  onTab,
  type Ports,
  RealNodeRed,
} from '../support/real-node-red';

const target = { connection: 'machine', atrId: '1', atrIdType: 'num', appValue: '20', appValueType: 'num' };

/** Messages that wait for an AppEndpoint that is never there, and a Catch node that ends with them. */
function flow(ports: Ports): FlowNode[] {
  return onTab(
    connectionNode('machine', ports),
    akmNode('register', 'akm-register', { ...target, auto: true }),
    injectNode('say', 'many'),
    {
      id: 'many',
      type: 'function',
      func: 'for (let n = 0; n < 50; n += 1) node.send({ payload: n }); node.send([null, {}]);',
      outputs: 2,
      wires: [['send'], ['said']],
    },
    akmNode('send', 'akm-send', { ...target, offline: 'queue' }),
    debugNode('said'),
    catchNode('catch', 'caught'),
    debugNode('caught'),
  );
}

const TOLD = /50 messages of akm-send ended with AKM_CLOSED because the node was stopped/g;

for (const version of nodeRedVersions) {
  describe(`${version.title}: messages that wait when their flow is stopped, with a Catch node`, () => {
    it('are in the log, in one line, after a full deploy and at the end of Node-RED', async function () {
      this.timeout(300_000);
      const nodeRed = await RealNodeRed.start(version);
      const nodes = flow(await freePorts());
      const waitForAll = async (): Promise<void> => {
        const from = nodeRed.comms.now;
        await nodeRed.comms.status('send', 'disconnected', ({ fill }) => fill === 'red', from);
        await nodeRed.inject('say');
        await nodeRed.comms.message('said', from);
        await nodeRed.comms.status(
          'send',
          '… waiting',
          ({ text }) => Boolean(text?.includes('waiting')),
          from,
        );
      };
      const told = (): number => nodeRed.process.output.match(TOLD)?.length ?? 0;
      try {
        await nodeRed.deploy(nodes);
        await waitForAll();
        await nodeRed.deploy(nodes);
        assert.equal(told(), 1, nodeRed.process.output);
        await waitForAll();
      } finally {
        assert.equal(await nodeRed.stop(), 0);
      }
      assert.equal(told(), 2, nodeRed.process.output);
    });
  });
}
