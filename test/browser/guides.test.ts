import assert from 'node:assert/strict';
import { docBlocks } from '../support/doc-blocks';
import { nodeRedVersions } from '../support/real-node-red';
import { useEditor } from './use-editor';

/** The flows of the guides that a reader copies: every block of JSON that is an array. */
const FLOWS = ['first-steps', 'connecting', 'troubleshooting', 'from-python'].flatMap((guide) =>
  docBlocks(`docs/${guide}.md`)
    .filter(({ language, code }) => language === 'json' && code.startsWith('['))
    .map(({ name = '', code }) => ({ title: `${guide}: ${name}`, code })),
);

for (const version of nodeRedVersions) {
  describe(`${version.title}: the flows of the guides`, () => {
    const suite = useEditor(version);

    it('are there', () => {
      assert.ok(FLOWS.length > 5);
    });

    for (const { title, code } of FLOWS) {
      it(`can be pasted and deployed as they are: ${title}`, async () => {
        await suite.nodeRed.deploy([{ id: 'tab', type: 'tab', label: 'Flow 1' }]);
        await suite.open();
        const { editor } = suite;
        await editor.importText(code);
        const nodes = (JSON.parse(code) as { x?: number }[]).filter(({ x }) => x !== undefined);
        assert.equal(await editor.page.evaluate('RED.nodes.filterNodes({}).length'), nodes.length);
        assert.equal(await editor.page.locator('.red-ui-flow-node-error:visible').count(), 0);
        await editor.deploy();
      });
    }
  });
}
