import type { NodeAPI, NodeDef } from 'node-red';
import { usedMemory, type Used } from '../programs/used-memory.js';
import type { CommandedNode } from './node.js';

/** The commands of a node that knows how much memory Node-RED uses. */
export interface Memory {
  used(): Promise<Used>;
}

/** `bench-memory`: collects garbage and tells what is left. Node-RED must have been started with `--expose-gc`. */
export function registerMemory(RED: NodeAPI): void {
  RED.nodes.registerType('bench-memory', function (this: CommandedNode, config: NodeDef) {
    RED.nodes.createNode(this, config);
    const commands: Memory = { used: usedMemory };
    Object.assign(this, { commands });
  });
}
