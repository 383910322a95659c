import type { Node, NodeAPI, NodeDef } from 'node-red';

/** The part of a running flow that knows environment variables. */
interface Scope {
  /** The flow around it; around the outermost there is only the process. */
  readonly parent?: Scope;
  getSetting(name: string): unknown;
}

/** A node as far as Node-RED looks up variables for it. */
type Scoped = Pick<Node, '_flow'>;

/** As Node-RED takes them: a property's whole value, in today's form or in that of its first years. */
const VARIABLE = /^\$(?:\{(\S+)\}|\((\S+)\))$/;

/**
 * Gives what a text stands for if it is `${NAME}` and nothing else, as Node-RED puts it into the properties of a node that it starts. Any
 * other text, and a variable that is not set, stands for itself. A value can be of any type.
 *
 * @param id of the node whose properties they are; one that is not deployed is taken for one that belongs to no single flow
 */
export function environmentOf(RED: NodeAPI, id: string | undefined): (text: string) => unknown {
  const node = nodeOf(RED, id) ?? anywhere(RED);
  return (text) => {
    const match = VARIABLE.exec(text);
    const name = match?.[1] ?? match?.[2];
    if (name === undefined) return text;
    const value: unknown = RED.util.getSetting(node as Node, name); // undefined if it is not set
    return value ?? text;
  };
}

function nodeOf(RED: NodeAPI, id: string | undefined): Scoped | null {
  return id === undefined ? null : RED.nodes.getNode(id);
}

/** The scope around all flows: the variables of the global configuration, then those of the process. */
function anywhere(RED: NodeAPI): Scoped {
  let scope: Scope | undefined;
  RED.nodes.eachNode(({ id }: NodeDef) => {
    scope ??= nodeOf(RED, id)?._flow as Scope | undefined;
  });
  while (scope?.parent?.parent) scope = scope.parent;
  return { _flow: (scope ?? processScope(RED)) as never };
}

/** Where no flow runs at all. Node-RED's settings may keep variables of the process from flows. */
function processScope(RED: NodeAPI): Scope {
  const { envVarExcludes } = RED.settings as { envVarExcludes?: unknown };
  const excluded: readonly unknown[] = Array.isArray(envVarExcludes) ? envVarExcludes : [];
  return { getSetting: (name) => (excluded.includes(name) ? undefined : process.env[name]) };
}
