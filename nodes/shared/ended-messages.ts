import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { isAkmError } from '../../src/errors.js';
import { isCaught } from './catch-nodes.js';

/**
 * Reports how the messages of a node end once it has ended itself: to Catch nodes where one runs that takes them, else to the log, in one line
 * for all that end at once. Node-RED alone would give them to Catch nodes that have ended too, and be silent; or without one, write a
 * line for each of a thousand.
 */
export class EndedMessages {
  private readonly ended = new Map<string, { count: number; message: string }>();
  private caught: boolean | undefined;
  private scheduled: NodeJS.Immediate | undefined;

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
  ) {}

  /** The node has ended: from now on this reports its errors, those that `done` is called with above all. */
  begin(): void {
    const { node } = this;
    const report = node.error.bind(node);
    node.error = (error: unknown, msg?: NodeMessage): void => {
      // asked with the first error only, once every node that ends in this deploy is gone, and none of the next flow is there
      this.caught ??= isCaught(this.RED, node);
      if (this.caught) report(error, msg);
      else this.count(error);
    };
    this.write = (line) => report(line);
  }

  /** Writes what has been counted. */
  flush(): void {
    clearImmediate(this.scheduled);
    this.scheduled = undefined;
    const { type, name } = this.node;
    const label = name ? `${type} "${name}"` : type;
    for (const [kind, { count, message }] of this.ended) {
      const messages = count === 1 ? '1 message' : `${count} messages`;
      this.write(`${messages} of ${label} ended with ${kind} because the node was stopped: ${message}`);
    }
    this.ended.clear();
  }

  private write: (line: string) => void = () => undefined;

  private count(error: unknown): void {
    const kind = isAkmError(error) ? error.code : 'an error';
    const known = this.ended.get(kind);
    if (known) known.count += 1;
    else this.ended.set(kind, { count: 1, message: error instanceof Error ? error.message : String(error) });
    this.scheduled ??= setImmediate(() => this.flush());
  }
}
