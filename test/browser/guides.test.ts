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

it('the guides have flows', () => assert.ok(FLOWS.length > 5));

for (const version of nodeRedVersions) {
  describe(`${version.title}: the flows of the guides`, () => {
    const suite = useEditor(version);

    it('can be pasted as they are, with nothing left to fill in', async () => {
      await suite.nodeRed.deploy([{ id: 'tab', type: 'tab', label: 'Flow 1' }]);
      await suite.open();
      const { editor } = suite;
      const count = () => editor.page.evaluate<number>('RED.nodes.filterNodes({}).length');
      for (const { title, code } of FLOWS) {
        await editor.importText(code);
        const nodes = (JSON.parse(code) as { x?: number }[]).filter(({ x }) => x !== undefined);
        assert.equal(await count(), nodes.length, title);
        assert.equal(await editor.page.locator('.red-ui-flow-node-error:visible').count(), 0, title);
        for (const action of ['core:select-all-nodes', 'core:delete-selection'])
          await editor.page.evaluate(`RED.actions.invoke('${action}')`);
        assert.equal(await count(), 0, title);
      }
    });
  });
}
