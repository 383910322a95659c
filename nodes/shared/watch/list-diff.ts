/** What a list of the AMM holds under an identifier. */
export interface Listed {
  /** Says what it is: a list that holds it twice holds one thing twice. */
  readonly id: string;
  /** Of a trust relationship. */
  readonly category?: number;
}

/** How a list differs from what was known. Everything in the order of the list that it was in. */
export interface Differences<T> {
  added: T[];
  removed: T[];
  /** Those whose category is another one, before and after. */
  changed: { before: T; after: T }[];
}

/**
 * How many entries are remembered that a truncated list did not hold: an AMM that lists ever new ones must not fill the memory. The one that
 * was listed the longest time ago is forgotten first, and is new when it comes back.
 */
export const MAX_REMEMBERED = 1024;

/**
 * How a list differs from what was known: by identifier, of which the first entry counts.
 * @param truncated there are more than `listed` holds: what is missing may still be there, and does not count as removed
 */
export function differences<T extends Listed>(
  known: readonly T[],
  listed: readonly T[],
  truncated: boolean,
): Differences<T> {
  const before = byIdentifier(known);
  const after = byIdentifier(listed);
  const added: T[] = [];
  const changed: { before: T; after: T }[] = [];
  for (const entry of after.values()) {
    const old = before.get(entry.id);
    if (old === undefined) added.push(entry);
    else if (old.category !== entry.category) changed.push({ before: old, after: entry });
  }
  return { added, removed: truncated ? [] : missing(before, after), changed };
}

/**
 * What is known once a list is there: what it holds, each identifier once, and where it is truncated, behind that what was known before,
 * up to {@link MAX_REMEMBERED}.
 */
export function remember<T extends Listed>(
  known: readonly T[],
  listed: readonly T[],
  truncated: boolean,
): T[] {
  const after = byIdentifier(listed);
  const unseen = truncated ? missing(byIdentifier(known), after) : [];
  return [...after.values(), ...unseen.slice(0, MAX_REMEMBERED)];
}

function byIdentifier<T extends Listed>(entries: readonly T[]): Map<string, T> {
  const found = new Map<string, T>();
  for (const entry of entries) if (!found.has(entry.id)) found.set(entry.id, entry);
  return found;
}

function missing<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): T[] {
  return [...before].filter(([id]) => !after.has(id)).map(([, entry]) => entry);
}
