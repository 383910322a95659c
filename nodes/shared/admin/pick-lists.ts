import { categoryName, MAX_ATRS, MAX_ENDPOINTS } from '../../../src/protocol/amm-messages.js';
import { TOTAL_ATRS_ALLOWED } from '../../../src/protocol/app-messages.js';
import { isIdentifier, type Identifier } from '../../../src/protocol/identifier.js';
import type { Source } from '../../../src/protocol/message.js';
import type { AmmClient } from '../../../src/client/amm/amm-client.js';
import type { AppClient } from '../../../src/client/app/app-client.js';

/** One thing that can be chosen from a list: an endpoint or a trust relationship. */
export interface ListItem extends Partial<Identifier> {
  /** As the AppEndpoint abbreviates the trust relationship, U16. */
  atrId?: number;
  category?: number;
  categoryName?: string;
}

/** A list as far as the protocol holds it. */
export interface List {
  items: ListItem[];
  /** Whether there are more than `items` holds. */
  truncated: boolean;
  /** What is known of the layout that it was read with. */
  layout: Source;
}

/** A missing answer to a question that only fills a list is no reason to cut off who else uses the connection. */
export const ASK = { toleratesNoReply: true };

/** The AMM's endpoints. */
export async function listEndpoints(client: AmmClient): Promise<List> {
  const { endpoints, truncated, layout } = await client.listEndpoints(0, ASK);
  return bounded(endpoints, MAX_ENDPOINTS, layout, truncated);
}

/** The AMM's trust relationships. */
export async function listAtrs(client: AmmClient): Promise<List> {
  const { atrs, truncated, layout } = await client.listAtrs(0, ASK);
  return bounded(atrs, MAX_ATRS, layout, truncated);
}

/** The trust relationships of the AppEndpoint's endpoint. Inferred, unless the integrator has entered the layout. */
export async function listAppAtrs(client: AppClient): Promise<List> {
  const { fields, layout } = await client.getAtrInfo(ASK);
  return bounded(atrsIn(fields), TOTAL_ATRS_ALLOWED, layout);
}

function bounded(items: ListItem[], max: number, layout: Source, truncated = false): List {
  return { items: items.slice(0, max), truncated: truncated || items.length > max, layout };
}

/**
 * The trust relationships in the fields of a GET_ATR_INFO response: the entries of its first array that tell an ATR ID or an identifier. In an
 * own layout that array, and what else is in an entry, has whatever name the integrator gave it.
 */
export function atrsIn(fields: object): ListItem[] {
  for (const value of Object.values(fields) as unknown[]) {
    if (!Array.isArray(value)) continue;
    const items = value.map(atrIn).filter((item) => item.atrId !== undefined || item.id !== undefined);
    if (items.length > 0) return items;
  }
  return [];
}

function atrIn(entry: unknown): ListItem {
  if (typeof entry !== 'object' || entry === null) return {};
  const { atrId, category, id } = entry as Partial<Record<string, unknown>>;
  return {
    ...(typeof atrId === 'number' ? { atrId } : {}),
    ...(typeof category === 'number' ? { category, categoryName: categoryName(category) } : {}),
    ...(isIdentifier(id) ? id : {}),
  };
}
