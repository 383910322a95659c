import type { Browser } from 'playwright-core';
import { AppClient } from '../../../src/client/app/app-client';
import { Simulator } from '../../../src/simulator/simulator';
import { readExample } from '../../support/example-files';
import {
  type FlowNode,
  freePorts,
  idOf,
  type NodeRedVersion,
  RealNodeRed,
} from '../../support/real-node-red';
import { DashboardPage, type PageName } from './page';

/** The example as the import menu offers it. */
export const EXAMPLE = { folder: 'Dashboard', name: '1 - Dashboard' };

/** The nodes of the example. */
export function exampleFlow(): FlowNode[] {
  return JSON.parse(readExample(`${EXAMPLE.folder}/${EXAMPLE.name}.json`)) as FlowNode[];
}

const INVENTION = 'invented-data';

/** What a test gives to the log and the counts in place of an akm-receive. */
function invention(flow: readonly FlowNode[]): FlowNode {
  const z = flow.find(({ type }) => type === 'akm-simulator')?.['z'];
  const wires = [
    [idOf(flow, 'the last 100 lines', 'function'), idOf(flow, 'messages of each application', 'function')],
  ];
  return { id: INVENTION, type: 'inject', z, name: '', props: [], x: 100, y: 20, wires };
}

/**
 * The example in a Node-RED, with a simulator that the test can end and start, and at first without any measurement: what is seen comes
 * from what a test does.
 */
export class Scene {
  private simulator: Simulator;
  private readonly pages: DashboardPage[] = [];

  private constructor(
    readonly nodeRed: RealNodeRed,
    readonly browser: Browser,
    readonly flow: readonly FlowNode[],
    private readonly ports: { ammPort: number; appPort: number },
  ) {
    this.simulator = this.newSimulator();
  }

  static async start(version: NodeRedVersion, browser: Browser): Promise<Scene> {
    const ports = await freePorts();
    const example = JSON.stringify(exampleFlow())
      .replaceAll('"49250"', `"${ports.ammPort}"`)
      .replaceAll('"49650"', `"${ports.appPort}"`)
      .replaceAll('"reconnectMin":"500"', '"reconnectMin":"50"')
      .replaceAll('"reconnectMax":"30000"', '"reconnectMax":"200"');
    const nodes = (JSON.parse(example) as FlowNode[]).map((node) => {
      if (node.type === 'akm-simulator') return { ...node, d: true };
      return node.type === 'inject' && node['repeat'] !== '1' ? { ...node, repeat: '', once: false } : node;
    });
    const nodeRed = await RealNodeRed.start(version, { packages: 'dashboard' });
    const scene = new Scene(nodeRed, browser, [...nodes, invention(nodes)], ports);
    await scene.simulator.start();
    await nodeRed.deploy(scene.flow);
    return scene;
  }

  /** Opens the dashboard in a browser of its own. It is closed by {@link Scene.closePages}. */
  async open(name: PageName): Promise<DashboardPage> {
    const page = await DashboardPage.open(this.browser, this.nodeRed.url, name);
    this.pages.push(page);
    return page;
  }

  /** Closes all pages, in which nothing must have gone wrong. */
  async closePages(): Promise<void> {
    for (const page of this.pages.splice(0)) await page.close();
  }

  /** Takes the AMM and the AppEndpoint away. */
  async endSimulator(): Promise<void> {
    await this.simulator.stop();
  }

  /** Brings them back; they have forgotten everything. */
  async startSimulator(): Promise<void> {
    this.simulator = this.newSimulator();
    await this.simulator.start();
  }

  /** Where it stands what a widget shows to a browser that comes now. */
  keptAt(type: string, name: string): string {
    return new URL(`dashboard/_debug/datastore/${idOf(this.flow, name, type)}`, this.nodeRed.url).href;
  }

  /** Presses the button of an inject node of that name. */
  press(name: string): Promise<void> {
    return this.nodeRed.inject(idOf(this.flow, name, 'inject'));
  }

  /**
   * Lets the log and the counts see data that nobody has sent.
   * @param names `name` and `atrName`, as akm-receive gives them
   */
  invent(atrId: number, appValue: number, payload: string, names: object = {}): Promise<void> {
    const akm = { operation: 'RECEIVE_APP_DATA', ...names };
    return this.nodeRed.inject(INVENTION, { atrId, appValue, payload, akm });
  }

  /** Sends bytes to the control room, from an application in ATR 1 that is known to nobody. */
  async send(appValue: number, data: Buffer): Promise<void> {
    const client = new AppClient({ port: this.ports.appPort });
    const registration = client.acquire(1, appValue);
    client.open();
    await registration.register();
    await new Promise<void>((resolve, reject) =>
      client.send({ atrId: 1, appValue: 100, data, offline: 'error' }, (error) => {
        if (error) reject(error);
        else resolve();
      }),
    );
    await client.close();
  }

  async end(): Promise<void> {
    await this.closePages();
    await this.nodeRed.stop();
    await this.simulator.stop();
  }

  private newSimulator(): Simulator {
    return new Simulator({ ...this.ports, endpoints: 6, atrs: 5 });
  }
}
