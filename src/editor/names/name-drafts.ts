import {
  problemsOfNames,
  type NameProblem,
  type NameProblemCode,
  type NameRow,
} from '../../settings/names.js';
import type { Translate } from '../texts.js';

/** A column of the table of names. */
export type NameColumn = keyof NameRow;

/** The columns in their order. */
export const NAME_COLUMNS = ['name', 'id', 'atrId', 'appValue'] as const satisfies readonly NameColumn[];

/** What is wrong with a row: the columns it is in, and words for it. */
export interface RowMistakes {
  readonly columns: readonly NameColumn[];
  readonly words: readonly string[];
}

/** Where each mistake is, and the catalogue's text for it. */
const MISTAKES: Readonly<Record<NameProblemCode, { columns: readonly NameColumn[]; text: string }>> = {
  noTable: { columns: [], text: '@akmflow/node-red-akm/akm-connection:names.noTable' },
  noRow: { columns: [], text: '@akmflow/node-red-akm/akm-connection:names.noTable' },
  nameMissing: { columns: ['name'], text: '@akmflow/node-red-akm/akm-connection:names.nameMissing' },
  nameTooLong: { columns: ['name'], text: '@akmflow/node-red-akm/akm-connection:names.nameTooLong' },
  nameTaken: { columns: ['name'], text: '@akmflow/node-red-akm/akm-connection:names.nameTaken' },
  nameAmbiguous: { columns: ['name'], text: '@akmflow/node-red-akm/akm-connection:names.nameAmbiguous' },
  nothingNamed: {
    columns: ['id', 'atrId', 'appValue'],
    text: '@akmflow/node-red-akm/akm-connection:names.nothingNamed',
  },
  idInvalid: { columns: ['id'], text: '@akmflow/node-red-akm/akm-connection:error.identifier' },
  atrIdInvalid: { columns: ['atrId'], text: '@akmflow/node-red-akm/akm-connection:names.atrIdInvalid' },
  appValueInvalid: {
    columns: ['appValue'],
    text: '@akmflow/node-red-akm/akm-connection:names.appValueInvalid',
  },
};

/** The rows of a saved table, for the form. A flow that was imported can hold anything: what is no row is left out. */
export function rowsOf(saved: unknown): NameRow[] {
  if (!Array.isArray(saved)) return [];
  return saved.flatMap((row: unknown) => {
    if (typeof row !== 'object' || row === null) return [];
    const text = (column: NameColumn): string => {
      const value = (row as Partial<Record<NameColumn, unknown>>)[column];
      return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    };
    return [{ name: text('name'), id: text('id'), atrId: text('atrId'), appValue: text('appValue') }];
  });
}

/** What the node is to keep of the rows in the form: without white space around values, and without rows that are blank. */
export function rowsToSave(rows: readonly NameRow[]): NameRow[] {
  return rows.flatMap((row) => {
    if (isBlank(row)) return [];
    const { name, id, atrId, appValue } = row;
    return [{ name: name.trim(), id: id.trim(), atrId: atrId.trim(), appValue: appValue.trim() }];
  });
}

/** What a row lacks while it is still being filled in. */
const UNFINISHED: ReadonlySet<NameProblemCode> = new Set(['nameMissing', 'nothingNamed']);

/**
 * What is wrong with each row in the form. With a blank one nothing is: it is not kept.
 *
 * @param isLeft tells by its index whether a row was left: before that, it does not yet lack anything
 */
export function mistakesInRows(
  rows: readonly NameRow[],
  translate: Translate,
  isLeft: (index: number) => boolean = () => true,
): RowMistakes[] {
  const kept = rows.filter((row) => !isBlank(row));
  const problems = problemsOfNames(rowsToSave(kept), true);
  return rows.map((row, index) => {
    const found = problems.filter(
      ({ row: at, code }) => at === kept.indexOf(row) && (isLeft(index) || !UNFINISHED.has(code)),
    );
    return {
      columns: found.flatMap(({ code }) => MISTAKES[code].columns),
      words: found.map((problem) => wordsOf(problem, translate)),
    };
  });
}

/** What is wrong with a saved table, a line for each mistake, naming the row; no words of the table itself. */
export function mistakesInTable(saved: unknown, translate: Translate): string[] {
  return problemsOfNames(saved, true).map((problem) => {
    const words = wordsOf(problem, translate);
    if (problem.row === undefined) return words;
    return translate('@akmflow/node-red-akm/akm-connection:names.inRow', {
      row: problem.row + 1,
      problem: words,
    });
  });
}

function wordsOf({ code }: NameProblem, translate: Translate): string {
  return translate(MISTAKES[code].text);
}

function isBlank(row: NameRow): boolean {
  return NAME_COLUMNS.every((column) => row[column].trim() === '');
}
