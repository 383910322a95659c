declare module 'node-red-node-test-helper' {
  import type { Node, NodeInitializer } from 'node-red';

  /** The part of the package that is used here; it has no types of its own. */
  const helper: {
    /** Starts a Node-RED runtime that knows these nodes, with a flow. */
    load(nodes: NodeInitializer[], flow: object[]): Promise<void>;
    /** Stops it. */
    unload(): Promise<void>;
    getNode(id: string): Node | null;
    setFlows(flow: object[], type: 'full' | 'flows' | 'nodes'): Promise<void>;
  };
  export = helper;
}
