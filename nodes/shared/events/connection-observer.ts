import type { Node, NodeAPI } from 'node-red';
import type { CounterValues } from '../../../src/client/counters.js';
import type { AkmError } from '../../../src/errors.js';
import type { Names } from '../../../src/settings/names.js';
import { textSetting } from '../../../src/settings/text.js';
import { EventThrottle } from './event-throttle.js';
import { connectionOf, type ConnectionNode } from '../connection-node.js';
import { numberIn, toAkmError } from '../errors.js';
import { handleMessages, note, type Forward } from '../input.js';
import type { AkmMessage } from '../messages.js';
import { ServiceEvents, type EventListener, type ServiceEvent } from './service-events.js';
import { StatusLine } from '../status.js';
import type { UserNodeDef } from '../node-connection.js';

/**
 * A node's view of its connection without being one of its users: it opens nothing, keeps nothing open, and sees the clients that come
 * and go with the nodes that do use them.
 */
export class ConnectionObserver {
  private readonly status: StatusLine;
  private readonly connection: ConnectionNode | undefined;
  private readonly trouble: AkmError | undefined;
  private readonly observed: ServiceEvents[] = [];
  private readonly bursts: EventThrottle<{ event: ServiceEvent; operation: string }>[] = [];
  /** What was told before all nodes of the flow are there, who take it; undefined from then on. */
  private early: (() => void)[] | undefined = [];

  /** @param about what a message that fails is noted to have been about */
  constructor(
    RED: NodeAPI,
    private readonly node: Node,
    config: UserNodeDef,
    private readonly about: { service: string; operation: string },
  ) {
    this.status = new StatusLine(RED, node);
    try {
      this.connection = connectionOf(RED, config.connection);
    } catch (error) {
      this.trouble = toAkmError(error);
      this.status.shared('bad', 'status.unconfigured');
    }
    const deployed = setImmediate(() => {
      const { early = [] } = this;
      this.early = undefined;
      for (const tell of early) tell();
      for (const each of this.observed) each.settled();
    });
    node.on('close', (done: () => void) => {
      clearImmediate(deployed);
      this.status.end();
      for (const each of [...this.observed, ...this.bursts]) each.end();
      done();
    });
  }

  /**
   * The connection's names.
   * @throws AkmError `AKM_INVALID_INPUT` where there is no connection
   */
  get names(): Names {
    return this.required.names;
  }

  /**
   * What the connection is called, or its id where it has no name.
   * @throws AkmError `AKM_INVALID_INPUT` where there is no connection, or its name is no text
   */
  get connectionName(): string {
    const { name, id } = this.required;
    return textSetting(name ?? id, "The connection's name");
  }

  /**
   * Tells what happens at these services, until the node ends, and shows how they are.
   * @param most errors that are told in a second, of each service; those held back are counted in `suppressed` of the next
   */
  follow(
    services: readonly ('amm' | 'app')[],
    most: number,
    listener: Omit<EventListener, 'stateChanged'>,
  ): void {
    const { connection } = this;
    if (!connection) return; // the status says why
    if (services.length === 0) {
      this.status.shared('bad', 'status.misconfigured');
      return;
    }
    for (const service of services) {
      const burst = new EventThrottle<{ event: ServiceEvent; operation: string }>(
        most,
        ({ event, operation }, suppressed) =>
          this.onceDeployed(() =>
            listener.error(suppressed === 0 ? event : { ...event, suppressed }, operation),
          ),
      );
      this.bursts.push(burst);
      const told: EventListener = {
        connection: (event) => this.onceDeployed(() => listener.connection(event)),
        registration: (event) => this.onceDeployed(() => listener.registration(event)),
        error: (event, operation) => burst.add({ event, operation }),
        stateChanged: this.show,
      };
      this.observed.push(new ServiceEvents(service, connection.clients[service], told));
    }
    this.show();
  }

  /**
   * What the services have counted.
   * @throws AkmError `AKM_INVALID_INPUT` where there is no connection
   */
  counters(services: readonly ('amm' | 'app')[]): [service: string, values: CounterValues][] {
    const { clients } = this.required;
    return services.map((service) => [service, clients[service].counters()]);
  }

  /** Has each message handled by `answer`, which sends it on, and ends it with exactly one `done`. */
  onMessage(answer: (msg: AkmMessage, forward: Forward) => void): void {
    const work = (msg: AkmMessage, forward: Forward): Promise<void> => {
      answer(msg, forward);
      return Promise.resolve();
    };
    handleMessages(this.node, work, (msg, thrown) => {
      const error = toAkmError(thrown);
      note(msg, { ...this.about, ...numberIn(error) });
      return error;
    });
  }

  private onceDeployed(tell: () => void): void {
    if (this.early) this.early.push(tell);
    else tell();
  }

  private get required(): ConnectionNode {
    if (this.connection) return this.connection;
    throw this.trouble ?? new Error('There is no connection');
  }

  /** Shows the state of the service that is worst off, of those that a node uses. */
  private readonly show = (): void => {
    const states = this.observed.map(({ state }) => state);
    const shown = (['disconnected', 'connecting', 'idle', 'connected'] as const).find((state) =>
      states.includes(state),
    );
    if (shown) this.status.connection(shown);
    else this.status.shared('busy', 'status.unused');
  };
}
