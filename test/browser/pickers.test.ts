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
  startSimulatorCommand,
} from '../support/real-node-red';
import { useEditor } from './use-editor';

/** A name that would run a script, and fetch a picture that is not there, if it ever became HTML. */
const HOSTILE = '<img src=x onerror=fail()>';

/** The names of the connection in these tests. */
const NAMES = [
  { name: 'pump-7', id: `0xE0${'0'.repeat(29)}3`, atrId: '1', appValue: '200' },
  { name: 'line-3', id: '', atrId: '2', appValue: '' },
  { name: HOSTILE, id: `0xE0${'0'.repeat(29)}5`, atrId: '', appValue: '300' },
];

/** What the fields of a node with an ATR ID hold before anything is picked. */
const FIELDS: Readonly<Record<string, object>> = {
  'akm-register': { atrId: '1', atrIdType: 'num', appValue: '100', appValueType: 'num', auto: true },
  'akm-send': { atrId: 'atrId', atrIdType: 'msg', appValue: 'appValue', appValueType: 'msg' },
  'akm-receive': { atrId: '', appValue: '', format: 'auto' },
};

for (const version of nodeRedVersions) {
  describe(`${version.title}: picking what a field holds`, () => {
    const suite = useEditor(version);

    /** Opens the editor on a tab with these nodes, a simulator and a connection to it. */
    async function open(...nodes: FlowNode[]): Promise<void> {
      await deploy(...nodes);
      await suite.open();
    }

    function deploy(...nodes: FlowNode[]): Promise<void> {
      return suite.nodeRed.deploy(
        onTab(
          simulatorNode(suite.ports, { endpoints: 32, atrs: 12 }),
          { ...connectionNode('machine', suite.ports), names: NAMES },
          ...nodes,
        ),
      );
    }

    /** A node with this connection; the editor fills in what is left out. */
    function nodeOf(type: string, properties: object = {}, id = 'node'): FlowNode {
      return akmNode(id, type, { connection: 'machine', ...properties });
    }

    const panel = (): Locator => suite.editor.page.locator('.akm-picker');
    const options = (): Locator => panel().getByRole('option');
    const search = (): Locator => panel().getByRole('combobox');

    /** Presses the button beside a field, and waits until there is something to pick. */
    async function browse(property: string): Promise<void> {
      await suite.editor.page.locator(`#akm-pick-${property}`).click();
      await panel().locator('[role=option]').first().waitFor();
      await suite.editor.page.waitForFunction('$(":animated").length === 0'); // while it slides open a click can be lost
      assert.deepEqual(await suite.editor.missingTexts(), []);
    }

    async function picked(): Promise<void> {
      await panel().waitFor({ state: 'detached' });
    }

    /** Saves the form, deploys, and gives the node as it is in the flow then. */
    async function saved(node = 'node'): Promise<FlowNode> {
      await suite.editor.done();
      await suite.editor.triangle(node).waitFor({ state: 'hidden' });
      await suite.editor.deploy();
      const found = ((await suite.nodeRed.json('flows')) as FlowNode[]).find(({ id }) => id === node);
      assert.ok(found);
      return found;
    }

    describe('on one tab', () => {
      suite.openForAll(() =>
        deploy(
          nodeOf(
            'akm-provision',
            { action: 'provision-endpoint', target: 'payload', targetType: 'msg' },
            'listed',
          ),
          nodeOf(
            'akm-provision',
            { action: 'delete-endpoint', target: 'payload', targetType: 'msg' },
            'deleted',
          ),
          nodeOf(
            'akm-provision',
            { action: 'create-operational-atr', target: 'payload', targetType: 'msg' },
            'created',
          ),
          nodeOf('akm-endpoint-details', { target: 'payload', targetType: 'msg' }, 'hostile'),
          nodeOf('akm-receive', { atrId: '', appValue: '', format: 'auto' }, 'typed'),
          nodeOf('akm-endpoint-details', { target: 'payload', targetType: 'msg' }, 'closed'),
          ...Object.entries(FIELDS).map(([type, fields]) => nodeOf(type, fields, type)),
        ),
      );

      it('finds an endpoint in a long list, by keyboard alone', async () => {
        await suite.editor.openForm('listed');
        await browse('target');
        assert.equal(await options().count(), 32);
        await search().pressSequentially('0002');
        await panel().getByRole('status').filter({ hasText: '2 of 32' }).waitFor();
        await search().press('ArrowDown');
        await panel().locator('.akm-active', { hasText: '0020' }).waitFor();
        await search().press('Enter');
        await picked();
        const { target, targetType } = await saved('listed');
        assert.deepEqual([target, targetType], [`0xE0${'0'.repeat(28)}20`, 'str']);
        await suite.editor.node('listed').getByText('0xE000…0020').waitFor();
      });

      it('picks an endpoint by its name, and an ATR where one is deleted', async () => {
        await suite.editor.openForm('deleted');
        await browse('target');
        await options().filter({ hasText: 'pump-7' }).click();
        await picked();
        assert.equal((await saved('deleted'))['target'], 'pump-7');
        await suite.editor.node('deleted').getByText('pump-7').waitFor();
        await suite.editor.openForm('deleted');
        await suite.editor.page.locator('#node-input-action').selectOption('delete-atr');
        await browse('target');
        assert.equal(await options().count(), 12);
        await options().filter({ hasText: 'Operational' }).first().click();
        await picked();
        assert.match(String((await saved('deleted'))['target']), /^0xA/);
      });

      it('ticks several endpoints for a new ATR, and shows them ticked again', async () => {
        await suite.editor.openForm('created');
        await browse('target');
        await search().press('Enter');
        await options().filter({ hasText: 'pump-7' }).click();
        await search().press('ArrowDown');
        await search().press('Enter');
        await search().press('Enter');
        await panel().getByRole('button', { name: '(2)' }).click();
        await picked();
        const { target, targetType } = await saved('created');
        const first = `0xE0${'0'.repeat(29)}1`;
        assert.deepEqual([JSON.parse(String(target)), targetType], [[first, 'pump-7'], 'json']);
        await suite.editor.node('created').getByText('2 endpoints').waitFor();
        await suite.editor.openForm('created');
        await browse('target');
        assert.equal(await panel().getByRole('option', { selected: true }).count(), 2);
        await suite.editor.page.keyboard.press('Escape');
        await picked();
        await suite.editor.done();
      });

      for (const type of Object.keys(FIELDS)) {
        it(`picks an ATR ID for ${type}, by its name where it has one`, async () => {
          await suite.editor.openForm(type);
          await browse('atrId');
          await options().filter({ hasText: 'ATR 1' }).first().click();
          await picked();
          assert.equal(await suite.editor.page.locator('#node-input-atrId').inputValue(), '1');
          await browse('atrId');
          await panel().locator('.akm-active[aria-selected=true]', { hasText: 'ATR 1' }).waitFor();
          await options().filter({ hasText: 'line-3' }).click();
          await picked();
          const { atrId, atrIdType } = await saved(type);
          assert.deepEqual([atrId, atrIdType], ['line-3', type === 'akm-receive' ? undefined : 'num']);
          await suite.editor.node(type).getByText('line-3').waitFor();
        });
      }

      it('shows names that look like HTML as the text they are', async () => {
        await suite.editor.openForm('hostile');
        await browse('target');
        await options().filter({ hasText: HOSTILE }).click();
        await picked();
        assert.equal((await saved('hostile'))['target'], HOSTILE);
        await suite.editor.node('hostile').getByText(HOSTILE).waitFor();
        await suite.editor.openForm('hostile');
        await suite.editor.type(suite.editor.page.getByRole('textbox', { name: 'Target' }), '<im');
        await suite.editor.page.locator('.red-ui-autoComplete-container').getByText(HOSTILE).waitFor();
        await suite.editor.page.keyboard.press('Tab');
        assert.equal(await suite.editor.page.locator('#node-input-target').inputValue(), HOSTILE);
        await suite.editor.done();
      });

      it('takes a name that is typed, and refuses one that nobody has', async () => {
        const { page } = suite.editor;
        await suite.editor.openForm('typed');
        const refused = page.locator('#node-input-appValue.input-error');
        await suite.editor.type(page.locator('#node-input-appValue'), 'pump');
        await refused.waitFor();
        await page.locator('.red-ui-autoComplete-container').getByText('pump-7').waitFor();
        await page.keyboard.press('Enter');
        await refused.waitFor({ state: 'detached' });
        assert.equal((await saved('typed'))['appValue'], 'pump-7');
      });

      it('goes away with its form', async () => {
        await suite.editor.openForm('closed');
        await browse('target');
        await suite.editor.page.evaluate(`RED.tray.close()`); // as a click would not: that closes the panel first
        await suite.editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
        await picked();
      });
    });

    it('picks the App Value of what has a name or is registered in the ATR', async () => {
      const registered = { atrIdType: 'num', appValueType: 'num', auto: true };
      await open(
        nodeOf('akm-send', {
          atrId: '1',
          atrIdType: 'num',
          appValue: 'appValue',
          appValueType: 'msg',
          offline: 'error',
        }),
        { ...nodeOf('akm-register', { atrId: '1', appValue: '100', ...registered }), id: 'there' },
        { ...nodeOf('akm-register', { atrId: '3', appValue: '101', ...registered }), id: 'elsewhere' },
        { ...connectionNode('other', suite.ports), name: 'Pump 7', names: [] },
        akmNode('beside', 'akm-register', {
          connection: 'other',
          atrId: '1',
          appValue: '102',
          ...registered,
        }),
      );
      await suite.editor.openForm('node');
      await browse('appValue');
      assert.deepEqual(await panel().locator('.akm-picker-name').allInnerTexts(), [
        'pump-7',
        HOSTILE,
        'App 102',
        'App 100',
      ]);
      assert.deepEqual((await panel().locator('.akm-picker-details').allInnerTexts()).slice(2), [
        'ATR 1 · has a register node · connection Pump 7',
        'ATR 1 · has a register node · your own',
      ]);
      await options().filter({ hasText: 'App 100' }).click();
      await picked();
      await browse('appValue');
      await options().filter({ hasText: 'pump-7' }).click();
      await picked();
      const { appValue, appValueType } = await saved();
      assert.deepEqual([appValue, appValueType], ['pump-7', 'num']);
    });

    it('says in words that a peer is not there, and asks again when it is', async () => {
      const dead = await freePorts();
      await open(
        { ...connectionNode('other', dead), names: [] },
        nodeOf('akm-endpoint-details', { connection: 'other' }),
      );
      suite.editor.expect(/akm-connection\/other\/lists/);
      await suite.editor.openForm('node');
      await suite.editor.page.locator('#akm-pick-target').click();
      await panel().getByText('ECONNREFUSED').waitFor();
      const words = await panel().getByRole('status').innerText();
      assert.match(words, /^\s*No connection could be made/);
      const from = suite.nodeRed.comms.now;
      const simulator = await startSimulatorCommand(dead);
      try {
        await suite.nodeRed.comms.status('node', 'a connection', ({ fill }) => fill === 'green', from);
        await panel().getByRole('button').click();
        await options().first().waitFor();
        await panel().getByText('ECONNREFUSED').waitFor({ state: 'detached' });
        await search().press('Escape');
        await picked();
        await suite.editor.done();
      } finally {
        await simulator.stop();
      }
    });

    it('asks with the settings of the form where the connection was never deployed', async () => {
      await open(nodeOf('akm-endpoint-details', { connection: '' }));
      const { page } = suite.editor;
      await suite.editor.openForm('node');
      await page.locator('#akm-pick-target').click();
      await panel().getByRole('status').filter({ hasText: 'Choose a connection first' }).waitFor();
      await search().press('Escape');
      await picked();
      await page.locator('#akm-pick-target:focus').waitFor();
      await page.locator('#node-input-connection').selectOption('_ADD_');
      await page.locator('#node-input-btn-connection-add').click();
      await suite.editor.type(page.locator('#node-config-input-ammPort'), String(suite.ports.ammPort));
      await page.locator('#node-config-dialog-ok').click();
      await page.locator('#node-config-input-ammPort').waitFor({ state: 'detached' });
      await browse('target');
      assert.equal(await options().count(), 32);
      await options().first().click();
      await picked();
      await suite.editor.done();
    });
  });
}
