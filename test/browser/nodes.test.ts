import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import {
  akmNode,
  connectionNode,
  type FlowNode,
  nodeRedVersions,
  onTab,
  paletteTypes,
  type Ports,
  simulatorNode,
} from '../support/real-node-red';
import type { Editor } from './editor';
import { useEditor } from './use-editor';

/** A field of a form, a value that it refuses, and one that it takes. */
interface Field {
  readonly property: string;
  readonly wrong: string;
  readonly right: (ports: Ports) => string;
}

/** A node that is missing here has nothing to type in but its name: only its connection can be wrong. */
const fields: Readonly<Record<string, Field>> = {
  'akm-list-endpoints': { property: 'filter', wrong: '4294967296', right: () => '0x0' },
  'akm-list-atrs': { property: 'filter', wrong: '-1', right: () => '0' },
  'akm-watch': { property: 'interval', wrong: '-1', right: () => '0x1E' },
  'akm-provision': { property: 'target', wrong: '', right: () => 'payload' },
  'akm-endpoint-details': { property: 'target', wrong: '', right: () => 'payload' },
  'akm-request': { property: 'code', wrong: '0x100000000', right: () => '0x01' },
  'akm-register': { property: 'appValue', wrong: '65536', right: () => '0xFF' },
  'akm-send': { property: 'atrId', wrong: '', right: () => 'atrId' },
  'akm-receive': { property: 'atrId', wrong: 'one', right: () => '1' },
  'akm-simulator': { property: 'ammPort', wrong: '70000', right: ({ ammPort }) => String(ammPort) },
};

/** What a node shows that runs beside a connection and nothing else, other than that it is connected. */
const alone: Readonly<Record<string, string>> = {
  'akm-send': 'not registered',
  'akm-receive': 'not registered',
  'akm-events': 'not in use',
};

/** Where a property is typed in: a plain field, or the visible part of a typed input. */
function inputOf(editor: Editor, property: string): Locator {
  const row = editor.page.locator('.form-row', { has: editor.page.locator(`#node-input-${property}`) });
  return row.locator(`.red-ui-typedInput-input:visible, #node-input-${property}:visible`);
}

/** The mark of a refused value in the open form. */
function refusal(editor: Editor, property: string): Locator {
  const row = editor.page.locator('.form-row', { has: editor.page.locator(`#node-input-${property}`) });
  return row.locator('.input-error:visible');
}

