import type { Node, NodeAPI, NodeDef } from 'node-red';
import { AkmError } from '../../src/errors.js';
import type { Names } from '../../src/settings/names.js';
import { isCaught } from './catch-nodes.js';
import { connectionEnded, connectionWith, type ConnectionNode } from './connection-node.js';
import { onFlowsStarted } from './deployments.js';
import { EndedMessages } from './ended-messages.js';
import { ErrorReports } from './error-reports.js';
import { numberIn, toAkmError } from './errors.js';
import { handleMessages, note, type Unfinished, type Work } from './input.js';
import { Lifetime } from './lifetime.js';
import type { AkmMessage } from './messages.js';
import { StatusLine } from './status.js';

/** What the editor saves of every node that has a connection. */
export interface UserNodeDef extends NodeDef {
  connection: string;
}

/** What a node does. */
export interface Activity {
  service: string;
  /** The operation's name, for `msg.akm` of a message that fails. */
  operation: string | ((msg: AkmMessage) => string);
  /** Whether it works without a message, so that no message can fail for want of a connection: that is then reported. Default false. */
  unprompted?: boolean;
}

/**
 * A node and the connection that it names: the one that runs under that id now. Node-RED restarts a node together with its connection only
 * where it sees the reference. Where an environment variable or a property of a subflow names the connection, or it was deleted and put back,
 * a deploy of modified nodes replaces it alone. So the connection is left when it ends, and looked up again whenever flows have started.
 */
export abstract class ConnectedNode {
  readonly status: StatusLine;
  private readonly lifetime = new Lifetime();
  private readonly endedMessages: EndedMessages;
  private readonly reports: ErrorReports;
  private unfinished: Unfinished = { count: 0 };
  /** Whether a Catch node takes the node's errors; undefined where that has to be found out, since a deploy may have changed it. */
  private caught: boolean | undefined;
  /** What is to be done once all nodes of the flow are there; undefined from then on. */
  private early: Set<() => void> | undefined = new Set();
  /** The connection that was found last; `null` where there was none, undefined where nobody has looked since it ended. */
  private found: ConnectionNode | null | undefined;
  /** Why the connection cannot be used; undefined where it can. */
  private trouble: AkmError | undefined = connectionEnded();

  protected constructor(
    protected readonly RED: NodeAPI,
    protected readonly node: Node,
    private readonly config: UserNodeDef,
    private readonly activity: Activity,
  ) {
    this.status = new StatusLine(RED, node);
    this.endedMessages = new EndedMessages(RED, node);
    this.reports = new ErrorReports(node, () => (this.caught ??= isCaught(RED, node)));
    const deployed = setImmediate(() => {
      const { early = [] } = this;
      this.early = undefined;
      for (const act of early) act();
    });
    const unfollow = onFlowsStarted(RED, () => {
      this.caught = undefined;
      this.lookUp();
    });
    node.on('close', (done: () => void) => {
      clearImmediate(deployed);
      unfollow();
      void this.end()
        .catch((thrown: unknown) => node.error(toAkmError(thrown)))
        .then(done);
    });
  }

  /**
   * The connection's names.
   * @throws AkmError `AKM_INVALID_INPUT` where there is no usable connection, `AKM_CLOSED` where it or the node has ended
   */
  get names(): Names {
    return this.required().names;
  }

  /**
   * Waits for `work`, and no longer than the node lives: what a message makes it do stands behind this.
   * @throws AkmError (as a rejection) `AKM_CLOSED` where the node ends meanwhile, or what `work` rejects with
   */
  live<T>(work: Promise<T>): Promise<T> {
    return this.lifetime.during(work);
  }

  /** For what the node asks of its client: when it ends, nothing more of that is written. What is in flight comes to its end. */
  get cancellation(): { signal: AbortSignal; finishInFlight: true } {
    return { signal: this.lifetime.signal, finishInFlight: true };
  }

