import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the languages are, a folder each. */
export const LOCALES = 'nodes/locales';

/** The language that the others are translated from. */
export const SOURCE_LANGUAGE = 'en-US';

/** The types of our nodes, as the package registers them. */
export const NODE_TYPES: readonly string[] = Object.keys(
  (JSON.parse(readFileSync('package.json', 'utf8')) as { 'node-red': { nodes: object } })['node-red'].nodes,
);

/** A message catalogue: texts, in groups. */
interface Catalogue {
  [key: string]: string | Catalogue;
}

/** The texts of a node type in a language, by key, in the order of the file. */
export function textsOf(language: string, type: string): ReadonlyMap<string, string> {
  const catalogue = JSON.parse(readFileSync(join(LOCALES, language, `${type}.json`), 'utf8')) as Catalogue;
  return new Map(flatten(catalogue, ''));
}

/** The help of a node type in a language. */
export function helpOf(language: string, type: string): string {
  return readFileSync(join(LOCALES, language, `${type}.html`), 'utf8');
}

function flatten(catalogue: Catalogue, path: string): [key: string, text: string][] {
  return Object.entries(catalogue).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[path + key, value]] : flatten(value, `${path}${key}.`),
  );
}
