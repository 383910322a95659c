import type { Node, NodeAPI } from 'node-red';
import type { AmmClient } from '../../src/client/amm/amm-client.js';
import type { AppClient } from '../../src/client/app/app-client.js';
import { Counters, type CounterValues } from '../../src/client/counters.js';
import type { ServiceClient } from '../../src/client/service-client.js';
import { AkmError } from '../../src/errors.js';
import type { Names } from '../../src/settings/names.js';
import { oneOf } from '../../src/settings/one-of.js';

/**
 * One client that many nodes use: made for the first, closed with the last.
 */
export class SharedClient<C extends ServiceClient> {
  private client: C | undefined;
  private readonly users = new Set<object>();
  private readonly watchers = new Set<(client: C) => void>();

  /** @param make makes a client; throws AkmError `AKM_INVALID_INPUT` where the settings are no good */
  constructor(private readonly make: () => C) {}

  /**
   * @param user whoever will release it: a node, or any object
   * @throws AkmError `AKM_INVALID_INPUT` naming the setting that cannot be used
   */
  acquire(user: object): C {
    const client = this.client ?? this.begin();
    this.users.add(user);
    client.open();
    return client;
  }

  /** Resolves when there is nothing left to wait for. Never rejects. */
  async release(user: object): Promise<void> {
    if (!this.users.delete(user) || this.users.size > 0) return;
    await this.close();
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

  /** Closes the client whoever still uses it. Never rejects. */
  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    this.users.clear();
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
  /** The nodes that use this one. A plain object by this name is what leads our errors to their Catch nodes. */
  readonly users: Record<string, Node>;
}

/**
 * The connection a node was given.
 * @throws AkmError `AKM_INVALID_INPUT` where none was chosen, or it is disabled
 */
export function connectionOf(RED: NodeAPI, id: string): ConnectionNode {
  const node = RED.nodes.getNode(id) as ConnectionNode | null;
  if (node?.type === 'akm-connection') return node;
  throw new AkmError(
    'AKM_INVALID_INPUT',
    'This node has no connection: open it and choose one, which must be enabled',
  );
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