  /** Handles each message with `work`, and ends it with exactly one `done`, whatever happens. */
  onMessage(work: Work): void {
    this.unfinished = handleMessages(this.node, this.lifetime, work, (msg, thrown) =>
      this.failed(msg, thrown),
    );
  }

  /**
   * Does what the node does by itself: at once, or while the flow starts, once all its nodes are there. Before, there is nobody to take its
   * messages and no Catch node to take its errors.
   * @returns prevents it, where it has not happened yet
   */
  onceDeployed(act: () => void): () => void {
    const { early } = this;
    if (!early) {
      act();
      return () => undefined;
    }
    const entry = (): void => act(); // the same function may be handed in twice
    early.add(entry);
    return () => early.delete(entry);
  }

  /** Reports a failure that no message of a flow is to blame for. It reaches Catch nodes with `msg`. */
  report(thrown: unknown, msg: AkmMessage = {}, details: Record<string, unknown> = {}): void {
    this.reports.report(this.failed(msg, thrown, details), msg);
  }

  /** Shows that the node cannot work as it is set up. */
  showBadSettings(): void {
    this.status.shared(this.found ? 'misconfigured' : 'unconfigured');
  }

  /**
   * The connection.
   * @throws AkmError `AKM_INVALID_INPUT` where there is none that can be used, `AKM_CLOSED` where it or the node has ended
   */
  protected required(): ConnectionNode {
    this.lifetime.check();
    if (this.found && !this.trouble) return this.found;
    throw this.trouble ?? connectionEnded();
  }

  /** Whether the status is to show a failure: where something else is more important, it does not. */
  protected abstract readonly showsFailures: boolean;

  /** Begins to use a connection. Throws where that is not possible. */
  protected abstract attach(connection: ConnectionNode): void;

  /** Uses the connection no longer: it ends, or the node does. */
  protected abstract detach(): Promise<void>;

  /** Looks the connection up for the first time, when the node is made. */
  protected begin(): void {
    this.lookUp();
  }

  /** Shows a failure, and notes at the message what a Catch node cannot see in the error. */
  private failed(msg: AkmMessage, thrown: unknown, details: Record<string, unknown> = {}): AkmError {
    const error = toAkmError(thrown);
    const { service } = this.activity;
    const operation = this.operationOf(msg);
    note(msg, { service, operation, ...details, ...numberIn(error) });
    if (this.showsFailures) this.status.failure(error);
    return error;
  }

  private operationOf(msg: AkmMessage): string {
    const { operation } = this.activity;
    try {
      return typeof operation === 'string' ? operation : operation(msg);
    } catch {
      return 'UNKNOWN'; // what says so cannot be read
    }
  }

  private lookUp(): void {
    const found = connectionWith(this.RED, this.config.connection) ?? null;
    if (found === this.found) return;
    this.found = found;
    this.trouble = undefined;
    try {
      if (!found) throw noConnection();
      found.on('close', this.onConnectionClosed);
      this.attach(found);
    } catch (error) {
      this.trouble = toAkmError(error);
      this.showBadSettings();
      if (this.activity.unprompted) this.onceDeployed(() => this.report(error));
    }
  }

  private readonly onConnectionClosed = (): void => {
    if (this.lifetime.ended) return;
    this.found = undefined;
    this.trouble = connectionEnded();
    void this.detach();
    this.status.shared('unconfigured');
  };

  private async end(): Promise<void> {
    const { count } = this.unfinished;
    this.status.end();
    this.reports.end();
    this.lifetime.end();
    this.endedMessages.begin();
    this.early?.clear();
    this.found?.removeListener('close', this.onConnectionClosed);
    await this.detach();
    if (count === 0) return;
    // by then every node that ends in this deploy has let the client go, and what waited for it has failed; Node-RED may exit right after
    await new Promise((resolve) => setImmediate(resolve));
    this.endedMessages.flush();
  }
}

function noConnection(): AkmError {
  return new AkmError(
    'AKM_INVALID_INPUT',
    'This node has no connection: open it and choose one, which must be enabled',
  );
}
