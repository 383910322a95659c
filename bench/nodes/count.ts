import type { NodeAPI, NodeDef } from 'node-red';
import { Meter } from '../programs/meter.js';
import type { Window } from '../support/options.js';
import type { CommandedNode } from './node.js';

/** The commands of a node that counts messages. */
export interface Count {
  /** Messages a second. */
  rate(window: Window): Promise<number>;
  /** All messages so far. */
  total(): number;
}

/** `bench-count`: counts the messages that reach it, and does nothing else. */
export function registerCount(RED: NodeAPI): void {
  RED.nodes.registerType('bench-count', function (this: CommandedNode, config: NodeDef) {
    RED.nodes.createNode(this, config);
    const meter = new Meter();
    const commands: Count = { rate: (window) => meter.rate(window), total: () => meter.count };
    Object.assign(this, { commands });
    this.on('input', (_msg, _send, done) => {
      meter.count += 1;
      done();
    });
  });
}
