import type { Names } from '../../settings/names.js';
import { toIdentifier, toWholeNumber } from '../../protocol/literals.js';
import type { NamedKind } from '../names/named-value.js';
import type { Translate } from '../texts.js';

/** A list that a peer can be asked for, as the admin routes call it. */
export type LiveList = 'endpoints' | 'atrs' | 'app-atrs';

/** One thing that can be chosen for a field. */
export interface PickItem {
  /** What the field then holds: a name where there is one, else the number or the identifier. */
  readonly value: string;
  /** What it is called first of all. */
  readonly title: string;
  /** What else is known of it. */
  readonly details: readonly string[];
}

/** An entry of a list as the admin routes answer it. */
export interface ListEntry {
  readonly id?: string;
  readonly atrId?: number;
  readonly categoryName?: string;
}

/** An application that a node of the workspace registers. */
export interface Registered {
  readonly atrId: number;
  readonly appValue: number;
  /** Which node registers it, and over which connection, in words. */
  readonly by: readonly string[];
  /** Whether it is the application of the connection that is chosen in the form. */
  readonly isOwn: boolean;
}

/** What can be chosen of a list that a peer answered; an entry that lacks what is wanted is left out. */
export function itemsOfList(
  list: LiveList,
  entries: readonly ListEntry[],
  names: Names,
  translate: Translate,
): PickItem[] {
  return entries.flatMap(({ id, atrId, categoryName = '' }) => {
    if (list !== 'app-atrs')
      return id === undefined ? [] : [item(id, id, names.ofIdentifier(id), [categoryName])];
    if (atrId === undefined) return [];
    const plain = translate('@akmflow/node-red-akm/akm-connection:picker.atr', { atrId });
    return [item(String(atrId), plain, names.ofAtr(atrId), [categoryName, id ?? ''])];
  });
}

/**
 * What can be chosen of applications: first those with a name, then those that are registered without one, each once, and the connection's
 * own last. Only those that are in the ATR, where that is known.
 */
export function itemsOfApplications(
  names: Names,
  registered: readonly Registered[],
  atrId: number | undefined,
  translate: Translate,
): PickItem[] {
  const isThere = (own: number | undefined): boolean =>
    atrId === undefined || own === undefined || own === atrId;
  const placeOf = (own: number | undefined): string =>
    own === undefined ? '' : translate('@akmflow/node-red-akm/akm-connection:picker.atr', { atrId: own });
  const plain = (appValue: number | undefined): string =>
    // what is ${ENV} is not known in the editor
    translate('@akmflow/node-red-akm/akm-connection:picker.app', { appValue: appValue ?? '…' });

  // of two that claim the same, the own one counts
  const inOrder = [...registered.filter(({ isOwn }) => !isOwn), ...registered.filter(({ isOwn }) => isOwn)];
  const registrationsOf = new Map(
    inOrder.map((each) => [names.ofApplication(each.atrId, each.appValue), each]),
  );
  const named = names.namesWith('appValue').flatMap((name) => {
    const entry = names.get(name);
    if (!isThere(entry?.atrId)) return [];
    const registration = registrationsOf.get(name);
    const details = [placeOf(entry?.atrId), ...(registration?.by ?? [])];
    return [{ isOwn: registration?.isOwn === true, item: item(name, plain(entry?.appValue), name, details) }];
  });
  const others = inOrder
    .filter((each) => isThere(each.atrId) && names.ofApplication(each.atrId, each.appValue) === undefined)
    .map(({ atrId, appValue, by, isOwn }) => {
      const value = String(appValue);
      const found = item(value, plain(appValue), undefined, [placeOf(atrId), ...by]);
      return [`${atrId} ${value}`, { isOwn, item: found }] as const;
    });
  const all = [...named, ...new Map(others).values()];
  return [...all.filter(({ isOwn }) => !isOwn), ...all.filter(({ isOwn }) => isOwn)].map(
    ({ item: each }) => each,
  );
}

/** The items in which every word of `search` is found, in whatever case. */
export function matching(items: readonly PickItem[], search: string): readonly PickItem[] {
  const words = search.toLowerCase().split(/\s+/);
  return items.filter(({ title, details }) => {
    const text = [title, ...details].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** What a value in writing is as the value of an item: identifiers and numbers can be written in several ways, or have a name. */
export function asItemValue(text: string, kind: NamedKind, names: Names): string {
  const id = toIdentifier(text);
  if (kind === 'identifier') return id === undefined ? text.trim() : (names.ofIdentifier(id) ?? id);
  const number = toWholeNumber(text);
  if (number === undefined) return text.trim();
  return (kind === 'atrId' ? names.ofAtr(number) : undefined) ?? String(number);
}

function item(value: string, plain: string, name: string | undefined, details: readonly string[]): PickItem {
  const more = details.filter((detail) => detail !== '');
  return name === undefined
    ? { value, title: plain, details: more }
    : { value: name, title: name, details: [plain, ...more] };
}
