import {
  type FlowNode,
  type NodeRedVersion,
  onTab,
  RealNodeRed,
} from '../../test/support/real-node-red/index.js';
import type { Commands } from '../programs/commands.js';
import type { Context } from './context.js';

/** A real Node-RED with the packed package and the nodes that measure. */
export class FlowBench {
  static async start(version: NodeRedVersion, { build, options }: Context): Promise<FlowBench> {
    const profiling = options.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', options.profile];
    return new FlowBench(
      await RealNodeRed.start(version, {
        settings: { nodesDir: build.nodes },
        nodeOptions: ['--expose-gc', ...profiling],
      }),
    );
  }

  private constructor(private readonly nodeRed: RealNodeRed) {}

  get pid(): number {
    return this.nodeRed.process.pid;
  }

  deploy(...nodes: readonly FlowNode[]): Promise<void> {
    return this.nodeRed.deploy(onTab(...nodes));
  }

  /** Waits until a node shows that it is connected or registered. */
  async ready(...ids: readonly string[]): Promise<void> {
    for (const id of ids)
      await this.nodeRed.comms.status(
        id,
        'a green dot',
        ({ fill, shape }) => fill === 'green' && shape === 'dot',
      );
  }

  /** Gives a node a command. */
  async ask<C extends Commands<C>, K extends keyof C & string>(
    node: NodeIn<C>,
    command: K,
    ...[argument]: Parameters<C[K]>
  ): Promise<Awaited<ReturnType<C[K]>>> {
    const query = encodeURIComponent(JSON.stringify({ argument }));
    const answer = await this.nodeRed.json(`bench/${node.id}/${command}?with=${query}`);
    return (answer as { result: unknown }).result as Awaited<ReturnType<C[K]>>;
  }

  async stop(): Promise<void> {
    await this.nodeRed.stop();
  }
}

/** A node of the flow by its id, and which commands it takes. */
export interface NodeIn<C> {
  readonly id: string;
  /** Only for the compiler. */
  readonly commands?: C;
}
