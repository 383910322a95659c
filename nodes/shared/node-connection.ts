import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { ConnectionState } from '../../src/client/connection/connection.js';
import type { AkmError } from '../../src/errors.js';
import type { Source } from '../../src/protocol/message.js';
import type { Names } from '../../src/settings/names.js';
import {
  connectionOf,
  serviceOf,
  type Clients,
  type ConnectionNode,
  type SharedClient,
} from './connection-node.js';
import { numberIn, toAkmError } from './errors.js';
import { handleMessages, note, type Forward } from './input.js';
import type { AkmMessage } from './messages.js';
import { StatusLine } from './status.js';

/** What the editor saves of every node that uses a connection. */
export interface UserNodeDef extends NodeDef {
  connection: string;
}

/** What a node does with its connection. */
export interface Usage<S extends keyof Clients> {
  service: S;
  /** The operation's name, for `msg.akm` of a message that fails. */
  operation: string | ((msg: AkmMessage) => string);
}

/**
 * A node's hold on its connection: the shared client for as long as the node lives, the connection's state as the node's
 * status, and every error where a Catch node finds it.
 */
export class NodeConnection<S extends keyof Clients> {
  readonly status: StatusLine;
  private readonly connection: ConnectionNode | undefined;
  private readonly shared: SharedClient<Clients[S]> | undefined;
  private readonly acquired: Clients[S] | undefined;
  private readonly trouble: AkmError | undefined;
  private readonly endings: (() => void)[] = [];

  constructor(
    RED: NodeAPI,
    private readonly node: Node,
    config: UserNodeDef,
    private readonly usage: Usage<S>,
  ) {
    this.status = new StatusLine(RED, node);
    try {
      this.connection = connectionOf(RED, config.connection);
      this.connection.users[node.id] = node;
      this.shared = serviceOf(this.connection, usage.service);
      this.acquired = this.shared.acquire(node);
    } catch (error) {
      this.trouble = toAkmError(error);
      this.showBadSettings();
    }
    node.on('close', (done: () => void) => {
      void this.end()
        .catch((thrown: unknown) => node.error(toAkmError(thrown)))
        .then(done);
    });
  }

  /**
   * The live client.
   * @throws AkmError `AKM_INVALID_INPUT` where there is no usable connection
   */
  get client(): Clients[S] {
    if (this.acquired) return this.acquired;
    throw this.trouble ?? new Error('The connection could not be acquired');
  }

  /** Whether there is a connection that can be used; where not, the status says so. */
  get usable(): boolean {
    return this.acquired !== undefined;
  }

  /**
   * The connection's names.
   * @throws AkmError `AKM_INVALID_INPUT` where there is no usable connection
   */
  get names(): Names {
    if (this.connection && this.acquired) return this.connection.names;
    throw this.trouble ?? new Error('The connection could not be acquired');
  }

  /** Shows how the connection is, now and whenever that changes. */
  follow(show: (state: ConnectionState) => void = this.showConnection): void {
    const { acquired } = this;
    if (!acquired) return; // the status says why
    acquired.on('state', show);
    this.onEnd(() => acquired.off('state', show));
    show(acquired.state);
  }

  /** Shows how the connection is now. */
  readonly showConnection = (state: ConnectionState = this.client.state): void =>
    this.status.connection(state);

  /** Shows that the node cannot work as it is set up. */
  showBadSettings(): void {
    this.status.shared('bad', this.connection ? 'status.misconfigured' : 'status.unconfigured');
  }

  /** Shows that all is well, and whether an answer rests on an inferred layout. */
  showAnswered({ layout }: { layout: Source }): void {
    if (layout === 'inferred') this.status.shared('good', 'status.answeredInferred');
    else this.showConnection();
  }

  /** Calls `ending` before the connection is let go, when the node ends. */
  onEnd(ending: () => void): void {
    this.endings.push(ending);
  }

  /** Handles each message with `work`, and ends it with exactly one `done`, whatever happens. */
  onMessage(work: (msg: AkmMessage, forward: Forward) => Promise<void>): void {
    handleMessages(this.node, work, (msg, thrown) => this.failed(msg, thrown));
  }

  /**
   * Begins what the node does by itself, once all nodes of the flow are there: before, there is nobody to take its messages and
   * no Catch node to take its errors.
   */
  onceDeployed(begin: () => void): void {
    const deployed = setImmediate(begin);
    this.onEnd(() => clearImmediate(deployed));
  }

  /** Reports a failure that no message of a flow is to blame for. It reaches Catch nodes with `msg`. */
  report(thrown: unknown, msg: AkmMessage = {}, details: Record<string, unknown> = {}): void {
    this.node.error(this.failed(msg, thrown, details), msg);
  }

  /** Shows a failure, and notes at the message what a Catch node cannot see in the error. */
  private failed(msg: AkmMessage, thrown: unknown, details: Record<string, unknown> = {}): AkmError {
    const error = toAkmError(thrown);
    const { service } = this.usage;
    const operation = this.operationOf(msg);
    note(msg, { service, operation, ...details, ...numberIn(error) });
    if (this.acquired?.state === 'connected') this.status.failure(error);
    return error;
  }

  private operationOf(msg: AkmMessage): string {
    const { operation } = this.usage;
    try {
      return typeof operation === 'string' ? operation : operation(msg);
    } catch {
      return 'UNKNOWN'; // what says so cannot be read
    }
  }

  private async end(): Promise<void> {
    this.status.end();
    for (const ending of this.endings) ending();
    if (!this.connection) return;
    Reflect.deleteProperty(this.connection.users, this.node.id);
    await this.shared?.release(this.node);
  }
}
