import assert from 'node:assert/strict';
import {
  akmNode,
  catchNode,
  type Child,
  connectionNode,
  debugNode,
  freePorts,
  injectNode,
  nodeRedVersions,
  type NodeStatus,
  onTab,
  type Ports,
  useNodeRed,
  startSimulatorCommand,
} from '../support/real-node-red';

/** One machine that talks to itself in the trust relationship 1, and asks the AMM. */
function flow(ports: Ports) {
  const connection = 'machine';
  const target = { atrId: '1', atrIdType: 'num', appValue: '20', appValueType: 'num' };
  return onTab(
    connectionNode(connection, ports),
    injectNode('ask', 'list', 'provision'),
    akmNode('list', 'akm-list-endpoints', { connection, filter: '0', filterType: 'num' }, 'listed'),
    debugNode('listed'),
    akmNode('provision', 'akm-provision', {
      connection,
      action: 'provision-endpoint',
      target: '0x000000000000000000000000C0FFEE01',
      targetType: 'str',
    }),
    akmNode('register', 'akm-register', { connection, ...target, auto: true }, 'registered'),
    debugNode('registered'),
    injectNode('say', 'send'),
    akmNode('send', 'akm-send', { connection, ...target, offline: 'error' }),
    akmNode('receive', 'akm-receive', { connection, atrId: '', appValue: '', format: 'auto' }, 'received'),
    debugNode('received'),
    catchNode('catch', 'caught'),
    debugNode('caught'),
  );
}

const isGreen = ({ fill }: NodeStatus): boolean => fill === 'green';
const isRed = ({ fill }: NodeStatus): boolean => fill === 'red';
const users = ['list', 'provision', 'register', 'send', 'receive'];

for (const version of nodeRedVersions) {
  describe(`${version.title}: when the AKM module goes and comes back`, () => {
    const suite = useNodeRed(version);
    let ports: Ports;
    let module: Child;

    before(async () => {
      ports = await freePorts();
      module = await startSimulatorCommand(ports);
      await suite.nodeRed.deploy(flow(ports));
      await suite.nodeRed.comms.message('registered');
    });

    after(() => module.stop());

    it('says so at every node, and fails a message with a code', async () => {
      for (const id of users) await suite.nodeRed.comms.status(id, 'green', isGreen);
      const from = suite.nodeRed.comms.now;
      await module.stop('SIGKILL');
      for (const id of users) await suite.nodeRed.comms.status(id, 'red', isRed, from);

      await suite.nodeRed.inject('say', { payload: 'into the void' });
      const { error } = await suite.nodeRed.comms.message('caught', from);
      assert.equal((error as { code: string }).code, 'AKM_NOT_CONNECTED');
    });

    it('comes back by itself, registration included', async () => {
      const from = suite.nodeRed.comms.now;
      module = await startSimulatorCommand(ports);
      for (const id of users) await suite.nodeRed.comms.status(id, 'green', isGreen, from);
      await suite.nodeRed.comms.message('registered', from);

      await suite.nodeRed.inject('say', { payload: 'back again' });
      assert.equal((await suite.nodeRed.comms.message('received', from)).payload, 'back again');
      await suite.nodeRed.inject('ask');
      assert.equal(((await suite.nodeRed.comms.message('listed', from)).payload as unknown[]).length, 4);
    });
  });

  describe(`${version.title}: when the AKM module never starts`, () => {
    const suite = useNodeRed(version);

    before(async () => {
      await suite.nodeRed.deploy(flow(await freePorts()));
    });

    it('says so at every node', async () => {
      for (const id of users) await suite.nodeRed.comms.status(id, 'red', isRed);
    });

    it('fails every message with a code that a Catch node can act on', async () => {
      const from = suite.nodeRed.comms.now;
      await suite.nodeRed.inject('ask');
      await suite.nodeRed.inject('say');
      for (const id of ['list', 'provision', 'send']) {
        const { error } = await suite.nodeRed.comms.message(
          'caught',
          from,
          (message) => (message['error'] as { source: { id: string } }).source.id === id,
        );
        const { code, message } = error as { code: string; message: string };
        assert.equal(code, 'AKM_NOT_CONNECTED');
        assert.notEqual(message, '');
      }
    });

    it('leaves Node-RED up', async () => {
      assert.doesNotMatch(suite.nodeRed.process.output, /uncaught|unhandled/i);
      assert.notEqual(await suite.nodeRed.text(''), '');
    });
  });
}
