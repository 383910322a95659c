import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Simulator } from '../../../src/simulator/simulator';
import { AkmPartner } from '../../support/akm-partner';
import { Cable } from '../../support/cable';
import { readExample } from '../../support/example-files';
import { MqttClient } from '../../support/mqtt-client';
import {
  type FlowNode,
  freePorts,
  idOf,
  Mosquitto,
  type NodeRedVersion,
  type Ports,
  RealNodeRed,
} from '../../support/real-node-red';

export const EXAMPLE = 'MQTT/1 - AKM and MQTT, both ways.json';

/** The topic under which everything of the example is. */
export const MACHINE = 'akm/machine-1';

/** Where it comes out what the application in ATR 1 with App Value 300 sends, and where to publish what it is to get. */
export const RECEIVED = `${MACHINE}/received/1/300`;
export const SEND = `${MACHINE}/send/1/300`;
export const ERRORS = `${MACHINE}/errors`;

/** The nodes of the example, at other ports, and quicker to try a connection again. */
export function exampleAt({ ammPort, appPort }: Ports, brokerPort: number): FlowNode[] {
  const text = readExample(EXAMPLE)
    .replaceAll('"49210"', `"${ammPort}"`)
    .replaceAll('"49610"', `"${appPort}"`)
    .replaceAll('"1883"', `"${brokerPort}"`)
    .replaceAll(/"reconnectMin": "\d+"/g, '"reconnectMin": "50"')
    .replaceAll(/"reconnectMax": "\d+"/g, '"reconnectMax": "200"');
  return JSON.parse(text) as FlowNode[];
}

/**
 * The example in a Node-RED, with a broker, an AMM and an AppEndpoint, an application behind it, and another MQTT client. The test can end and
 * start each of them. The simulator that the example brings is left out.
 */
export class Scene {
  private simulator: Simulator | undefined;
  private running: RealNodeRed | undefined;

  private constructor(
    private readonly version: NodeRedVersion,
    readonly flow: readonly FlowNode[],
    private readonly ports: Ports,
    readonly broker: Mosquitto,
    /** The application with App Value 300 in ATR 1. It keeps its AppEndpoint when the machine has lost it. */
    readonly partner: AkmPartner,
    /** The other client; it sees all that is published for the machine. */
    readonly client: MqttClient,
    /** What the machine's way to its AppEndpoint leads through. */
    readonly toApp: Cable,
    simulator: Simulator,
  ) {
    this.simulator = simulator;
  }

  /**
   * Starts everything but Node-RED.
   * @param alter changes the flow before it is used
   */
  static async prepare(
    version: NodeRedVersion,
    { brokerPort, mosquitto = [], alter = (flow) => flow }: SceneOptions = {},
  ): Promise<Scene> {
    const broker = await Mosquitto.start(...mosquitto);
    const ports = await freePorts();
    const toApp = await Cable.lay(ports.appPort);
    const seen = { ...ports, appPort: toApp.port };
    const nodes = exampleAt(seen, (await brokerPort?.(broker.port)) ?? broker.port);
    const simulator = new Simulator({ ...ports });
    await simulator.start();
    const partner = await AkmPartner.connect(ports.appPort);
    const client = await MqttClient.connect(broker.port, `${MACHINE}/#`);
    const flow = alter(nodes.filter(({ type }) => type !== 'akm-simulator'));
    return new Scene(version, flow, ports, broker, partner, client, toApp, simulator);
  }

  /** The same, and Node-RED, and waits until the machine is online and registered. */
  static async start(version: NodeRedVersion, options: SceneOptions = {}): Promise<Scene> {
    const scene = await Scene.prepare(version, options);
    await scene.startNodeRed();
    await scene.ready();
    return scene;
  }

  get nodeRed(): RealNodeRed {
    if (!this.running) throw new Error('Node-RED is not running');
    return this.running;
  }

  /** Starts a Node-RED that has the flow already, as one that was installed long ago. */
  async startNodeRed(): Promise<void> {
    this.running = await RealNodeRed.start(this.version, {
      settings: { mqttReconnectTime: 100 },
      prepare: (userDir) => writeFile(join(userDir, 'flows.json'), JSON.stringify(this.flow)),
    });
  }

  /** Waits until the machine says that it is online and registered; of what was said before `from`, nothing counts. */
  async ready(from = 0): Promise<void> {
    await this.told('online', '', from);
    await this.told('registered', '/app/1/100', from);
  }

  /** Ends Node-RED as a power cut does. */
  async killNodeRed(): Promise<void> {
    await this.nodeRed.process.stop('SIGKILL');
    await this.stopNodeRed();
  }

  /** Ends Node-RED as a service manager does, and gives what it printed. */
  async stopNodeRed(): Promise<string> {
    const { running } = this;
    this.running = undefined;
    await running?.stop();
    return running?.process.output ?? '';
  }

  /** Ends the broker; resolves when Node-RED knows. */
  async endBroker(): Promise<void> {
    const from = this.nodeRed.comms.now;
    await this.broker.end();
    await this.showing('mqtt out', 'publish data', /disconnected|connecting/, from);
  }

  /** Takes the AppEndpoint away from the machine; resolves when the flow knows. */
  async loseApp(): Promise<void> {
    const from = this.nodeRed.comms.now;
    await this.toApp.cut();
    await this.showing('akm-send', 'send, or keep until connected', /disconnected/, from);
  }

  /** Sends from the application while there is no broker; resolves when the machine keeps it all. */
  async sendAndKeep(texts: readonly string[]): Promise<void> {
    const from = this.nodeRed.comms.now;
    for (const text of texts) await this.partner.send(100, text);
    await this.showing(
      'function',
      'keep until the broker has it',
      new RegExp(`^${texts.length} kept$`),
      from,
    );
  }

  /** Waits until this was published for the machine, as a message from the application. */
  async published(text: string, from = 0): Promise<void> {
    await this.client.message(RECEIVED, ({ payload }) => payload.toString() === text, from);
  }

  /** Waits until the machine tells of this state, of Node-RED or what is named by `place`. */
  async told(state: string, place = '', from = 0): Promise<void> {
    const topic = `${MACHINE}/status${place}`;
    await this.client.json<{ state: string }>(topic, (told) => told.state === state, from);
  }

  /** Ends the AMM and the AppEndpoint. */
  async stopAkm(): Promise<void> {
    await this.simulator?.stop();
    this.simulator = undefined;
  }

  /** Starts them again, where they were. */
  async startAkm(): Promise<void> {
    this.simulator = new Simulator({ ...this.ports });
    await this.simulator.start();
  }

  /** Waits until a node shows a status with this text. */
  async showing(type: string, name: string, text: RegExp, from = 0): Promise<void> {
    const id = idOf(this.flow, name, type);
    await this.nodeRed.comms.status(id, String(text), (status) => text.test(status.text ?? ''), from);
  }

  async end(): Promise<void> {
    await this.stopNodeRed();
    await this.partner.close();
    await this.client.close();
    await this.toApp.cut();
    await this.stopAkm();
    await this.broker.stop();
  }
}

/** What may be other than usual. */
export interface SceneOptions {
  /** Changes the flow. */
  readonly alter?: (flow: FlowNode[]) => FlowNode[];
  /** Lines of mosquitto.conf besides the usual ones. */
  readonly mosquitto?: readonly string[];
  /** Puts something between Node-RED and the broker: given the broker's port, gives the one for Node-RED. */
  readonly brokerPort?: (brokerPort: number) => Promise<number>;
}
