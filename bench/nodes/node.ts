import type { Node } from 'node-red';

/** A node that takes commands by HTTP. */
export interface CommandedNode extends Node {
  commands: Record<string, (argument: never) => unknown>;
}
