import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import {
  akmNode,
  connectionNode,
  freePorts,
  nodeRedVersions,
  onTab,
  RealNodeRed,
  repository,
} from '../support/real-node-red';
import { Editor, startBrowser } from './editor';

const locales = join(repository, 'nodes', 'locales');

interface Texts {
  label: Record<string, string>;
}

function textsOf(language: string, type: string): Texts {
  return JSON.parse(readFileSync(join(locales, language, `${type}.json`), 'utf8')) as Texts;
}

for (const version of nodeRedVersions) {
  describe(`${version.title}: the editor in another language`, () => {
    let nodeRed: RealNodeRed;
    let browser: Browser;
    let editor: Editor;

    before(async function () {
      this.timeout(300_000);
      nodeRed = await RealNodeRed.start(version);
      browser = await startBrowser();
      const machine = connectionNode('machine', await freePorts());
      const node = akmNode('node', 'akm-send', { connection: 'machine', name: '' });
      await nodeRed.deploy(onTab({ ...machine, names: [] }, node));
    });
    beforeEach(async () => {
      editor = await Editor.open(browser, nodeRed.url);
    });
    afterEach(async function () {
      await editor.pictureOf(this.currentTest);
      assert.deepEqual(await editor.close(), []);
    });
    after(async () => {
      await browser.close();
      await nodeRed.stop();
    });

    for (const language of readdirSync(locales).filter((name) => name !== 'en-US')) {
      it(`speaks ${language} in the palette, on the canvas and in the forms`, async () => {
        const { page } = editor;
        await editor.switchLanguage(language);
        const { label } = textsOf(language, 'akm-send');
        const shared = textsOf(language, 'akm-connection').label;
        await editor
          .paletteNode('akm-send')
          .getByText(label['palette'] ?? '')
          .waitFor();
        await editor
          .node('node')
          .getByText(label['palette'] ?? '')
          .waitFor();
        await editor.openForm('node');
        const form = page.locator('#dialog-form');
        for (const text of [shared['connection'], shared['atrId'], label['appValue'], label['offline']])
          await form
            .getByText(text ?? '', { exact: true })
            .first()
            .waitFor();
        assert.deepEqual(await editor.missingTexts(), []);
        await editor.openConnectionForm();
        await page
          .locator('.red-ui-tray')
          .getByText(shared['ammHost'] ?? '', { exact: true })
          .waitFor();
        assert.deepEqual(await editor.missingTexts(), []);
      });
    }
  });
}
