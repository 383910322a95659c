import { AkmError, quote } from '../errors.js';
import { MAX_NAME_LENGTH, Names, problemsOfNames, type NameProblem, type NameRow } from './names.js';

/** A connection's names, and what is wrong with the first row that cannot be used; `mistake` is undefined where all can. */
export interface CheckedNames {
  readonly names: Names;
  readonly mistake: AkmError | undefined;
}

/** Reads the names that a connection's settings hold, `${ENV}` already replaced. */
export function checkNames(table: unknown): CheckedNames {
  const [problem] = problemsOfNames(table);
  const mistake = problem && new AkmError('AKM_INVALID_INPUT', inWords(problem, table));
  return { names: new Names(table), mistake };
}

function inWords({ code, row }: NameProblem, table: unknown): string {
  if (row === undefined) return `The names are ${quote(table)}; an array of rows is needed`;
  const given = (table as readonly unknown[])[row];
  const { name, id, atrId, appValue } = (given ?? {}) as Partial<Record<keyof NameRow, unknown>>;
  const where = `Row ${row + 1} of the names`;
  const number = 'a whole number from 0 to 65535 is needed, decimal or 0x hexadecimal, or nothing';
  switch (code) {
    case 'nameMissing':
      return `${where} has no name`;
    case 'nameTooLong':
      return `${where}: the name is ${quote(name)}; at most ${MAX_NAME_LENGTH} characters are allowed`;
    case 'nameTaken':
      return `${where}: the name is ${quote(name)}, which a row above has already`;
    case 'nameAmbiguous':
      return `${where}: the name is ${quote(name)}; a name must not look like a number, an identifier or \${ENV}`;
    case 'nothingNamed':
      return `${where} gives ${quote(name)} no identifier, no ATR ID and no App Value; one of them is needed`;
    case 'idInvalid':
      return `${where}: the identifier is ${quote(id)}; 32 hexadecimal digits are needed (fewer only behind 0x), or nothing`;
    case 'atrIdInvalid':
      return `${where}: the ATR ID is ${quote(atrId)}; ${number}`;
    case 'appValueInvalid':
      return `${where}: the App Value is ${quote(appValue)}; ${number}`;
    default:
      return `${where} is ${quote(given)}; an object with name, id, atrId and appValue is needed`;
  }
}
