import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const FILES = [
  ...readdirSync('.').filter((file) => file.endsWith('.md')),
  ...readdirSync('docs')
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
  'bench/README.md',
  'src/simulator/README.md',
  'test/README.md',
];

/** The text without its code: what looks like a link or a heading there is none. */
function proseOf(file: string): string {
  return readFileSync(file, 'utf8')
    .replaceAll(/^```[^]*?^```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''));
}

/** Where the headings of a file can be linked to, as GitHub names these places. */
function anchorsOf(file: string): string[] {
  return [...proseOf(file).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );
}

/** The links of a file that lead to other files here, or within it. */
function linksOf(file: string): string[] {
  return [...proseOf(file).matchAll(/\]\((?!https?:)([^)\s]+)[^)]*\)/g)].map(([, target = '']) => target);
}

describe('the documentation', () => {
  for (const file of FILES) {
    it(`links in ${file} to places that there are`, () => {
      for (const link of linksOf(file)) {
        const [path = '', anchor] = decodeURIComponent(link).split('#');
        const target = path === '' ? file : normalize(join(dirname(file), path));
        assert.ok(existsSync(target), `${link}: there is no ${target}`);
        if (anchor !== undefined) assert.ok(anchorsOf(target).includes(anchor), `${link}: no such heading`);
      }
    });
  }

  it('has no guide that the index does not name', () => {
    const named = linksOf('docs/README.md').map((link) => normalize(join('docs', link)));
    const guides = FILES.filter((file) => file.startsWith('docs/') && file !== 'docs/README.md');
    assert.deepEqual(
      guides.filter((file) => !named.includes(file)),
      [],
    );
  });

  it('shows no picture that is not there, and has none that it does not show', () => {
    const shown = FILES.flatMap((file) =>
      linksOf(file)
        .filter((link) => /\.(png|svg)$/.test(link))
        .map((link) => normalize(join(dirname(file), link))),
    );
    const there = readdirSync('docs/images').map((file) => join('docs/images', file));
    assert.deepEqual([...new Set(shown)].sort(), there.sort());
  });
});
