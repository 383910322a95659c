import type { NodeAPI } from 'node-red';
import { orAborted } from './abortable.js';
import { AmmClient } from '../../../src/client/amm/amm-client.js';
import { AppClient } from '../../../src/client/app/app-client.js';
import { listAppAtrs, listAtrs, listEndpoints, type List, type ListItem } from './pick-lists.js';
import type { ClientOptions } from '../../../src/client/options.js';
import { withTemporaryClient } from './temporary-client.js';
import type { Names } from '../../../src/settings/names.js';
import { toAkmError } from '../errors.js';
import { serviceOf, type Clients, type ConnectionNode } from '../connection-node.js';
import { Refusal } from './answers.js';
import { BOUNDS } from './concurrency-limit.js';
import { concealing, type Conceal } from './conceal.js';
import type { ConnectionSettings } from './settings.js';

/** One of the lists that the editor offers to choose from. */
export interface ListSource {
  /** Reads it on the connection that a deployed connection's nodes share. */
  live: (connection: ConnectionNode, signal: AbortSignal, conceal: Conceal) => Promise<List>;
  /** Reads it on a connection of its own. */
  fresh: (settings: ConnectionSettings, signal: AbortSignal) => Promise<List>;
}

const LISTS: Readonly<Record<string, ListSource>> = {
  endpoints: listSource('amm', AmmClient, listEndpoints),
  atrs: listSource('amm', AmmClient, listAtrs),
  'app-atrs': listSource('app', AppClient, listAppAtrs),
};

/** @throws Refusal `BAD_REQUEST` */
export function listNamed(name: unknown): ListSource {
  const list = typeof name === 'string' && Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
  if (list) return list;
  throw new Refusal(400, 'BAD_REQUEST', `There is no such list; there are ${Object.keys(LISTS).join(', ')}`);
}

/** A deployed connection. @throws Refusal `NOT_DEPLOYED` */
export function deployed(RED: NodeAPI, id: unknown): ConnectionNode {
  const node = RED.nodes.getNode(id as string) as ConnectionNode | null;
  if (node?.type === 'akm-connection') return node;
  throw new Refusal(404, 'NOT_DEPLOYED', 'There is no such connection, or it is not deployed yet');
}

/** Says what went wrong with a deployed connection, and does not repeat the value of a variable that it was deployed with. */
export function concealFor(RED: NodeAPI, { id }: ConnectionNode): Conceal {
  let saved = '';
  RED.nodes.eachNode((config) => {
    if (config.id === id) saved = JSON.stringify(config);
  });
  return /\$[{(]/.test(saved) ? concealing('The service of this connection') : toAkmError;
}

/** The list as it is answered: with the names that the connection's table gives to its items. */
export function named({ items, truncated, layout }: List, names: Names): object {
  return {
    items: items.map((item) => ({ ...item, ...nameOf(item, names) })),
    ...(truncated ? { truncated } : {}),
    layout,
  };
}

function nameOf({ id, atrId }: ListItem, names: Names): { name?: string } {
  const name =
    (atrId === undefined ? undefined : names.ofAtr(atrId)) ??
    (id === undefined ? undefined : names.ofIdentifier(id));
  return name === undefined ? {} : { name };
}

function listSource<S extends keyof Clients>(
  service: S,
  Client: new (options: ClientOptions) => Clients[S],
  read: (client: Clients[S]) => Promise<List>,
): ListSource {
  /**
   * What is being read already: asking once more before there is an answer would only fill the queue of a peer that is slow. An answer that
   * is longer overdue than a request waits is not waited for again.
   */
  const underWay = new WeakMap<Clients[S], { list: Promise<List>; since: number }>();
  const readOnce = (client: Clients[S]): Promise<List> => {
    const last = underWay.get(client);
    if (last && performance.now() - last.since < BOUNDS.time) return last.list;
    const list = read(client).finally(() => {
      if (underWay.get(client)?.list === list) underWay.delete(client);
    });
    underWay.set(client, { list, since: performance.now() });
    return list;
  };
  return {
    live: async (connection, signal, conceal) => {
      const shared = serviceOf(connection, service);
      const user = {};
      try {
        return await orAborted(readOnce(shared.acquire(user)), signal);
      } catch (error) {
        throw conceal(error);
      } finally {
        await shared.release(user);
      }
    },
    fresh: async (settings, signal) => {
      const { options, conceal } = settings[service];
      try {
        const client = new Client({ ...options, heartbeat: 0 });
        return await withTemporaryClient(client, signal, () => orAborted(read(client), signal));
      } catch (error) {
        throw conceal(error);
      }
    },
  };
}
