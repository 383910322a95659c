import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { exampleNames, nodeRedVersions, RealNodeRed } from '../support/real-node-red';
import { Editor, startBrowser } from './editor';

/** For each example a button to press, and what the debug sidebar then shows. */
const tries: Readonly<
  Record<string, { readonly press: string; readonly node: string; readonly shows: string }>
> = {
  '01 - First steps': {
    press: 'say hello',
    node: '100 received the reply',
    shows: 'Thank you for: Hello from application 100',
  },
  '02 - Provision an endpoint': {
    press: 'endpoint C0FFEE…01',
    node: 'the AMM accepted',
    shows: 'accepted: true',
  },
  '03 - Catch errors': { press: 'no identifier', node: 'look at the flow', shows: 'AKM_INVALID_INPUT' },
};

for (const version of nodeRedVersions) {
  describe(`${version.title}: the examples in the editor`, () => {
    let nodeRed: RealNodeRed;
    let browser: Browser;
    let editor: Editor;

    before(async function () {
      this.timeout(300_000);
      nodeRed = await RealNodeRed.start(version);
      browser = await startBrowser();
    });

    beforeEach(async () => {
      await nodeRed.deploy([]);
      editor = await Editor.open(browser, nodeRed.url);
      await editor.showDebugSidebar();
    });

    afterEach(async () => {
      assert.deepEqual(await editor.close(), []);
    });

    after(async () => {
      await browser.close();
      assert.equal(await nodeRed.stop(), 0);
    });

    for (const name of exampleNames) {
      it(`"${name}" is imported from the menu, deployed without an edit, and does its work`, async () => {
        const example = tries[name];
        assert.ok(example, 'every example has a button to try');
        await editor.importExample(name);
        await editor.deploy();
        await editor.press(example.press);
        await editor.debugMessage(example.node).filter({ hasText: example.shows }).first().waitFor();
      });
    }
  });
}
