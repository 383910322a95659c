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
 * Puts in what `${NAME}` stands for, wherever a text is nothing else, as Node-RED does with the properties of a node that it starts. A
 * variable that is not set stays as it is.
 *
 * @param id of the node whose properties they are; one that is not deployed is taken for one that belongs to no single flow
 */
export function withEnvironment(RED: NodeAPI, id: string | undefined, value: unknown): unknown {
  const node = nodeOf(RED, id) ?? anywhere(RED);
  return substitute(value, (name) => RED.util.getSetting(node as Node, name));
}

function substitute(value: unknown, settingOf: (name: string) => unknown): unknown {
  if (typeof value === 'string') {
    const match = VARIABLE.exec(value);
    const name = match?.[1] ?? match?.[2];
    return name === undefined ? value : (settingOf(name) ?? value);
  }
  if (Array.isArray(value)) return value.map((entry) => substitute(entry, settingOf));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, substitute(entry, settingOf)]));
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
