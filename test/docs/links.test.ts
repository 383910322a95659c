import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

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

const { repository } = JSON.parse(readFileSync('package.json', 'utf8')) as { repository: { url: string } };
const [, REPOSITORY = ''] = /github\.com\/([\w-]+\/[\w-]+)\.git$/.exec(repository.url) ?? [];

/** Where the files of this repository are on the web: pages, and pictures that a page shows. */
const ONLINE = new RegExp(
  `^https://(?:github\\.com/${REPOSITORY}/blob|raw\\.githubusercontent\\.com/${REPOSITORY})/HEAD/`,
);

/** Every link of a file, as it is written. */
function writtenLinksOf(file: string): string[] {
  return [...proseOf(file).matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(([, target = '']) => target);
}

/** The links of a file that lead to files of this repository, or within the file: relative to its folder. */
function linksOf(file: string): string[] {
  const toRoot = relative(dirname(file), '.');
  return writtenLinksOf(file)
    .map((link) => link.replace(ONLINE, () => (toRoot === '' ? '' : `${toRoot}/`)))
    .filter((link) => !/^https?:/.test(link));
}

/** The targets of the links in a node's help. */
function linksInHelp(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/<(?:a|img)\b[^>]*\b(?:href|src)="([^"]*)"/g)].map(
    ([, target = '']) => target,
  );
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

  // npm and the flow library show the README, and Node-RED shows the help: the files beside it are not there, or not in that branch
  it('links outside of the repository by whole addresses, to places that there are', () => {
    const helps = readdirSync('nodes/locales', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.html'))
      .map((name) => join('nodes/locales', name));
    const shown = [
      ['README.md', writtenLinksOf('README.md')] as const,
      ...helps.map((file) => [file, linksInHelp(file)] as const),
    ];
    for (const [file, links] of shown) {
      assert.notEqual(links.length, 0, file);
      for (const link of links) {
        assert.match(link, /^(https?:\/\/|#)/, `${file}: ${link} is not a whole address`);
        if (!ONLINE.test(link)) continue;
        const [path = '', anchor] = link.replace(ONLINE, '').split('#');
        assert.ok(existsSync(path), `${file}: ${link}: there is no ${path}`);
        if (anchor !== undefined)
          assert.ok(anchorsOf(path).includes(anchor), `${file}: ${link}: no such heading`);
      }
    }
  });

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
