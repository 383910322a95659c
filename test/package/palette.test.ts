import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { EXAMPLE_FILES } from '../support/example-files';
import {
  exampleNames,
  importExample,
  manifest,
  nodeRedVersions,
  nodeTypes,
  useNodeRed,
} from '../support/real-node-red';

/** Whether an example stands in a folder of the menu. */
const isDeep = (file: string): boolean => file.includes('/');

interface NodeSet {
  readonly module: string;
  readonly version: string;
  readonly types: readonly string[];
  readonly enabled: boolean;
  readonly err?: unknown;
}

for (const version of nodeRedVersions) {
  describe(`${version.title}: what the palette is given`, () => {
    const suite = useNodeRed(version);

    it('starts without a complaint about the package', () =>
      assert.doesNotMatch(suite.nodeRed.process.output, /akm|\[error\]|missing types/i));

    it('loads every node type without an error', async () => {
      const sets = (await suite.nodeRed.json('nodes')) as NodeSet[];
      const ours = sets.filter(({ module }) => module === manifest.name);
      for (const set of ours) {
        assert.equal(set.err, undefined);
        assert.equal(set.enabled, true);
        assert.equal(set.version, manifest.version);
      }
      assert.deepEqual(ours.flatMap(({ types }) => types).sort(), [...nodeTypes].sort());
    });

    it('serves the icons that the nodes show', async () => {
      const icons = ((await suite.nodeRed.json('icons')) as Record<string, string[]>)[manifest.name] ?? [];
      const pages = await suite.nodeRed.text('nodes', 'text/html');
      const shown = [...pages.matchAll(/icon:\s*["'](akm[\w-]*\.\w+)["']/g)].map(([, icon = '']) => icon);
      assert.equal(shown.length, nodeTypes.length, 'every node shows an icon of this package');
      for (const icon of new Set(shown)) {
        assert.ok(icons.includes(icon), icon);
        assert.match(await suite.nodeRed.text(`icons/${manifest.name}/${icon}`), /<svg/);
      }
    });

    it('serves a form and help for every node type', async () => {
      const pages = await suite.nodeRed.text('nodes', 'text/html');
      for (const type of nodeTypes) {
        for (const part of ['template', 'help'])
          assert.match(pages, new RegExp(`data-${part}-name="${type}"`));
      }
    });

    it('serves the English texts of every node type', async () => {
      const catalogues = (await suite.nodeRed.json('nodes/messages?lng=en-US')) as Record<string, object>;
      for (const type of nodeTypes) {
        const texts = catalogues[`${manifest.name}/${type}`];
        assert.ok(texts && Object.keys(texts).length > 0, type);
      }
    });

    it('serves what the pages load besides', async () => {
      const pages = await suite.nodeRed.text('nodes', 'text/html');
      const resources = [...pages.matchAll(/(?:src|href)=["'](resources\/[^"']+)["']/g)].map(
        ([, path = '']) => path,
      );
      assert.ok(resources.length > 0);
      for (const path of new Set(resources)) assert.notEqual(await suite.nodeRed.text(path), '');
    });

    it('offers every example in the import menu', async () => {
      const library = `library/examples/flows/${manifest.name}`;
      const folders = [...new Set(EXAMPLE_FILES.filter(isDeep).map(dirname))];
      const offered = (await suite.nodeRed.json(library)) as (string | { fn: string })[];
      const files = offered.flatMap((each) => (typeof each === 'string' ? [] : each.fn));
      assert.deepEqual(files.sort(), exampleNames);
      assert.deepEqual(offered.filter((each) => typeof each === 'string').sort(), folders.sort());
      for (const file of EXAMPLE_FILES) {
        const flow = await importExample(suite.nodeRed, file.replace(/\.json$/, ''));
        assert.ok(flow.length > 0, file);
      }
    });
  });
}
