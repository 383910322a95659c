import { types } from 'node:util';
import { AkmError, isAkmError, quote } from '../errors.js';
import { parseInteger, U16_MAX } from '../protocol/integer.js';
import { toIdentifier } from '../protocol/literals.js';
import { MAX_BODY } from '../protocol/sizes.js';
import type { Named, NameEntry, Names } from './names.js';

/** How many names an error tells. */
const NAMES_TOLD = 10;

/**
 * Reads an ATR ID: a whole number in any form, or a name that stands for one.
 * @throws AkmError `AKM_INVALID_INPUT` telling what was given and what is allowed, the names included
 */
export function readAtrId(names: Names, value: unknown): number {
  return readNumber(names, value, 'atrId', 'The ATR ID').number;
}

/**
 * Reads an App Value: a whole number in any form, or a name that stands for one. Where that is the name of an application in one ATR, it
 * is this ATR that counts if none is given, and another is refused: there the App Value is another machine's.
 *
 * @param what names the App Value in the error
 * @throws AkmError `AKM_INVALID_INPUT`
 */
export function readApplication<A extends number | undefined>(
  names: Names,
  atrId: A,
  value: unknown,
  what: string,
): { atrId: A | number; appValue: number } {
  const { number: appValue, entry } = readNumber(names, value, 'appValue', what);
  if (atrId !== undefined && entry?.atrId !== undefined && entry.atrId !== atrId) {
    throw new AkmError(
      'AKM_INVALID_INPUT',
      `${what} is ${quote(value)}, an application in ATR ${entry.atrId}, but the ATR ID is ${atrId}`,
    );
  }
  return { atrId: atrId ?? entry?.atrId ?? atrId, appValue };
}

/**
 * A target with identifiers where there were names: the target itself, its `id`, the entries of an array or of `endpoints`. What is no name
 * of an identifier stays as it is.
 */
export function resolveTarget(names: Names, target: unknown): unknown {
  const one = (value: unknown): unknown => resolveOne(names, value);
  const entries = entriesIn(target);
  if (entries) return entries.map(one);
  const resolved = one(target);
  const endpoints = entriesIn(propertyOf(resolved, 'endpoints'));
  return endpoints ? { ...(resolved as object), endpoints: endpoints.map(one) } : resolved;
}

/**
 * What an array holds. One that no message could hold is not looked into: a sparse array can have billions of entries, and a Proxy of an
 * array another number each time.
 */
function entriesIn(value: unknown): readonly unknown[] | undefined {
  return !types.isProxy(value) && Array.isArray(value) && value.length <= MAX_BODY ? value : undefined;
}

function resolveOne(names: Names, value: unknown): unknown {
  if (typeof value === 'string') return names.get(value)?.id ?? value;
  const id = propertyOf(value, 'id');
  const resolved = typeof id === 'string' ? names.get(id)?.id : undefined;
  return resolved === undefined ? value : { ...(value as object), id: resolved };
}

/**
 * Handles the error with which a request about a target failed: it is thrown on. Where something in a target that was refused could have been
 * meant as a name, it says why that would not do, and which names would.
 * @param target as {@link resolveTarget} gave it
 */
export function targetRefused(names: Names, target: unknown): (error: unknown) => never {
  return (error) => {
    if (!isAkmError(error) || error.code !== 'AKM_INVALID_INPUT') throw error;
    const text = textIn(target);
    throw text === undefined ? error : withHint(error, names, text, 'id');
  };
}

/** The first text in a target that stands where an identifier is wanted, and is none. */
function textIn(target: unknown): string | undefined {
  const entries = entriesIn(target) ?? [target, ...(entriesIn(propertyOf(target, 'endpoints')) ?? [])];
  const texts = entries.map((entry) => (typeof entry === 'string' ? entry : propertyOf(entry, 'id')));
  return texts.find((text): text is string => typeof text === 'string' && toIdentifier(text) === undefined);
}

function propertyOf(value: unknown, property: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[property]
    : undefined;
}

function readNumber(
  names: Names,
  value: unknown,
  what: 'atrId' | 'appValue',
  words: string,
): { number: number; entry?: NameEntry } {
  const entry = typeof value === 'string' ? names.get(value) : undefined;
  const number = entry?.[what];
  if (entry && number !== undefined) return { number, entry };
  try {
    return { number: parseInteger(value, words, U16_MAX) };
  } catch (error) {
    throw typeof value === 'string' && isAkmError(error) ? withHint(error, names, value, what) : error;
  }
}

const WORDS: Readonly<Record<Named, string>> = {
  id: 'identifier',
  atrId: 'ATR ID',
  appValue: 'App Value',
};

/** The error with which a text was refused, and why it is no name that would do and which names would; the same where there are no names. */
function withHint(error: AkmError, names: Names, text: string, what: Named): AkmError {
  const usable = names.namesWith(what);
  const told = usable.slice(0, NAMES_TOLD).map(quote);
  const more = usable.length > told.length ? ` and ${usable.length - told.length} more` : '';
  const list = told.join(', ') + more;
  const hints: string[] = [];
  if (list !== '') hints.push(`, or a name that stands for one: ${list}`);
  if (names.get(text)) hints.push(`. The name ${quote(text)} has no ${WORDS[what]}`);
  return hints.length === 0
    ? error
    : new AkmError('AKM_INVALID_INPUT', error.message + hints.join(''), { cause: error });
}
