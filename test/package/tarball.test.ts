import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXAMPLE_FILES } from '../support/example-files';
import {
  installPackage,
  makeScratchFolder,
  manifest,
  nodeTypes,
  packageTarball,
  type PackageTarball,
} from '../support/real-node-red';

/** All that is to be published. Whatever else turns up in the tarball was not meant to. */
const wanted = [
  /^package\.json$/,
  /^(README|CHANGELOG)\.md$/,
  /^LICENSE$/,
  /^dist\/src\/[\w/-]+\.(js|d\.ts)$/,
  /^dist\/nodes\/[\w/-]+\.(js|d\.ts|html)$/,
  /^dist\/nodes\/icons\/[\w-]+\.(svg|png)$/,
  /^dist\/nodes\/locales\/[\w-]+\/[\w-]+\.(json|html)$/,
  /^resources\/[\w-]+\.(js|css)$/,
  /^examples\/([\w -]+\/)?[\w', -]+\.json$/,
];

describe('the package as it is published', () => {
  let tarball: PackageTarball;
  let installed: string;
  let userDir: string;

  before(async function () {
    this.timeout(180_000);
    tarball = await packageTarball();
    userDir = makeScratchFolder('tarball-contents');
    await installPackage(userDir);
    installed = join(userDir, 'node_modules', manifest.name);
  });

  it('is smaller than 400 kB', () =>
    assert.ok(tarball.size < 400_000, `the tarball has ${tarball.size} bytes`));

  it('holds nothing that a user does not need', () => {
    const unwanted = tarball.files
      .map(({ path }) => path)
      .filter((path) => !wanted.some((kind) => kind.test(path)));
    assert.deepEqual(unwanted, []);
  });

  it('holds the licence, what to read first, and what changed', () => {
    const paths = tarball.files.map(({ path }) => path);
    for (const path of ['LICENSE', 'README.md', 'CHANGELOG.md']) assert.ok(paths.includes(path), path);
  });

  it('refers to no source map that is not in it', () => {
    const scripts = tarball.files.map(({ path }) => path).filter((path) => path.endsWith('.js'));
    assert.ok(scripts.length > 0);
    for (const path of scripts) {
      const [, map] =
        /^\/\/# sourceMappingURL=(.+)$/m.exec(readFileSync(join(installed, path), 'utf8')) ?? [];
      if (map !== undefined && !map.startsWith('data:')) {
        assert.ok(existsSync(join(installed, dirname(path), map)), `${path} refers to ${map}`);
      }
    }
  });

  it('brings no other package with it', () => {
    const modules = join(userDir, 'node_modules');
    const [scope = ''] = manifest.name.split('/');
    assert.deepEqual(
      readdirSync(modules).filter((name) => !name.startsWith('.')),
      [scope],
    );
    assert.deepEqual(readdirSync(join(modules, scope)), [manifest.name.slice(scope.length + 1)]);
  });

  it('holds what its package.json points to', () => {
    const { main, types, bin } = manifest;
    const pointedTo = [main, types, ...Object.values(bin), ...Object.values(manifest['node-red'].nodes)];
    const missing = pointedTo.filter((path) => !existsSync(join(installed, path)));
    assert.deepEqual(missing, []);
  });

  for (const type of nodeTypes) {
    it(`holds the page and the English texts of ${type}`, () => {
      for (const path of [`${type}.html`, `locales/en-US/${type}.json`]) {
        assert.ok(existsSync(join(installed, 'dist', 'nodes', path)), path);
      }
    });
  }

  it('holds every example', () => {
    for (const file of EXAMPLE_FILES) assert.ok(existsSync(join(installed, 'examples', file)), file);
  });
});
