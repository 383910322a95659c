import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  akmNode,
  connectionNode,
  freePorts,
  nodeRedVersions,
  onTab,
  repository,
} from '../support/real-node-red';
import { useEditor } from './use-editor';

const locales = join(repository, 'nodes', 'locales');

interface Texts {
  label: Record<string, string>;
}

function textsOf(language: string, type: string): Texts {
  return JSON.parse(readFileSync(join(locales, language, `${type}.json`), 'utf8')) as Texts;
}

for (const version of nodeRedVersions) {
  describe(`${version.title}: the editor in another language`, () => {
    const suite = useEditor(version);

    before(async () => {
      const machine = connectionNode('machine', await freePorts());
      const node = akmNode('node', 'akm-send', { connection: 'machine', name: '' });
      await suite.nodeRed.deploy(onTab({ ...machine, names: [] }, node));
    });
    beforeEach(async () => {
      await suite.open();
    });
    for (const language of readdirSync(locales).filter((name) => name !== 'en-US')) {
      it(`speaks ${language} in the palette, on the canvas and in the forms`, async () => {
        const { page } = suite.editor;
        await suite.editor.switchLanguage(language);
        const { label } = textsOf(language, 'akm-send');
        const shared = textsOf(language, 'akm-connection').label;
        await suite.editor
          .paletteNode('akm-send')
          .getByText(label['palette'] ?? '')
          .waitFor();
        await suite.editor
          .node('node')
          .getByText(label['palette'] ?? '')
          .waitFor();
        await suite.editor.openForm('node');
        const form = page.locator('#dialog-form');
        for (const text of [shared['connection'], shared['atrId'], label['appValue'], label['offline']])
          await form
            .getByText(text ?? '', { exact: true })
            .first()
            .waitFor();
        assert.deepEqual(await suite.editor.missingTexts(), []);
        await suite.editor.openConnectionForm();
        await page
          .locator('.red-ui-tray')
          .getByText(shared['ammHost'] ?? '', { exact: true })
          .waitFor();
        assert.deepEqual(await suite.editor.missingTexts(), []);
      });
    }
  });
}
