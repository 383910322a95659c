import assert from 'node:assert/strict';
import { docBlock } from '../support/doc-blocks';
import { gatewayFlow, startGateway } from '../support/gateway';
import {
  type FlowNode,
  freePorts,
  idOf,
  importExample,
  nodeRedVersions,
  RealNodeRed,
} from '../support/real-node-red';
import { Plant, type Machine } from './plant';

for (const version of nodeRedVersions) {
  describe(`${version.title}: the examples of gateways and a control room`, function () {
    this.timeout(120_000);
    let plant: Plant;
    let machine: Machine;
    const nodeReds: RealNodeRed[] = [];

    before(async () => {
      plant = await Plant.start(version);
      machine = await plant.machine('gateway-2');
    });

    after(async () => {
      await Promise.all(nodeReds.splice(0).map((nodeRed) => nodeRed.stop()));
      await plant.stop();
    });

    /** Another Node-RED, with only the ports set up. */
    const start = async (flow: FlowNode[] = []): Promise<RealNodeRed> => {
      const settings = { name: '', brokerPort: plant.broker.port, ...(await freePorts()) };
      const nodeRed = await startGateway(version, settings, flow);
      nodeReds.push(nodeRed);
      return nodeRed;
    };

    it('work together in one Node-RED, as they are imported', async () => {
      const nodeRed = await start();
      const flow = [
        ...(await importExample(nodeRed, 'Gateways/1 - Gateway')),
        ...(await importExample(nodeRed, 'Gateways/2 - Control room')),
      ];
      await nodeRed.deploy(flow);
      const shows = (name: string, wanted: string) =>
        nodeRed.comms.status(idOf(flow, name), wanted, ({ text }) => text === wanted);
      await shows('who is there?', 'gateway-1');
      await shows('am I the first?', 'yes');
      await nodeRed.inject(idOf(flow, 'a hundred jobs'));
      for (const name of ['accepted', 'pump 7 does', 'result']) await shows(name, '100');
      await shows('how many?', '0 open');

      const [id = ''] = plant.jobsSince(0);
      const { payload } = await plant.control.message(`jobs/${id}`);
      const from = nodeRed.comms.now;
      await plant.control.publish(`work/${id}`, payload); // it comes twice, and is done once
      await shows('came twice', '1');
      await nodeRed.inject(idOf(flow, 'a job'));
      assert.deepEqual(await nodeRed.comms.shown(idOf(flow, 'pump 7 does'), from), {
        order: 101,
        set: 'speed',
        to: 1450,
      });
      await plant.cleared(plant.jobsSince(0)); // else another gateway would find it
      assert.doesNotMatch(nodeRed.process.output, /\[error\]|uncaught|unhandled/i);
      await nodeRed.stop();
    });

    it('take settings that are made in the editor', async () => {
      const settings = { GATEWAY: 'gateway-7', BROKER_PORT: String(plant.broker.port) };
      const set = (env: { name: keyof typeof settings }): object =>
        env.name in settings ? { name: env.name, type: 'str', value: settings[env.name] } : env;
      const flow = gatewayFlow().map((node) =>
        node.type === 'global-config' ? { ...node, env: (node['env'] as []).map(set) } : node,
      );
      const nodeRed = await RealNodeRed.start(version);
      nodeReds.push(nodeRed);
      await nodeRed.deploy(flow);
      const says = (status: string) =>
        plant.control.message('gateways/gateway-7', ({ payload }) => payload.toString() === status);
      await says('waiting');
      await nodeRed.stop();
      await says('gone');
    });

    it('keep jobs and results for those that are away', async () => {
      await machine.start();
      const from = plant.control.messages.now;
      await machine.endAppEndpoint();
      await machine.says('waiting', from);

      const first = await start();
      const flow = await importExample(first, 'Gateways/2 - Control room');
      await first.deploy(flow);
      const shows = (nodeRed: RealNodeRed, name: string, wanted: string) =>
        nodeRed.comms.status(idOf(flow, name), wanted, ({ text }) => text === wanted);
      await shows(first, 'who is there?', 'nobody is ready'); // so it is connected
      await first.inject(idOf(flow, 'a hundred jobs'));
      await shows(first, 'accepted', '100');
      await first.stop();

      await machine.startAppEndpoint();
      await plant.settled(plant.jobsSince(from));
      const second = await start(flow);
      await shows(second, 'result', '100');
    });

    it('carry a job, its answer and its result as the guide shows them', async () => {
      const from = plant.arrivals.now;
      await plant.giveJob('job-1', docBlock('docs/scale-out.md', 'job'));
      const result = await plant.control.json(`results/job-1`);
      assert.deepEqual(result, JSON.parse(docBlock('docs/scale-out.md', 'result')));
      const [arrival] = plant.arrivals.items.slice(from);
      assert.deepEqual(
        JSON.parse(arrival?.received ?? ''),
        JSON.parse(docBlock('docs/scale-out.md', 'arrives')),
      );
      assert.deepEqual(
        JSON.parse(arrival?.answered ?? ''),
        JSON.parse(docBlock('docs/scale-out.md', 'answer')),
      );
    });

    it('can clear a job as soon as it was sent, for applications that do not answer', async () => {
      await machine.kill();
      await machine.start((flow) =>
        flow.map((node) =>
          node['name'] === 'send the job'
            ? { ...node, wires: [[idOf(gatewayFlow(), 'clear the job')]] }
            : node,
        ),
      );
      const from = plant.arrivals.now;
      plant.unanswered = 20;
      const ids = await plant.give(20);
      await plant.cleared(ids);
      // a job is cleared when the operating system has taken it: it may still be on its way
      await Promise.all(
        ids.map((id) =>
          plant.arrivals.find(`the arrival of ${id}`, (each) => each.id === id || undefined, from),
        ),
      );
      assert.deepEqual(
        plant.arrivals.items
          .slice(from)
          .map(({ id }) => id)
          .sort(),
        [...ids].sort(),
      );
    });
  });
}
