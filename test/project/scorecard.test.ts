import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import ts from 'typescript';
import { composePage } from '../../scripts/page.js';
import { EXAMPLE_FILES, readExample } from '../support/example-files.js';
import { nodeRedVersions, repository } from '../support/real-node-red/versions.js';

/** What the scorecard of the flow library looks at in package.json. */
interface Manifest {
  name: string;
  license: string;
  repository: { url: string };
  bugs: { url: string };
  keywords: string[];
  files: string[];
  main: string;
  bin: Record<string, string>;
  engines: { node: string };
  'node-red': { version: string; nodes: Record<string, string> };
}

/** What the flow library reads of a node in its html. */
interface Definition {
  type: string;
  category: string;
}

const read = (file: string): string => readFileSync(join(repository, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const types = Object.keys(manifest['node-red'].nodes);

/** What the build makes, and the repository therefore does not hold. */
const built = (file: string): boolean => /^(dist|resources)(\/|$)/.test(file);
/** The source of a built script. */
const sourceOf = (file: string): string => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');

/** Whether a range of the one form used here, `>=VERSION`, allows a version. */
function allows(range: string, version: string): boolean {
  const [, least] = /^>=(\d+(?:\.\d+){0,2})$/.exec(range) ?? [];
  assert.ok(least, `${range} is a range`);
  return version.localeCompare(least, 'en', { numeric: true }) >= 0;
}

/** The scripts of a page that the flow library looks for definitions in. */
function scriptsOf(page: string): string[] {
  return [...page.matchAll(/<script.+?type=['"]text\/javascript['"].*?>([\S\s]*?)<\/script>/gi)].map(
    ([, script = '']) => script,
  );
}

/** The definitions in a script. The flow library runs nothing: all that it reads must be written out. */
function definitionsIn(script: string): Definition[] {
  const source = ts.createSourceFile('page.js', script, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const found: Definition[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /(^|\.)registerType$/.test(node.expression.getText())) {
      found.push(definitionOf(node.arguments));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function definitionOf([type, definition]: ts.NodeArray<ts.Expression>): Definition {
  assert.ok(type && ts.isStringLiteral(type), 'the type is a literal');
  assert.ok(
    definition && ts.isObjectLiteralExpression(definition),
    `the definition of ${type.text} is a literal`,
  );
  const read = new Map<string, ts.Expression>();
  for (const property of definition.properties) {
    if (ts.isPropertyAssignment(property)) read.set(property.name.getText(), property.initializer);
  }
  for (const name of ['icon', 'color', 'inputs', 'outputs', 'category']) {
    const value = read.get(name);
    assert.ok(!value || ts.isLiteralExpression(value), `the ${name} of ${type.text} is a literal`);
  }
  const defaults = read.get('defaults');
  assert.ok(defaults && ts.isObjectLiteralExpression(defaults), `the defaults of ${type.text} are a literal`);
  const category = read.get('category');
  assert.ok(category && ts.isStringLiteral(category), `${type.text} has a category`);
  return { type: type.text, category: category.text };
}

describe('The scorecard of the flow library', () => {
  describe('on the package', () => {
    it('finds a licence, in the field and as the file', () => {
      assert.equal(manifest.license, 'MIT');
      assert.match(read('LICENSE'), /^MIT License\n/);
    });

    it('finds the repository and where to report bugs', () => {
      assert.match(manifest.repository.url, /^git\+https:\/\/\S+\.git$/);
      assert.match(manifest.bugs.url, /^https:\/\/\S+\/issues$/);
    });

    it('finds a scoped name', () => assert.match(manifest.name, /^@[a-z\d][\w-.]+\/[a-z\d][\w-.]*$/));

    it('finds the keyword by which Node-RED finds packages', () =>
      assert.ok(manifest.keywords.includes('node-red')));

    it('finds versions of Node-RED and Node.js, which allow all that it is tested with', () => {
      for (const { version, title } of nodeRedVersions) {
        assert.ok(allows(manifest['node-red'].version, version), title);
        const [, node = ''] = /Node\.js (\S+)$/.exec(title) ?? [];
        assert.ok(allows(manifest.engines.node, node), title);
      }
    });

    it('finds all files that are to be published', () => {
      for (const file of manifest.files.filter((name) => !built(name)))
        assert.ok(existsSync(join(repository, file)), file);
      const scripts = [
        manifest.main,
        ...Object.values(manifest.bin),
        ...Object.values(manifest['node-red'].nodes),
      ];
      for (const script of scripts) {
        assert.ok(
          manifest.files.some((file) => script.startsWith(`${file}/`)),
          script,
        );
        assert.ok(existsSync(join(repository, sourceOf(script))), script);
      }
    });
  });

  describe('on its nodes', () => {
    it('finds types that no other package has', () => {
      for (const type of types) assert.match(type, /^akm-[a-z]+(-[a-z]+)*$/);
    });

    for (const type of types) {
      it(`finds the definition of ${type} without running it`, () => {
        const page = composePage(type);
        const definitions = scriptsOf(page).flatMap(definitionsIn);
        assert.deepEqual(definitions, [{ type, category: type === 'akm-connection' ? 'config' : 'AKM' }]);
        for (const part of scriptsOf(page)) assert.doesNotThrow(() => new Script(part));
      });
    }

    it('finds each of them in an example', () => {
      const used = EXAMPLE_FILES.flatMap((file) => {
        const nodes = JSON.parse(readExample(file)) as unknown;
        assert.ok(Array.isArray(nodes), file);
        return nodes.map(({ type }: { type: string }) => type);
      });
      assert.deepEqual(
        types.filter((type) => !used.includes(type)),
        [],
      );
    });
  });
});
