import type { Node, NodeAPI } from 'node-red';
import type { CounterValues } from '../../../src/client/counters.js';
import { ConnectedNode, type UserNodeDef } from '../connected-node.js';
import type { ConnectionNode } from '../connection-node.js';
import { textSetting } from '../../../src/settings/text.js';
import { EventThrottle } from './event-throttle.js';
import { ServiceEvents, type EventListener, type ServiceEvent } from './service-events.js';

/** What is observed, and who hears of it. */
interface Watch {
  services: readonly ('amm' | 'app')[];
  /** Errors that are told in a second at most, of each service. */
  most: number;
  listener: Omit<EventListener, 'stateChanged'>;
}

/**
 * A node's view of its connection without being one of its users: it opens nothing, keeps nothing open, and sees the clients that come
 * and go with the nodes that do use them.
 */
export class ConnectionObserver extends ConnectedNode {
  protected override readonly showsFailures = false;
  private watch: Watch | undefined;
  private attached: ConnectionNode | undefined;
  private observed: ServiceEvents[] = [];
  private readonly throttles: EventThrottle<{ event: ServiceEvent; operation: string }>[] = [];

  /** @param about what a message that fails is noted to have been about */
  constructor(RED: NodeAPI, node: Node, config: UserNodeDef, about: { service: string; operation: string }) {
    super(RED, node, config, about);
    this.begin();
  }

  /**
   * What the connection is called, or its id where it has no name.
   * @throws AkmError `AKM_INVALID_INPUT` where there is no connection, or its name is no text
   */
  get connectionName(): string {
    const { name, id } = this.required();
    return textSetting(name ?? id, "The connection's name");
  }

  /**
   * Tells what happens at these services, until the node ends, and shows how they are.
   * @param most errors that are told in a second, of each service; those held back are counted in `suppressed` of the next
   */
  follow(services: Watch['services'], most: number, listener: Watch['listener']): void {
    this.watch = { services, most, listener };
    this.observe();
  }

  /**
   * What the services have counted.
   * @throws AkmError `AKM_INVALID_INPUT` where there is no connection, `AKM_CLOSED` where it has ended
   */
  counters(services: Watch['services']): [service: string, values: CounterValues][] {
    const { clients } = this.required();
    return services.map((service) => [service, clients[service].counters()]);
  }

  protected override attach(connection: ConnectionNode): void {
    this.attached = connection;
    this.observe();
  }

  protected override detach(): Promise<void> {
    this.attached = undefined;
    for (const each of [...this.observed, ...this.throttles]) each.end();
    this.observed = [];
    this.throttles.length = 0;
    return Promise.resolve();
  }

  private observe(): void {
    const { attached, watch } = this;
    if (!attached || !watch) return;
    if (watch.services.length === 0) this.showBadSettings();
    else {
      for (const service of watch.services)
        this.observed.push(new ServiceEvents(service, attached.clients[service], this.listenerFor(watch)));
      this.onceDeployed(() => {
        for (const each of this.observed) each.settled();
      });
      this.show();
    }
  }

  private listenerFor({ most, listener }: Watch): EventListener {
    const throttle = new EventThrottle<{ event: ServiceEvent; operation: string }>(
      most,
      ({ event, operation }, suppressed) =>
        this.onceDeployed(() =>
          listener.error(suppressed === 0 ? event : { ...event, suppressed }, operation),
        ),
    );
    this.throttles.push(throttle);
    return {
      connection: (event) => this.onceDeployed(() => listener.connection(event)),
      registration: (event) => this.onceDeployed(() => listener.registration(event)),
      error: (event, operation) => throttle.add({ event, operation }),
      stateChanged: this.show,
    };
  }

  /** Shows the state of the service that is worst off, of those that a node uses. */
  private readonly show = (): void => {
    const states = this.observed.map(({ state }) => state);
    const shown = (['disconnected', 'connecting', 'idle', 'connected'] as const).find((state) =>
      states.includes(state),
    );
    if (shown) this.status.connection(shown);
    else this.status.shared('unused');
  };
}
