import type { AmmClient, Atr } from '../../../src/client/amm/amm-client.js';
import { differences, remember, type Differences } from './list-diff.js';
import type { RequestOptions } from '../../../src/client/requests/request-queue.js';
import type { ExchangeInfo } from '../../../src/client/requests/exchange.js';
import type { Identifier } from '../../../src/protocol/identifier.js';
import type { Names } from '../../../src/settings/names.js';
import { oneOf } from '../../../src/settings/one-of.js';
import { named } from '../names.js';

/** Which of the AMM's lists are watched. */
export type What = 'both' | 'endpoints' | 'atrs';

const CHOICES: readonly What[] = ['both', 'endpoints', 'atrs'];

/** An entry as the list nodes give it, with its place in the list. */
type Entry<T> = T & { index: number };

/** One of the AMM's lists. */
export interface WatchedList<T> {
  entries: Entry<T>[];
  /** How the request went, for `msg.akm`. */
  info: ExchangeInfo & { confirmation: number; count: number; truncated: boolean };
}

/** What one poll found; a list that is not watched is not there. */
export interface Lists {
  endpoints: WatchedList<Identifier> | undefined;
  atrs: WatchedList<Atr> | undefined;
}

/** @throws AkmError `AKM_INVALID_INPUT` */
export function checkWhat(what: unknown): void {
  oneOf(what, CHOICES, 'list to watch');
}

/**
 * Asks for what is watched, one list after the other.
 * @param clientNow gives the client to ask, before each list; it throws where nothing is to be asked any more
 */
export async function askFor(
  what: What,
  clientNow: () => AmmClient,
  names: Names,
  options: RequestOptions,
): Promise<Lists> {
  const lists: Lists = { endpoints: undefined, atrs: undefined };
  if (what !== 'atrs') {
    const { endpoints, ...info } = await clientNow().listEndpoints(0, options);
    lists.endpoints = { entries: endpoints.map((each, index) => named(names, { index, ...each })), info };
  }
  if (what !== 'endpoints') {
    const { atrs, ...info } = await clientNow().listAtrs(0, options);
    lists.atrs = { entries: atrs.map((each, index) => named(names, { index, ...each })), info };
  }
  return lists;
}

/** How a poll went, for `msg.akm`: on the whole, and each list's request. */
export function infoOf({ endpoints, atrs }: Lists): Record<string, unknown> {
  const lists = {
    ...(endpoints ? { endpoints: endpoints.info } : {}),
    ...(atrs ? { atrs: atrs.info } : {}),
  };
  const infos = Object.values(lists);
  const latency = infos.reduce((sum, { latencyMs }) => sum + latencyMs, 0);
  return {
    latencyMs: Math.round(latency * 1000) / 1000,
    layout: infos[0]?.layout,
    truncated: infos.some(({ truncated }) => truncated),
    ...lists,
  };
}

/** How many entries a list has, for a status: `32+` where there are more than it holds. */
export function numberOf(list: WatchedList<object> | undefined): string {
  return list ? `${list.entries.length}${list.info.truncated ? '+' : ''}` : '';
}

/** What is known of the AMM's lists, and what is new in those of a poll. */
export class WatchedLists {
  private endpoints: Entry<Identifier>[] = [];
  private atrs: Entry<Atr>[] = [];

  /** @param silent whether the first lists are taken as they are, instead of as added */
  constructor(private silent: boolean) {}

  /** The `msg.payload` that tells how these lists differ from what is known; undefined where they do not. */
  compare(lists: Lists): object | undefined {
    if (this.silent) return undefined;
    const endpoints = compared(this.endpoints, lists.endpoints);
    const atrs = compared(this.atrs, lists.atrs);
    const added = [...ofKind('endpoint', endpoints.added), ...ofKind('atr', atrs.added)];
    const removed = [...ofKind('endpoint', endpoints.removed), ...ofKind('atr', atrs.removed)];
    const changed = atrs.changed.map(({ before: { category, categoryName }, after }) => ({
      kind: 'atr',
      ...after,
      before: { category, categoryName },
    }));
    if (added.length + removed.length + changed.length === 0) return undefined;
    return { added, removed, changed, endpoints: copyOf(lists.endpoints), atrs: copyOf(lists.atrs) };
  }

  /** From now on this is what is known. */
  accept({ endpoints, atrs }: Lists): void {
    this.silent = false;
    if (endpoints) this.endpoints = remember(this.endpoints, endpoints.entries, endpoints.info.truncated);
    if (atrs) this.atrs = remember(this.atrs, atrs.entries, atrs.info.truncated);
  }
}

function compared<T extends Identifier>(
  known: Entry<T>[],
  list: WatchedList<T> | undefined,
): Differences<Entry<T>> {
  if (!list) return { added: [], removed: [], changed: [] };
  return differences(known, list.entries, list.info.truncated);
}

function ofKind<T extends object>(kind: 'endpoint' | 'atr', entries: T[]): (T & { kind: string })[] {
  return entries.map((entry) => ({ kind, ...entry }));
}

/** A flow may change what it is given: what is known must stay as it is. */
function copyOf<T extends object>(list: WatchedList<T> | undefined): Entry<T>[] {
  return (list?.entries ?? []).map((entry) => ({ ...entry }));
}
