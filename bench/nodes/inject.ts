import type { NodeAPI, NodeDef } from 'node-red';
import type { CommandedNode } from './node.js';

interface InjectDef extends NodeDef {
  /** The properties of each message. */
  message: Record<string, unknown>;
  /** The node that each message is done with in the end: it sets the pace. */
  last: string;
}

/** The commands of a node that emits messages. */
export interface Inject {
  start(): void;
  stop(): void;
}

/** Messages on their way that the last node is not done with: less than any queue holds. */
const WINDOW = 500;
/** As many messages are sent before the runtime has its turn. */
const BATCH = 100;

/**
 * `bench-inject`: emits messages as fast as the runtime takes them, a batch in each turn of the event loop, and no more at a time than
 * the nodes behind it can have on their hands.
 *
 * It hears that the last node is done with a message by Node-RED's own `onComplete` hook, which costs all flows of the process alike.
 */
export function registerInject(RED: NodeAPI): void {
  RED.nodes.registerType('bench-inject', function (this: CommandedNode, config: InjectDef) {
    RED.nodes.createNode(this, config);
    const { message, last } = config;
    let running = false;
    let scheduled: NodeJS.Immediate | undefined;
    let outstanding = 0;

    const turn = (): void => {
      scheduled = undefined;
      for (let n = 0; n < BATCH && running && outstanding < WINDOW; n += 1) {
        outstanding += 1;
        this.send({ ...message });
      }
      if (outstanding < WINDOW) schedule();
    };
    const schedule = (): void => {
      if (running) scheduled ??= setImmediate(turn);
    };

    const hook = `onComplete.${this.id}`;
    RED.hooks.add(hook, ({ node }: { node: { id: string } }) => {
      if (node.id !== last) return;
      outstanding -= 1;
      if (outstanding <= WINDOW / 2) schedule();
    });
    this.on('close', () => {
      running = false;
      RED.hooks.remove(hook);
    });

    const commands: Inject = {
      start: () => {
        running = true;
        schedule();
      },
      stop: () => {
        running = false;
      },
    };
    Object.assign(this, { commands });
  });
}
