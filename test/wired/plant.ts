import assert from 'node:assert/strict';
import { AppClient, Simulator } from '../../src';
import { docBlock } from '../support/doc-blocks';
import { gatewayFlow, startGateway } from '../support/gateway';
import { MqttClient } from '../support/mqtt-client';
import {
  type FlowNode,
  Mosquitto,
  type NodeRedVersion,
  type Ports,
  type RealNodeRed,
} from '../support/real-node-red';
import { Recorded } from '../support/real-node-red/recorded';

/**
 * Turns the example's clocks forward, as a test is waiting: gateways look every 2 s in place of 10, believe for 10 s in place of 25 that one is
 * ready, and are missed by the broker after 6 s in place of 15.
 */
function hasten(node: FlowNode): FlowNode {
  if (node.type === 'inject') return { ...node, repeat: '2' };
  if (node.type === 'mqtt-broker') return { ...node, keepalive: '4' };
  if (node['name'] !== 'am I the first?') return node;
  const func = String(node['func']);
  assert.match(func, /- 25000;/);
  return { ...node, func: func.replace('- 25000;', '- 10000;') };
}

/** Where pump 7 is. */
const [ATR_ID, APP_VALUE] = [1, 200];

/** A job that has arrived at a pump. */
export interface Arrival {
  readonly id: string;
  /** The gateway that it came through. */
  readonly gateway: string;
  /** What the application got. */
  readonly received: string;
  /** What it answers, if it does. */
  readonly answered: string;
}

/** A broker, and machines that share it: each with a gateway's Node-RED, an AppEndpoint and a pump behind it. */
export class Plant {
  /** Every arrival at any pump, in order. */
  readonly arrivals = new Recorded<Arrival>();
  /** As many of the next arrivals are not answered, as if the application had failed. */
  unanswered = 0;
  private readonly machines: Machine[] = [];
  private given = 0;

  private constructor(
    readonly version: NodeRedVersion,
    readonly broker: Mosquitto,
    /** Sees all jobs, results and gateways, and gives jobs. */
    readonly control: MqttClient,
  ) {}

  /** With the broker's settings as the guide has them. */
  static async start(version: NodeRedVersion): Promise<Plant> {
    const settings = docBlock('docs/scale-out.md', 'mosquitto').split('\n');
    const broker = await Mosquitto.start(...settings);
    const control = await MqttClient.connect(broker.port, 'jobs/+', 'work/+', 'results/+', 'gateways/+');
    return new Plant(version, broker, control);
  }

  /** Sets up a machine. Its Node-RED is not started yet. */
  async machine(name: string): Promise<Machine> {
    const machine = await Machine.make(this, name);
    this.machines.push(machine);
    return machine;
  }

  /** Gives jobs, and resolves to their ids when the broker has accepted them all. */
  async give(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => `given-${(this.given += 1)}`);
    const job = JSON.stringify({ atrId: ATR_ID, appValue: APP_VALUE, payload: { set: 'speed', to: 1450 } });
    await Promise.all(ids.map((id) => this.giveJob(id, job)));
    return ids;
  }

  async giveJob(id: string, job: string): Promise<void> {
    await this.control.publish(`jobs/${id}`, job, { retain: true });
    await this.control.publish(`work/${id}`, job);
  }

  /** Waits until the broker does not hold these jobs any more. */
  async cleared(ids: readonly string[]): Promise<void> {
    await Promise.all(
      ids.map((id) => this.control.message(`jobs/${id}`, ({ payload }) => payload.length === 0)),
    );
  }

  /** Waits until the broker does not hold these jobs any more, and makes sure that each has arrived and its result is there. */
  async settled(ids: readonly string[]): Promise<void> {
    await this.cleared(ids);
    const arrived = new Set(this.arrivals.items.map(({ id }) => id));
    assert.deepEqual(
      ids.filter((id) => !arrived.has(id)),
      [],
      'jobs that were lost',
    );
    for (const id of ids)
      await this.control.json<{ id: string; done: boolean }>(
        `results/${id}`,
        (result) => result.id === id && result.done,
      );
  }

  /** The ids of the jobs that the broker was given, by whomever, since position `from` of what the control room sees. */
  jobsSince(from: number): string[] {
    const topics = this.control.messages.items.slice(from).map(({ topic }) => topic);
    return [...new Set(topics)].filter((topic) => topic.startsWith('jobs/')).map((topic) => topic.slice(5));
  }

  /** How often any job was given out since then. */
  givenOutSince(from: number): number {
    return this.control.messages.items.slice(from).filter(({ topic }) => topic.startsWith('work/')).length;
  }

  /** The gateways that jobs have come through since position `from` of the arrivals. */
  through(from: number): string[] {
    return [...new Set(this.arrivals.items.slice(from).map(({ gateway }) => gateway))].sort();
  }

  async stop(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.stop()));
    await this.control.close();
    await this.broker.stop();
  }
}

