import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import {
  akmNode,
  connectionNode,
  type FlowNode,
  freePorts,
  nodeRedVersions,
  onTab,
  simulatorNode,
} from '../support/real-node-red';
import type { Editor } from './editor';
import { useEditor } from './use-editor';

for (const version of nodeRedVersions) {
  describe(`${version.title}: the form of a connection`, () => {
    const suite = useEditor(version);

    /** Opens the editor on a connection with these properties that one node uses, beside a simulator for it. */
    async function openEditor(properties: object = {}): Promise<void> {
      await suite.nodeRed.deploy(
        onTab(
          simulatorNode(suite.ports, { endpoints: 3, atrs: 7 }),
          { ...connectionNode('machine', suite.ports), ...properties },
          akmNode('list', 'akm-list-endpoints', { connection: 'machine', filter: '0', filterType: 'num' }),
        ),
      );
      await suite.open();
    }

    async function openForm(properties: object = {}): Promise<void> {
      await openEditor(properties);
      await suite.editor.openForm('list');
      await suite.editor.openConnectionForm();
    }

    const field = (property: string): Locator => suite.editor.page.locator(`#node-config-input-${property}`);

    /** The mark of a tab with a mistake in it. */
    const markOf = (name: Parameters<Editor['connectionTab']>[0]): Locator =>
      suite.editor.connectionTab(name).locator('.akm-tab-mark');

    /** The connection as the runtime has it. */
    async function deployed(): Promise<FlowNode | undefined> {
      await suite.editor.connectionDone();
      await suite.editor.done();
      await suite.editor.deploy();
      const flows = (await suite.nodeRed.json('flows')) as FlowNode[];
      return flows.find(({ id }) => id === 'machine');
    }

    it('shows on each tab its own fields, by mouse and by keyboard', async () => {
      await openForm();
      const own = { services: field('ammHost'), timing: field('heartbeat'), layouts: field('successCode') };
      for (const [name, shown] of Object.entries(own)) {
        const tab = suite.editor.connectionTab(name as keyof typeof own);
        if (name === 'timing') await tab.press('Enter');
        else await tab.click();
        await shown.waitFor();
        for (const other of Object.values(own)) assert.equal(await other.isVisible(), other === shown, name);
        assert.deepEqual(await suite.editor.missingTexts(), []);
      }
    });

    it('marks the tab with a mistake in it for as long as it is there', async () => {
      await openForm();
      await suite.editor.connectionTab('timing').click();
      await suite.editor.type(field('reconnectMax'), '1');
      await markOf('timing').waitFor();
      await suite.editor.connectionTab('services').click();
      assert.ok(await markOf('timing').isVisible(), 'on any other tab too');
      assert.ok(!(await markOf('services').isVisible()));
      await suite.editor.connectionTab('timing').click();
      await suite.editor.type(field('reconnectMax'), '1000');
      await markOf('timing').waitFor({ state: 'hidden' });
    });

    it('opens with the tab that has a mistake in it', async () => {
      await openForm({ queueLimit: '0' });
      await field('queueLimit').waitFor();
      assert.ok(await markOf('timing').isVisible());
    });

    it('keeps names, and refuses those that cannot be', async () => {
      await openForm();
      const { page } = suite.editor;
      await suite.editor.connectionTab('names').click();
      const table = page.locator('#akm-connection-names');
      const add = table.locator('.red-ui-editableList-addButton');
      const mistakes = table.locator('.akm-names-mistakes:not(:empty)');
      const cell = (row: number, column: string): Locator =>
        table.locator('li').nth(row).locator(`input.akm-names-${column}`);

      await add.click();
      await table.locator('input.akm-names-name:focus').waitFor();
      await suite.editor.type(cell(0, 'name'), '0x64');
      await suite.editor.type(cell(0, 'appValue'), '100');
      await mistakes.waitFor();
      await markOf('names').waitFor();
      assert.deepEqual(await suite.editor.missingTexts(), []);
      await suite.editor.type(cell(0, 'name'), 'pump-7');
      await mistakes.waitFor({ state: 'detached' });

      await add.click();
      await suite.editor.type(cell(1, 'name'), 'pump-7');
      await suite.editor.type(cell(1, 'id'), '0xE1');
      await table.locator('input.akm-names-name.input-error').waitFor();
      await table.locator('.red-ui-editableList-item-remove').nth(1).click();
      await markOf('names').waitFor({ state: 'hidden' });
      await add.click();
      await suite.editor.type(cell(1, 'name'), 'line-3');
      assert.equal(await mistakes.count(), 0, 'the row is still being filled in');
      await cell(0, 'name').click();
      await mistakes.filter({ hasText: 'at least one of the three' }).waitFor();
      await suite.editor.type(cell(1, 'name'), ' ');
      await mistakes.waitFor({ state: 'detached' });

      const pump = { name: 'pump-7', id: '', atrId: '', appValue: '100' };
      assert.deepEqual((await deployed())?.['names'], [pump], 'and nothing of the blank row');
      await suite.editor.openForm('list');
      await suite.editor.openConnectionForm();
      await suite.editor.connectionTab('names').click();
      assert.deepEqual(
        await Promise.all(Object.keys(pump).map((column) => cell(0, column).inputValue())),
        Object.values(pump),
      );
    });

    it('picks what is to be named from what the services list', async () => {
      await openForm({ names: [{ name: 'pump-7', id: '', atrId: '', appValue: '100' }] });
      const { page } = suite.editor;
      await suite.editor.connectionTab('names').click();
      const [ofIdentifier, ofAtrId] = await page.locator('button.akm-names-pick').all();
      const option = page.locator('.akm-picker-option');
      await ofIdentifier?.click();
      await option.nth(9).waitFor();
      assert.equal(await option.count(), 10, 'three endpoints and seven ATRs');
      const [endpoint = ''] = await option.allInnerTexts();
      await option.first().click();
      assert.equal(await page.locator('input.akm-names-id').inputValue(), endpoint.trim());
      await ofAtrId?.click();
      await option.first().click();
      const pump = { name: 'pump-7', id: endpoint.trim(), atrId: '1', appValue: '100' };
      assert.deepEqual((await deployed())?.['names'], [pump]);
    });

    it('tests the connection with what it holds, before anything is deployed', async () => {
      await openForm({ ammPort: '1', appPort: '1' });
      const { page } = suite.editor;
      await suite.editor.type(field('ammPort'), String(suite.ports.ammPort));
      await suite.editor.type(field('appPort'), String(suite.ports.appPort));
      await page.locator('#akm-test').click();
      const services = page.locator('#akm-test-result .akm-fine + div');
      await services.nth(1).waitFor();
      const [amm = '', app = ''] = await services.allInnerTexts();
      assert.match(amm, /^AMM: connected \([\d.]+ ms\), answered \([\d.]+ ms\), 3 endpoints, 7 ATRs$/);
      assert.match(
        app,
        /^AppEndpoint: connected .*, answered .*, version \d+\.\d+\.\d+\.\d+, endpoint “.+”, member of \d+ ATRs$/,
      );
    });

    it('says what is wrong with each service', async () => {
      await openForm();
      const { page } = suite.editor;
      const { ammPort } = await freePorts();
      await suite.editor.type(field('ammPort'), String(ammPort));
      await page.locator('#akm-test').click();
      await page.locator('#akm-test-result .akm-fine').waitFor();
      const refused = page.locator('#akm-test-result .akm-mistake + div');
      assert.match(await refused.innerText(), /^AMM: No connection could be made\. .*\n.*ECONNREFUSED/);
      await page.locator('#akm-test:enabled').waitFor();
    });

    it('says what is wrong with the settings themselves', async () => {
      await openForm();
      const { page } = suite.editor;
      await suite.editor.type(field('ammHost'), '${NOT_SET_ANYWHERE}');
      await page.locator('#akm-test').click();
      const refused = page.locator('#akm-test-result .akm-mistake + div').first();
      assert.match(await refused.innerText(), /A setting is not valid\.\n.*NOT_SET_ANYWHERE/);
    });

    it('marks a host that cannot be one, and takes brackets around an IPv6 address', async () => {
      await openForm();
      const { editor } = suite;
      const marked = editor.page.locator('#node-config-input-ammHost.input-error');
      await editor.type(field('ammHost'), 'tcp://amm');
      await marked.waitFor();
      await editor.type(field('ammHost'), '[::1]');
      await marked.waitFor({ state: 'detached' });
    });

    it('brings a connection of an older package up to date, and changes nothing by that', async () => {
      await openEditor({ heartbeat: undefined, queueLimit: undefined });
      const { page } = suite.editor;
      assert.deepEqual(await page.evaluate(`[RED.nodes.dirty(), !!RED.nodes.node('machine').changed]`), [
        false,
        false,
      ]);
      await suite.editor.triangle('list').waitFor({ state: 'hidden' });
      await suite.editor.openForm('list');
      await suite.editor.openConnectionForm();
      await suite.editor.connectionTab('timing').click();
      assert.deepEqual(
        [await field('heartbeat').inputValue(), await field('queueLimit').inputValue()],
        ['30', '1000'],
      );
      await suite.editor.connectionTab('services').click();
      await suite.editor.type(field('name'), 'machine');
      const { version, heartbeat, names }: Partial<FlowNode> = (await deployed()) ?? {};
      assert.deepEqual({ version, heartbeat, names }, { version: 1, heartbeat: '30', names: [] });
      const imported = `RED.nodes.import([{ id: 'imported', type: 'akm-connection' }]).nodes[0].heartbeat`;
      assert.equal(await page.evaluate(imported), '30');
    });
  });
}
