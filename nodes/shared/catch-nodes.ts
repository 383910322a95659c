import type { Node, NodeAPI } from 'node-red';

/** What a flow file says of a node, as far as it decides which Catch nodes take its errors. */
interface Definition {
  id: string;
  type: string;
  z?: string;
  g?: string;
  /** disabled */
  d?: boolean;
  /** of a Catch node: `null` for all nodes of its flow, `group`, or their ids */
  scope?: readonly string[] | 'group' | null;
}

/**
 * Whether a Catch node that runs takes this node's errors: those of its flow first, and in a subflow that has none for it, those of the flow
 * that the instance is on. Node-RED tells nobody what became of an error: it logs one that no Catch node took, and gives an error of a node
 * that ends to Catch nodes that have ended as well, which drop it.
 */
export function isCaught(RED: NodeAPI, node: Node): boolean {
  const definitions = new Map<string, Definition>();
  RED.nodes.eachNode((definition) => definitions.set(definition.id, definition));
  const catchers = [...definitions.values()].filter(({ type, d }) => type === 'catch' && d !== true);
  let reporter: Node | undefined = node;
  while (reporter) {
    const { z } = reporter;
    const instance = instanceWith(RED, z);
    // what runs in a subflow was made from its template, and ends with the instance
    const flow = instance ? instance.type.slice(SUBFLOW.length) : z;
    const id = definitionId(reporter);
    const taker = catchers.find((each) => each.z === flow && takes(each, id, definitions));
    if (taker && (instance || isRunning(RED, taker.id))) return true;
    reporter = instance;
  }
  return false;
}

/**
 * Of these nodes one for each tab, by id: the one that is inside the fewest subflows, or the first. A Catch node of a tab takes what nodes in
 * subflows report as well, and would get the same error once for each.
 */
export function onePerTab(RED: NodeAPI, nodes: readonly Node[]): Record<string, Node> {
  const chosen = new Map<string | undefined, { node: Node; depth: number }>();
  for (const node of nodes) {
    let { z } = node;
    let depth = 0;
    for (let instance = instanceWith(RED, z); instance; instance = instanceWith(RED, z)) {
      ({ z } = instance);
      depth += 1;
    }
    const other = chosen.get(z);
    if (!other || depth < other.depth) chosen.set(z, { node, depth });
  }
  return Object.fromEntries([...chosen.values()].map(({ node }) => [node.id, node]));
}

/** What the type of a subflow's instance starts with; the id of the subflow follows. */
const SUBFLOW = 'subflow:';

/** The subflow's instance that a node is inside; undefined for one on a tab. */
function instanceWith(RED: NodeAPI, z: string | undefined): Node | undefined {
  // a tab is no node, and a subflow that is only starting gives something that has no type yet
  const container = z ? (RED.nodes.getNode(z) as Partial<Node> | null | undefined) : undefined;
  return container?.type?.startsWith(SUBFLOW) ? (container as Node) : undefined;
}

function isRunning(RED: NodeAPI, id: string): boolean {
  return Boolean(RED.nodes.getNode(id));
}

/** The id that a node has in the flow file: in a subflow, Node-RED puts the id of the instance in front of it. */
function definitionId({ id, z }: Node): string {
  return z && id.startsWith(`${z}-`) ? id.slice(z.length + 1) : id;
}

function takes({ scope, g }: Definition, id: string, definitions: ReadonlyMap<string, Definition>): boolean {
  if (Array.isArray(scope)) return scope.includes(id);
  if (scope !== 'group' || g === undefined) return true;
  let group = definitions.get(id)?.g;
  while (group !== undefined && group !== g) group = definitions.get(group)?.g;
  return group === g;
}