/** An AppEndpoint with a pump, and beside it the Node-RED of a gateway. */
export class Machine {
  private nodeRed: RealNodeRed | undefined;

  static async make(plant: Plant, name: string): Promise<Machine> {
    const simulator = new Simulator({ ammPort: 0, appPort: 0 });
    const { ammPort, appPort } = await simulator.start();
    const pump = new AppClient({ port: appPort, reconnectMin: 50, reconnectMax: 200 });
    pump.open();
    await pump.acquire(ATR_ID, APP_VALUE).register();
    pump.subscribe({ atrId: ATR_ID }, ({ data, appValue }) => {
      const received = data.toString();
      const { id } = JSON.parse(received) as { id: string };
      const answered = JSON.stringify({ id, done: true });
      plant.arrivals.add({ id, gateway: name, received, answered });
      plant.unanswered -= 1;
      if (plant.unanswered >= 0) return;
      plant.unanswered = 0;
      pump.send({ atrId: ATR_ID, appValue, data: answered }, () => undefined);
    });
    return new Machine(plant, name, pump, { ammPort, appPort }, simulator);
  }

  private constructor(
    private readonly plant: Plant,
    readonly name: string,
    private readonly pump: AppClient,
    private readonly ports: Ports,
    private simulator: Simulator,
  ) {}

  /**
   * Starts its Node-RED with the example, and waits until the broker has it as ready.
   *
   * @param change what an integrator changes in the flow
   */
  async start(change = (flow: FlowNode[]): FlowNode[] => flow): Promise<void> {
    const { control, broker, version } = this.plant;
    const from = control.messages.now;
    const { name, ports } = this;
    const flow = change(gatewayFlow()).map(hasten);
    this.nodeRed = await startGateway(version, { name, brokerPort: broker.port, ...ports }, flow);
    await this.says('ready', from);
  }

  /** Waits until the broker has this of the gateway. */
  async says(status: 'ready' | 'waiting' | 'gone', from: number): Promise<void> {
    const { control } = this.plant;
    await control.message(`gateways/${this.name}`, ({ payload }) => payload.toString() === status, from);
  }

  /** Ends its Node-RED as a power failure does. */
  async kill(): Promise<void> {
    await this.nodeRed?.process.stop('SIGKILL');
    await this.nodeRed?.stop();
    this.nodeRed = undefined;
  }

  /** Stops its Node-RED where it is, with all its connections open, as a machine that hangs does. */
  hang(): void {
    this.signal('SIGSTOP');
  }

  /** Lets it go on after {@link Machine.hang}. */
  goOn(): void {
    this.signal('SIGCONT');
  }

  /** Ends its AppEndpoint; the gateway goes on. */
  async endAppEndpoint(): Promise<void> {
    await this.simulator.stop();
  }

  async startAppEndpoint(): Promise<void> {
    this.simulator = new Simulator(this.ports);
    await this.simulator.start();
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.nodeRed) process.kill(this.nodeRed.process.pid, signal);
  }

  async stop(): Promise<void> {
    await this.nodeRed?.stop();
    await this.pump.close();
    await this.simulator.stop();
  }
}
