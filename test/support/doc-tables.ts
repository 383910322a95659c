import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The rows of the table in a file of the documentation whose first column has this title: the cells of each, but for the title row. */
export function docTable(file: string, firstColumn: string): string[][] {
  const lines = readFileSync(join(__dirname, '../..', file), 'utf8').split('\n');
  const title = lines.findIndex((line) => line.startsWith('|') && cellsOf(line)[0] === firstColumn);
  if (title < 0) throw new Error(`${file} has no table whose first column is ${firstColumn}`);
  const end = lines.findIndex((line, index) => index > title && !line.startsWith('|'));
  return lines.slice(title + 2, end).map(cellsOf);
}

/** What stands in backticks in a cell. */
export function codeIn(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
}

function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}
