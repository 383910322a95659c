import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = '@akmflow/node-red-akm';
const LOCALE = 'nodes/locales/en-US';

const TYPES = Object.keys(
  (JSON.parse(readFileSync('package.json', 'utf8')) as { 'node-red': { nodes: object } })['node-red'].nodes,
);

/** A message catalogue: texts, in groups. */
interface Catalogue {
  [key: string]: string | Catalogue;
}

/** A reference to a text: the type whose catalogue it is in, and its key there. */
type Reference = `${string}:${string}`;

const pages = new Map(TYPES.map((type) => [type, readFileSync(`nodes/${type}.html`, 'utf8')]));
/** Every text there is. */
const texts = new Map(TYPES.flatMap(textsOf));

describe('message catalogues', () => {
  for (const type of TYPES) {
    describe(type, () => {
      const page = pages.get(type) ?? '';

      it('has a page with one form and one literal registration, as the flow library reads it', () => {
        const scripts = [...page.matchAll(/<script type="text\/javascript">(.*?)<\/script>/gs)].map(
          ([, body]) => body,
        );
        const registered = scripts.flatMap((body) => [
          ...(body ?? '').matchAll(/RED\.nodes\.registerType\((?:'([\w-]+)', \{)?/g),
        ]);
        assert.deepEqual(
          registered.map(([, name]) => name),
          [type],
        );
        assert.deepEqual(
          [...page.matchAll(/data-template-name="([^"]*)"/g)].map(([, name]) => name),
          [type],
        );
      });

      it('has its help in a file of its own', () => {
        assert.ok(!page.includes('data-help-name'), 'not in the page');
        const help = readFileSync(join(LOCALE, `${type}.html`), 'utf8');
        assert.deepEqual(
          [...help.matchAll(/<script type="text\/html" data-help-name="([^"]*)">\n<p>/g)].map(
            ([, name]) => name,
          ),
          [type],
        );
      });

      it('has a text for each key of its page', () => {
        const missing = referencesIn(page, type).filter((reference) => !texts.has(reference));
        assert.deepEqual(missing, []);
      });

      it('has no status too long to be read below a node', () => {
        for (const [reference, text] of textsOf(type)) {
          if (!reference.startsWith(`${type}:status.`)) continue;
          const longest = text.replace(/__\w+__/g, '4294967295');
          assert.ok(longest.length <= 19, `${reference} is ${longest.length} characters long: ${longest}`);
        }
      });
    });
  }

  it('have all the texts that the editor and the runtime ask for by their full names', () => {
    const missing = sources('src/editor', 'nodes')
      .flatMap(fullReferencesIn)
      .filter((reference) => !texts.has(reference));
    assert.deepEqual(missing, []);
  });

  it('have no text that nothing asks for', () => {
    const runtime = sources('nodes').join('\n');
    const used = new Set<string>(sources('src/editor').flatMap(fullReferencesIn));
    for (const [type, page] of pages) for (const reference of referencesIn(page, type)) used.add(reference);
    const unused = [...texts.keys()].filter((reference) => {
      const key = reference
        .slice(reference.indexOf(':') + 1)
        .split('.')
        .slice(-2)
        .join('\\.');
      return !used.has(reference) && !new RegExp(`['"\`](?:[^'"\`]*:)?${key}['"\`]`).test(runtime);
    });
    assert.deepEqual(unused, []);
  });

  it('belong to a node, each of them', () => {
    const files = TYPES.flatMap((type) => [`${type}.html`, `${type}.json`]).sort();
    assert.deepEqual(readdirSync(LOCALE).sort(), files);
    assert.ok(TYPES.every((type) => existsSync(join('icons', `${type}.svg`))));
  });
});

function textsOf(type: string): [Reference, string][] {
  const flatten = (catalogue: Catalogue, path: string): [Reference, string][] =>
    Object.entries(catalogue).flatMap(([key, value]): [Reference, string][] =>
      typeof value === 'string' ? [[`${type}:${path}${key}`, value]] : flatten(value, `${path}${key}.`),
    );
  return flatten(JSON.parse(readFileSync(join(LOCALE, `${type}.json`), 'utf8')) as Catalogue, '');
}

/** What a page asks for: in `data-i18n` attributes, and in calls of `_` with a literal key. */
function referencesIn(page: string, type: string): Reference[] {
  const attributes = [...page.matchAll(/data-i18n="([^"]*)"/g)].flatMap(([, keys]) =>
    (keys ?? '').split(';'),
  );
  const calls = [...page.matchAll(/\b_\(\s*'([^']*)'\s*[,)]/g)].map(([, key]) => key ?? '');
  return [...attributes.map((key) => key.replace(/^\[\w+\]/, '')), ...calls].map((key): Reference => {
    const [first = '', second] = key.split(':');
    return second === undefined ? `${type}:${first}` : `${first.replace(`${PACKAGE}/`, '')}:${second}`;
  });
}

/** What a source asks for with the whole namespace. */
function fullReferencesIn(source: string): Reference[] {
  return [...source.matchAll(/@akmflow\/node-red-akm\/([\w-]+):([\w.-]*\w)/g)].map(
    ([, type = '', key = '']): Reference => `${type}:${key}`,
  );
}

/** The TypeScript sources below folders. */
function sources(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(folder, name), 'utf8')),
  );
}
