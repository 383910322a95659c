import assert from 'node:assert/strict';
import { idOf } from './flow';
import type { FlowNode, RealNodeRed } from './node-red';
import { manifest } from './package-manifest';

/**
 * What the import menu gives for an example.
 *
 * @param name with its subfolder, where it has one: `01 - First steps`, `Modbus/1 - Modbus to AKM`
 */
export async function importExample(nodeRed: RealNodeRed, name: string): Promise<FlowNode[]> {
  const path = [manifest.name, ...name.split('/').map(encodeURIComponent)].join('/');
  return (await nodeRed.json(`library/examples/flows/${path}`)) as FlowNode[];
}

/** An example of the package in a Node-RED under test, in the words of its nodes' names. */
export class DeployedExample {
  /** What came before this moment does not count any more. */
  #from: number;

  private constructor(
    readonly nodeRed: RealNodeRed,
    readonly flow: readonly FlowNode[],
  ) {
    this.#from = nodeRed.comms.now;
  }

  /**
   * Takes an example from the import menu and deploys it in place of all other flows.
   *
   * @param name as for {@link importExample}
   * @param replacements by what stands in the file, what stands there instead: ports that are free, or shorter times
   */
  static async deploy(
    nodeRed: RealNodeRed,
    name: string,
    replacements: Readonly<Record<string, string>> = {},
  ): Promise<DeployedExample> {
    let text = JSON.stringify(await importExample(nodeRed, name));
    for (const [from, to] of Object.entries(replacements)) {
      assert.ok(text.includes(from), `${name} holds ${from}`);
      text = text.replaceAll(from, to);
    }
    await nodeRed.deploy([]); // so that nothing of the flows before it is taken for its own
    const example = new DeployedExample(nodeRed, JSON.parse(text) as FlowNode[]);
    await nodeRed.deploy(example.flow);
    return example;
  }

  /** From now on only what comes later counts. */
  forget(): void {
    this.#from = this.nodeRed.comms.now;
  }

  /** Presses the button of the inject node of that name; what came before does not count any more. */
  async press(name: string, values?: Readonly<Record<string, unknown>>): Promise<void> {
    this.forget();
    await this.nodeRed.inject(this.idOf('inject', name), values);
  }

  /** Waits for what the debug node of that name shows. */
  async shown<T>(name: string, accept?: (value: T) => boolean): Promise<T> {
    const wanted = accept && ((value: unknown) => accept(value as T));
    return (await this.nodeRed.comms.shown(this.idOf('debug', name), this.#from, wanted)) as T;
  }

  /** The id of the node of that type and name. */
  idOf(type: string, name: string): string {
    return idOf(this.flow, name, type);
  }
}
