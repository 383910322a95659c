import type { Named, Names } from '../../settings/names.js';
import { toIdentifier, toWholeNumber } from '../../protocol/literals.js';
import { isEnvironmentReference } from '../../settings/environment.js';
import { RANGES } from '../ranges.js';

/** What can be given by a name of the connection too. */
export type NamedKind = 'identifier' | 'atrId' | 'appValue';

/** What is wrong with a value: the key of the words for it, and what to fill in there. */
export interface Mistake {
  readonly key: string;
  readonly values?: Readonly<Record<string, number>>;
}

/** What a name stands for where it is used as one of these. */
const NAMED: Readonly<Record<NamedKind, Named>> = { identifier: 'id', atrId: 'atrId', appValue: 'appValue' };

/** What is said of a name that does not stand for what is wanted. */
const LACKING: Readonly<Record<NamedKind, string>> = {
  identifier: '@akmflow/node-red-akm/akm-connection:error.nameWithoutId',
  atrId: '@akmflow/node-red-akm/akm-connection:error.nameWithoutAtrId',
  appValue: '@akmflow/node-red-akm/akm-connection:error.nameWithoutAppValue',
};

/** The names of a connection that can be given for a kind of value. */
export function namesFor(names: Names, kind: NamedKind): readonly string[] {
  return names.namesWith(NAMED[kind]);
}

/**
 * Checks a value in writing: a number from 0 to 65535 or an identifier, a name of the connection that stands for one, or `${ENV}`.
 *
 * @param atrId the ATR ID in which an App Value is wanted, in writing; undefined where that is not known
 */
export function mistakeIn(
  value: unknown,
  kind: NamedKind,
  names: Names,
  atrId?: unknown,
): Mistake | undefined {
  if (isEnvironmentReference(value)) return undefined;
  const isIdentifier = kind === 'identifier';
  if (isIdentifier ? toIdentifier(value) : isInRange(toWholeNumber(value))) return undefined;
  const { u16 } = RANGES;
  const isName = typeof value === 'string' && value.trim() !== '' && toWholeNumber(value) === undefined;
  if (!isName)
    return isIdentifier
      ? { key: '@akmflow/node-red-akm/akm-connection:error.identifier' }
      : { key: '@akmflow/node-red-akm/akm-connection:error.wholeNumber', values: u16 };
  const entry = names.get(value);
  if (!entry)
    return isIdentifier
      ? { key: '@akmflow/node-red-akm/akm-connection:error.unknownIdentifier' }
      : { key: '@akmflow/node-red-akm/akm-connection:error.unknownNumber', values: u16 };
  if (!namesFor(names, kind).includes(value.trim())) return { key: LACKING[kind] };
  const given = numberOf(atrId, 'atrId', names);
  const isElsewhere = given !== undefined && entry.atrId !== undefined && given !== entry.atrId;
  return kind === 'appValue' && isElsewhere
    ? { key: '@akmflow/node-red-akm/akm-connection:error.otherAtr' }
    : undefined;
}

/** The ATR ID or the App Value that a text gives, as a number or by a name; undefined where it gives none. */
export function numberOf(text: unknown, kind: 'atrId' | 'appValue', names: Names): number | undefined {
  return toWholeNumber(text) ?? (typeof text === 'string' ? names.get(text)?.[kind] : undefined);
}

function isInRange(number: number | undefined): boolean {
  return number !== undefined && number >= RANGES.u16.min && number <= RANGES.u16.max;
}
