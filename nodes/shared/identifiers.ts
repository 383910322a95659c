import { isIdentifier, parseIdentifier, type Identifier } from '../../src/protocol/identifier.js';
import type { Names } from '../../src/settings/names.js';
import { named } from './names.js';

/**
 * Decoded fields as they leave in a payload: an identifier by the name `id` is the message's (or the entry's) own, and its `id`, `lower64`
 * and `upper64` stand directly among the other fields. Entries have their name with them, where there is one.
 */
export function flattenIdentifiers(fields: object, names: Names): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    if (name === 'id' && isIdentifier(value)) Object.assign(flat, value);
    else flat[name] = Array.isArray(value) ? value.map((entry) => flattenEntry(entry, names)) : value;
  }
  return flat;
}

function flattenEntry(entry: unknown, names: Names): unknown {
  const isGroup = typeof entry === 'object' && entry !== null && !isIdentifier(entry);
  return isGroup ? named(names, flattenIdentifiers(entry, names)) : entry;
}

/** The identifier that a target is or holds; empty where an own layout made do without one. */
export function identifierIn(target: unknown): Partial<Identifier> {
  try {
    return parseIdentifier(target);
  } catch {
    return {};
  }
}
