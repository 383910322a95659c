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
  RealNodeRed,
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
    let nodeRed: RealNodeRed;
    let ports: Ports;
    let module: Child;

    before(async function () {
      this.timeout(300_000);
      ports = await freePorts();
      module = await startSimulatorCommand(ports);
      nodeRed = await RealNodeRed.start(version);
      await nodeRed.deploy(flow(ports));
      await nodeRed.comms.message('registered');
    });

    after(async () => {
      assert.equal(await nodeRed.stop(), 0);
      await module.stop();
    });

    it('says so at every node, and fails a message with a code', async () => {
      for (const id of users) await nodeRed.comms.status(id, 'green', isGreen);
      const from = nodeRed.comms.now;
      await module.stop('SIGKILL');
      for (const id of users) await nodeRed.comms.status(id, 'red', isRed, from);

      await nodeRed.inject('say', { payload: 'into the void' });
      const { error } = await nodeRed.comms.message('caught', from);
      assert.equal((error as { code: string }).code, 'AKM_NOT_CONNECTED');
    });

    it('comes back by itself, registration included', async () => {
      const from = nodeRed.comms.now;
      module = await startSimulatorCommand(ports);
      for (const id of users) await nodeRed.comms.status(id, 'green', isGreen, from);
      await nodeRed.comms.message('registered', from);

      await nodeRed.inject('say', { payload: 'back again' });
      assert.equal((await nodeRed.comms.message('received', from)).payload, 'back again');
      await nodeRed.inject('ask');
      assert.equal(((await nodeRed.comms.message('listed', from)).payload as unknown[]).length, 4);
    });
  });

  describe(`${version.title}: when the AKM module never starts`, () => {
    let nodeRed: RealNodeRed;

    before(async function () {
      this.timeout(300_000);
      nodeRed = await RealNodeRed.start(version);
      await nodeRed.deploy(flow(await freePorts()));
    });

    after(async () => {
      assert.equal(await nodeRed.stop(), 0);
    });

    it('says so at every node', async () => {
      for (const id of users) await nodeRed.comms.status(id, 'red', isRed);
    });

    it('fails every message with a code that a Catch node can act on', async () => {
      const from = nodeRed.comms.now;
      await nodeRed.inject('ask');
      await nodeRed.inject('say');
      for (const id of ['list', 'provision', 'send']) {
        const { error } = await nodeRed.comms.message(
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
      assert.doesNotMatch(nodeRed.process.output, /uncaught|unhandled/i);
      assert.notEqual(await nodeRed.text(''), '');
    });
  });
}
