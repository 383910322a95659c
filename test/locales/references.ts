import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { FAILURES, OWN_STATUS, STATUS } from '../../nodes/shared/status.js';
import { composePage } from '../../scripts/page.js';

const PACKAGE = '@akmflow/node-red-akm';

/** The type whose catalogue holds the texts which several nodes share. */
const SHARED = 'akm-connection';

/** A reference to a text: the type whose catalogue it is in, and its key there. */
export type Reference = `${string}:${string}`;

/** All that the form of a node type asks for: in `data-i18n` attributes, and in calls of `_` in its script. */
export function referencesInPage(type: string): Reference[] {
  const page = composePage(type);
  const attributes = [...page.matchAll(/data-i18n="([^"]*)"/g)].flatMap(([, keys = '']) =>
    keys.split(';').map((key) => key.replace(/^\[\w+\]/, '')),
  );
  const scripts = [...page.matchAll(/<script type="text\/javascript">(.*?)<\/script>/gs)];
  const asked = scripts.flatMap(([, script = '']) =>
    callsIn(parse(script), ['_']).flatMap(({ arguments: [key] }) => keysOfPage(key, page)),
  );
  return [...attributes, ...asked].map((key) => referenceTo(key, type));
}

/** Puts the keys of statuses together, out of tables: {@link referencesInTables}. */
const STATUS_FILE = 'nodes/shared/status.ts';

/** All that the sources in the browser and the runtime ask for. */
export function referencesInSources(): Reference[] {
  const sources = [...sourcesIn('src/editor'), ...sourcesIn('nodes')].filter(
    ([file]) => file !== STATUS_FILE,
  );
  const inSources = sources.flatMap(([file, source]) => {
    for (const call of callsIn(source, ['_', 'translate'])) assertNotPutTogether(call, source);
    // a node's own file is named after its type; what nodes share takes its texts from the shared catalogue
    const type = /^nodes\/([\w-]+)\.ts$/.exec(file)?.[1] ?? SHARED;
    return literalsIn(source).flatMap((literal): Reference[] => {
      const { text } = literal;
      if (text.startsWith(`${PACKAGE}/`) && text !== `${PACKAGE}/${SHARED}`) return [referenceTo(text, type)];
      return file.startsWith('nodes/') && /^status\.\w+$/.test(text) ? [referenceTo(text, type)] : [];
    });
  });
  return [...inSources, ...referencesInTables()];
}

/** The statuses that nodes show. One that only one type has counts if the node's own file names it. */
function referencesInTables(): Reference[] {
  const shared = [...Object.keys(STATUS), ...Object.values(FAILURES)].map((key) => [SHARED, key]);
  const own = Object.entries(OWN_STATUS).flatMap(([type, statuses]) => {
    const literals = literalsIn(parse(readFileSync(`nodes/${type}.ts`, 'utf8'))).map(({ text }) => text);
    return Object.keys(statuses).flatMap((key) => (literals.includes(key) ? [[type, key]] : []));
  });
  return [...shared, ...own].map(([type = '', key = '']): Reference => `${type}:status.${key}`);
}

/** The statuses of a node type that count: their numbers are shown short. */
export function countingStatusesOf(type: string): string[] {
  const source = parse(readFileSync(`nodes/${type}.ts`, 'utf8'));
  return callsIn(source, ['count']).flatMap(({ arguments: [key] }) =>
    key && ts.isStringLiteral(key) ? [key.text] : [],
  );
}

/** `key`, `type:key` of this package or the whole `@akmflow/node-red-akm/type:key` -> a reference. */
function referenceTo(key: string, type: string): Reference {
  const [, named, own] = /^@akmflow\/node-red-akm\/([\w-]+):(.+)$/.exec(key) ?? [];
  return named === undefined || own === undefined ? `${type}:${key}` : `${named}:${own}`;
}

/** The keys that a page can ask for: a literal, or `'group.' + this.property` with each option that the form has for the property. */
function keysOfPage(key: ts.Expression | undefined, page: string): string[] {
  if (key && ts.isStringLiteral(key)) return [key.text];
  const [, group = '', property = ''] = /^'(\w+\.)' \+ this\.(\w+)$/.exec(key?.getText() ?? '') ?? [];
  assert.ok(property, `a key that nobody can look up: ${key?.getText() ?? ''}`);
  const select = new RegExp(`<select id="node-input-${property}".*?</select>`, 's').exec(page)?.[0] ?? '';
  const values = [...select.matchAll(/<option value="([^"]+)"/g)].map(([, value]) => value ?? '');
  assert.notEqual(values.length, 0, `${property} has options in the form`);
  return values.map((value) => group + value);
}

/** A key that is put together could be any: nobody could say whether its text exists, or is needed. */
function assertNotPutTogether({ arguments: [key] }: ts.CallExpression, source: ts.SourceFile): void {
  const isPutTogether = key && (ts.isTemplateExpression(key) || ts.isBinaryExpression(key));
  const isChoice = key && ts.isBinaryExpression(key) && key.operatorToken.getText() === '??';
  assert.ok(!isPutTogether || isChoice, `${source.fileName}: ${key?.getText() ?? ''}`);
}

function calleeOf({ expression }: ts.CallExpression): string {
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  return ts.isIdentifier(expression) ? expression.text : '';
}

function callsIn(source: ts.SourceFile, callees: readonly string[]): ts.CallExpression[] {
  return descendants(source).filter(
    (node): node is ts.CallExpression => ts.isCallExpression(node) && callees.includes(calleeOf(node)),
  );
}

function literalsIn(source: ts.SourceFile): ts.StringLiteralLike[] {
  return descendants(source).filter(ts.isStringLiteralLike);
}

function descendants(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (each: ts.Node): void => {
    found.push(each);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return found;
}

function sourcesIn(folder: string): [file: string, source: ts.SourceFile][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const file = join(folder, name);
      return [file, parse(readFileSync(file, 'utf8'), file)];
    });
}

function parse(text: string, file = 'page.js'): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}