for (const version of nodeRedVersions) {
  describe(`${version.title}: the nodes in the editor`, () => {
    const suite = useEditor(version);

    /** Opens the editor on a tab with these nodes. */
    async function open(...nodes: FlowNode[]): Promise<void> {
      await suite.nodeRed.deploy(onTab(...nodes));
      await suite.open();
    }

    async function connected(id: string): Promise<void> {
      await suite.editor.node(id).locator('.red-ui-flow-node-status-dot-green').waitFor();
    }

    async function running(id: string, type: string): Promise<void> {
      const shown = alone[type];
      if (shown === undefined) return connected(id);
      const label = suite.editor.node(id).locator('.red-ui-flow-node-status-label');
      await label.filter({ hasText: shown }).waitFor();
    }

    it('are in the palette, each with a label', async () => {
      await open();
      for (const type of paletteTypes) {
        assert.notEqual(
          await suite.editor.paletteNode(type).locator('.red-ui-palette-label').innerText(),
          '',
          type,
        );
      }
    });

    it('akm-connection refuses a port that cannot be, takes one that can, and connects', async () => {
      await open(simulatorNode(suite.ports));
      const { page } = suite.editor;
      const id = await suite.editor.dragFromPalette('akm-list-endpoints', 120);
      await suite.editor.openForm(id);
      await page.locator('#node-input-btn-connection-add').click();
      const ammPort = page.locator('#node-config-input-ammPort');
      const refused = page.locator('#node-config-input-ammPort.input-error');
      await suite.editor.type(ammPort, '65536');
      await refused.waitFor();
      assert.deepEqual(await suite.editor.missingTexts(), []);
      await suite.editor.type(ammPort, String(suite.ports.ammPort));
      await refused.waitFor({ state: 'detached' });
      await suite.editor.type(page.locator('#node-config-input-appPort'), String(suite.ports.appPort));
      await page.locator('#node-config-dialog-ok').click();
      await ammPort.waitFor({ state: 'detached' });
      await suite.editor.done();
      await suite.editor.triangle(id).waitFor({ state: 'hidden' });
      await suite.editor.deploy();
      await connected(id);
    });

    it('akm-events keeps what was ticked and chosen, and looks on', async () => {
      await open(
        simulatorNode(suite.ports),
        connectionNode('machine', suite.ports),
        akmNode('list', 'akm-list-endpoints', { connection: 'machine' }),
      );
      const { page } = suite.editor;
      const id = await suite.editor.dragFromPalette('akm-events', 300);
      await suite.editor.openForm(id);
      await page.locator('#node-input-connection').selectOption('machine');
      await page.locator('#node-input-services').selectOption('amm');
      await page.locator('#node-input-onRegistration').uncheck();
      await page.locator('#node-input-format').selectOption('prometheus');
      await suite.editor.done();
      await suite.editor.deploy();
      await connected(id);
      const flows = (await suite.nodeRed.json('flows')) as FlowNode[];
      const saved = flows.find((node) => node.id === id);
      const kept = ['services', 'onConnection', 'onRegistration', 'onError', 'format'].map(
        (key) => saved?.[key],
      );
      assert.deepEqual(kept, ['amm', true, false, true, 'prometheus']);
      assert.deepEqual(saved?.['wires'], [[], []], 'an output for events, and one for counters');
    });

    it('akm-register begins with an App Value that no other has', async () => {
      const literal = { atrId: '1', atrIdType: 'num', appValue: '100', appValueType: 'num', auto: false };
      await open(
        simulatorNode(suite.ports),
        connectionNode('machine', suite.ports),
        akmNode('there', 'akm-register', { connection: 'machine', name: 'there', ...literal }),
      );
      const chart = suite.editor.page.locator('#red-ui-workspace-chart');
      await suite.editor.paletteNode('akm-register').dragTo(chart, { targetPosition: { x: 200, y: 300 } });
      await suite.editor.openForm(await suite.editor.idOf('akm-register', ''));
      assert.equal(await suite.editor.page.locator('#node-input-appValue').inputValue(), '101');
      await suite.editor.done();
    });

    it('akm-connection refuses a layout that cannot be read, and keeps one that can', async () => {
      await open(simulatorNode(suite.ports), connectionNode('machine', suite.ports));
      const { page } = suite.editor;
      const id = await suite.editor.dragFromPalette('akm-provision', 120);
      await suite.editor.openForm(id);
      await page.locator('#node-input-connection').selectOption('machine');
      await suite.editor.openConnectionForm();
      await suite.editor.connectionTab('layouts').click();
      const layout = page.locator('#akm-layout-text');
      const refused = page.locator('#akm-layout-text.input-error');
      await page.locator('#akm-layout-message').selectOption('PROVISION_ENDPOINT_REQUEST');
      await suite.editor.type(layout, 'id:id129');
      await refused.waitFor();
      assert.deepEqual(await suite.editor.missingTexts(), []);
      await suite.editor.type(layout, 'id:id128 role:u16');
      await refused.waitFor({ state: 'detached' });
      await page.locator('#node-config-dialog-ok').click();
      await layout.waitFor({ state: 'detached' });
      await suite.editor.done();
      await suite.editor.deploy();
      await connected(id);
      const flows = (await suite.nodeRed.json('flows')) as FlowNode[];
      const machine = flows.find((node) => node.id === 'machine');
      assert.deepEqual(machine?.['layouts'], { PROVISION_ENDPOINT_REQUEST: 'id:id128 role:u16' });
    });

    /** What each type of node goes through, dragged into a tab with nothing but what it needs. */
    async function proves(type: string, needsConnection: boolean): Promise<void> {
      const field = fields[type];
      const { page } = suite.editor;
      const connection = page.locator('#node-input-connection');
      const id = await suite.editor.dragFromPalette(type, 120);

      await suite.editor.openForm(id);
      if (needsConnection) await connection.selectOption(field ? 'machine' : '_ADD_');
      if (field) await suite.editor.type(inputOf(suite.editor, field.property), field.wrong);
      await refusal(suite.editor, field?.property ?? 'connection').waitFor();
      assert.deepEqual(await suite.editor.missingTexts(), []);
      await suite.editor.done();
      await suite.editor.triangle(id).waitFor();

      await suite.editor.openForm(id);
      if (needsConnection) await connection.selectOption('machine');
      if (field) await suite.editor.type(inputOf(suite.editor, field.property), field.right(suite.ports));
      await refusal(suite.editor, field?.property ?? 'connection').waitFor({ state: 'detached' });
      if (!needsConnection)
        await suite.editor.type(inputOf(suite.editor, 'appPort'), String(suite.ports.appPort));
      await suite.editor.done();
      await suite.editor.triangle(id).waitFor({ state: 'hidden' });

      await suite.editor.deploy();
      await running(id, type);
      await suite.editor.delete(id);
    }

    it('akm-simulator refuses a value that cannot be, takes one that can, and runs', async () => {
      await open();
      await proves('akm-simulator', false);
    });

    describe('each in its turn', () => {
      suite.openForAll(() =>
        suite.nodeRed.deploy(onTab(simulatorNode(suite.ports), connectionNode('machine', suite.ports))),
      );

      for (const type of paletteTypes.filter((each) => each !== 'akm-simulator')) {
        it(`${type} refuses a value that cannot be, takes one that can, and runs`, () => proves(type, true));
      }
    });
  });
}
