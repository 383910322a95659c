import type { Node, NodeAPI } from 'node-red';
import type { AmmClient } from '../../src/client/amm/amm-client.js';
import type { AppClient } from '../../src/client/app/app-client.js';
import { Counters, type CounterValues } from '../../src/client/counters.js';
import type { ServiceClient } from '../../src/client/service-client.js';
import { AkmError } from '../../src/errors.js';
import type { Names } from '../../src/settings/names.js';
import { oneOf } from '../../src/settings/one-of.js';

/**
 * One client that many nodes use: made for the first, closed with the last. Nothing of it outlives the connection that it belongs to.
 */
export class SharedClient<C extends ServiceClient> {
  private client: C | undefined;
  private readonly users = new Set<object>();
  private readonly watchers = new Set<(client: C) => void>();
  private closed = false;

  /** @param make makes a client; throws AkmError `AKM_INVALID_INPUT` where the settings are no good */
  constructor(private readonly make: () => C) {}

  /**
   * @param user whoever will release it: a node, or any object
   * @throws AkmError `AKM_INVALID_INPUT` naming the setting that cannot be used, `AKM_CLOSED` where the connection has ended
   */
  acquire(user: object): C {
    if (this.closed) throw connectionEnded();
    const client = this.client ?? this.begin();
    this.users.add(user);
    client.open();
    return client;
  }

  /** Resolves when there is nothing left to wait for. Never rejects. */
  async release(user: object): Promise<void> {
    if (!this.users.delete(user) || this.users.size > 0) return;
    await this.end();
  }

  /** The nodes that use it. */
  get nodes(): Node[] {
    return [...this.users].filter((user): user is Node => 'type' in user);
  }

  /**
   * Calls `watcher` with the client, where there is one, and with each that is made later, until the returned function is called. Who
   * watches is no user: no client is made or kept for it.
   * @param watcher must not throw
   */
  watch(watcher: (client: C) => void): () => void {
    this.watchers.add(watcher);
    if (this.client) watcher(this.client);
    return () => {
      this.watchers.delete(watcher);
    };
  }

  /** What the client there is has counted; all zero where no node needs one. */
  counters(): CounterValues {
    return this.client?.counters() ?? new Counters().values(0);
  }

  /** Ends for good, whoever still uses the client. Never rejects. */
  async close(): Promise<void> {
    this.closed = true;
    this.users.clear();
    await this.end();
  }

  private async end(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await client?.close();
  }

  private begin(): C {
    const client = this.make();
    this.client = client;
    for (const watcher of this.watchers) watcher(client);
    return client;
  }
}

/** The client that all nodes of a service share. */
export interface Clients {
  amm: AmmClient;
  app: AppClient;
}

const SERVICES: readonly (keyof Clients)[] = ['amm', 'app'];

/** The `akm-connection` config node as its users see it. */
export interface ConnectionNode extends Node {
  readonly clients: { readonly [S in keyof Clients]: SharedClient<Clients[S]> };
  /** What its users may call identifiers, ATR IDs and App Values. */
  readonly names: Names;
}

/** The error of what a connection was to do that has ended: it was deleted, disabled, or is being replaced by a deploy. */
export function connectionEnded(): AkmError {
  return new AkmError('AKM_CLOSED', 'The connection of this node was stopped, by a deploy or with Node-RED');
}

/** The connection that runs under this id now; undefined where none was chosen, or it is disabled. */
export function connectionWith(RED: NodeAPI, id: string): ConnectionNode | undefined {
  const node = RED.nodes.getNode(id) as ConnectionNode | null | undefined;
  return node?.type === 'akm-connection' ? node : undefined;
}

/**
 * The client that a connection's users of one service share.
 * @throws AkmError `AKM_INVALID_INPUT` for a service that a flow has made up
 */
export function serviceOf<S extends keyof Clients>(
  connection: ConnectionNode,
  service: S,
): SharedClient<Clients[S]> {
  return connection.clients[oneOf(service, SERVICES as readonly S[], 'service')];
}
