import { applicationKey } from '../protocol/application-key.js';
import { toIdentifier, toWholeNumber, U16_MAX } from '../protocol/literals.js';
import { isEnvironmentReference } from './environment.js';

/** What a name can stand for: an identifier, an ATR ID, an App Value. */
export type Named = 'id' | 'atrId' | 'appValue';

/** A row of a connection's table of names, as it is saved. An empty string is nothing given. */
export interface NameRow {
  /** 1 to 64 characters, once in the table, and not readable as a number, an identifier or `${ENV}`. */
  name: string;
  /** A 128-bit identifier. */
  id: string;
  /** U16 */
  atrId: string;
  /** U16 */
  appValue: string;
}

/** What a name stands for, as far as its row says. */
export interface NameEntry {
  readonly name: string;
  /** `0x` and 32 upper-case hexadecimal digits. */
  readonly id?: string;
  readonly atrId?: number;
  readonly appValue?: number;
}

/** What can be wrong with a table of names. */
export type NameProblemCode =
  /** The table is no array. */
  | 'noTable'
  /** The row is no object. */
  | 'noRow'
  | 'nameMissing'
  | 'nameTooLong'
  /** A row above has the same name. */
  | 'nameTaken'
  /** The name could be read as a number, an identifier or `${ENV}`. */
  | 'nameAmbiguous'
  /** The row gives no identifier, no ATR ID and no App Value. */
  | 'nothingNamed'
  | 'idInvalid'
  | 'atrIdInvalid'
  | 'appValueInvalid';

/** Something that is wrong with a table of names. */
export interface NameProblem {
  readonly code: NameProblemCode;
  /** Counted from 0; undefined where it is the table itself. */
  readonly row: number | undefined;
}

/** Longest name, in characters. */
export const MAX_NAME_LENGTH = 64;

const NAMED = ['id', 'atrId', 'appValue'] as const;

/**
 * What is wrong with a table of names, in the order of its rows.
 * @param acceptEnvironment passes over what is `${ENV}`: in the editor nobody knows yet what it will stand for
 */
export function problemsOfNames(table: unknown, acceptEnvironment = false): NameProblem[] {
  if (!Array.isArray(table)) return [{ code: 'noTable', row: undefined }];
  const known = new Set<string>();
  return table.flatMap((row: unknown, index) =>
    problemsOfRow(row, known, acceptEnvironment).map((code) => ({ code, row: index })),
  );
}

/** @param known the names of the rows above; this one's is added */
function problemsOfRow(row: unknown, known: Set<string>, acceptEnvironment: boolean): NameProblemCode[] {
  if (!isRow(row)) return ['noRow'];
  const problems: NameProblemCode[] = [];
  const name = nameIn(row);
  const problem = problemOfName(name) ?? (known.has(name) ? 'nameTaken' : undefined);
  if (problem) problems.push(problem);
  known.add(name);
  for (const what of NAMED) {
    const isAccepted = acceptEnvironment && isEnvironmentReference(row[what]);
    if (isGiven(row[what]) && !isAccepted && valueIn(row, what) === undefined)
      problems.push(`${what}Invalid`);
  }
  if (!NAMED.some((what) => isGiven(row[what]))) problems.push('nothingNamed');
  return problems;
}

function problemOfName(name: string): NameProblemCode | undefined {
  if (name === '') return 'nameMissing';
  if (name.length > MAX_NAME_LENGTH) return 'nameTooLong';
  const isAmbiguous =
    toWholeNumber(name) !== undefined || toIdentifier(name) !== undefined || /^\$\{.*\}$/.test(name);
  return isAmbiguous ? 'nameAmbiguous' : undefined;
}

/**
 * The names of one connection, and what they stand for. A row whose name cannot be used is passed over, and so is a value that cannot be:
 * {@link problemsOfNames} tells of them.
 */
export class Names {
  private readonly entries = new Map<string, NameEntry>();
  private readonly having: Readonly<Record<Named, string[]>> = { id: [], atrId: [], appValue: [] };
  private readonly byIdentifier = new Map<unknown, string>();
  private readonly byAtr = new Map<unknown, string>();
  private readonly byAppValue = new Map<unknown, string>();
  private readonly byApplication = new Map<unknown, string>();

  /** @param table as it is saved: an array of {@link NameRow} */
  constructor(table: unknown) {
    for (const row of Array.isArray(table) ? (table as unknown[]) : []) if (isRow(row)) this.add(row);
  }

  /** What this name stands for; undefined where there is no such name. White space around it does not matter. */
  get(name: string): NameEntry | undefined {
    return this.entries.get(name.trim());
  }

  /** The names that stand for an identifier, an ATR ID or an App Value, in the order of the table. */
  namesWith(what: Named): readonly string[] {
    return this.having[what];
  }

  /** The name of an identifier, given as `0x` and 32 upper-case hexadecimal digits. */
  ofIdentifier(id: string): string | undefined {
    return this.byIdentifier.get(id);
  }

  /** The name of an application: that of the App Value in this ATR, else that of the App Value in any. */
  ofApplication(atrId: number, appValue: number): string | undefined {
    return this.byApplication.get(applicationKey(atrId, appValue)) ?? this.byAppValue.get(appValue);
  }

  /** The name of an ATR ID: not that of an application in it. */
  ofAtr(atrId: number): string | undefined {
    return this.byAtr.get(atrId);
  }

  private add(row: Row): void {
    const name = nameIn(row);
    if (problemOfName(name) !== undefined || this.entries.has(name)) return;
    const id = valueIn(row, 'id');
    const atrId = valueIn(row, 'atrId');
    const appValue = valueIn(row, 'appValue');
    this.entries.set(name, {
      name,
      ...(typeof id === 'string' ? { id } : {}),
      ...(typeof atrId === 'number' ? { atrId } : {}),
      ...(typeof appValue === 'number' ? { appValue } : {}),
    });
    for (const what of NAMED) {
      const isUsable = valueIn(row, what) !== undefined || isEnvironmentReference(row[what]);
      if (isUsable) this.having[what].push(name);
    }
    if (id !== undefined) addFirst(this.byIdentifier, id, name);
    if (typeof atrId === 'number' && typeof appValue === 'number')
      addFirst(this.byApplication, applicationKey(atrId, appValue), name);
    if (appValue !== undefined && !isGiven(row['atrId'])) addFirst(this.byAppValue, appValue, name);
    if (atrId !== undefined && !isGiven(row['appValue'])) addFirst(this.byAtr, atrId, name);
  }
}

/** A row whose values may be anything. */
type Row = Readonly<Record<string, unknown>>;

function isRow(row: unknown): row is Row {
  return typeof row === 'object' && row !== null;
}

function nameIn({ name }: Row): string {
  // what `${ENV}` stood for may be a number
  return typeof name === 'string' || typeof name === 'number' ? String(name).trim() : '';
}

function isGiven(value: unknown): boolean {
  return value !== undefined && !(typeof value === 'string' && value.trim() === '');
}

/** What a row gives, in one form only; undefined where it gives nothing, or what cannot be used. */
function valueIn(row: Row, what: Named): string | number | undefined {
  if (what === 'id') return toIdentifier(row[what]);
  const number = toWholeNumber(row[what]);
  return number !== undefined && number >= 0 && number <= U16_MAX ? number : undefined;
}

function addFirst(map: Map<unknown, string>, key: unknown, name: string): void {
  if (!map.has(key)) map.set(key, name);
}
