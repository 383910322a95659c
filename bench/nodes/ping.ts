import type { NodeAPI, NodeDef } from 'node-red';
import type { CommandedNode } from './node.js';

/** The commands of a node that measures how long messages are under way. */
export interface Ping {
  /** Sends so many messages one after another, and gives the time that each took to come back, in milliseconds. */
  times(count: number): Promise<number[]>;
}

/** `bench-ping`: sends a message, waits until it comes back through the nodes that are wired to it in a ring, sends the next. */
export function registerPing(RED: NodeAPI): void {
  RED.nodes.registerType('bench-ping', function (this: CommandedNode, config: NodeDef) {
    RED.nodes.createNode(this, config);
    let back: () => void = () => undefined;
    this.on('input', (_msg, _send, done) => {
      back();
      done();
    });
    const commands: Ping = {
      times: (count) =>
        new Promise((resolve) => {
          const times: number[] = [];
          let sentAt = 0;
          const send = (): void => {
            sentAt = performance.now();
            this.send({ payload: '' });
          };
          back = () => {
            times.push(performance.now() - sentAt);
            if (times.length === count) resolve(times);
            else setImmediate(send);
          };
          send();
        }),
    };
    Object.assign(this, { commands });
  });
}
