import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { docBlock } from '../../support/doc-blocks';
import { Child, DeployedExample, nodeRedVersions, RealNodeRed } from '../../support/real-node-red';
import { Editor, startBrowser } from '../editor';

/** Large enough for all of a flow beside the debug sidebar, at its natural size. */
const VIEWPORT = { width: 1400, height: 1300 };

/** The example with a Modbus device, at work. */
export async function modbus(folder: string): Promise<void> {
  await withNodeRed('modbus', async (nodeRed) => {
    const example = await DeployedExample.deploy(nodeRed, 'Modbus/1 - Modbus to AKM');
    await example.shown('reading');
    await take(nodeRed, join(folder, 'modbus.png'), async (editor) => {
      await editor.press('set point 60 %');
      await editor.debugMessage('answer').first().waitFor();
      await editor.press('start the pump');
      await example.shown<{ level: number }>('reading', ({ level }) => level > 42);
      await editor.press('set point 500 %');
      await editor.debugMessage('tank: not done').first().waitFor();
    });
  });
}

/** The example with an OPC UA server, the one of the guide, at work. */
export async function opcua(folder: string): Promise<void> {
  let machine: Child | undefined;
  const prepare = async (userDir: string): Promise<void> => {
    await writeFile(join(userDir, 'machine.js'), docBlock('docs/opc-ua.md', 'machine'));
    machine = new Child(process.execPath, ['machine.js'], { cwd: userDir });
    await machine.printed(/The machine is at/);
  };
  await withNodeRed(
    'opcua',
    async (nodeRed) => {
      const example = await DeployedExample.deploy(nodeRed, 'OPC UA/1 - OPC UA to AKM');
      await example.shown('value');
      await take(nodeRed, join(folder, 'opc-ua.png'), async (editor) => {
        await editor.press('start the machine');
        await editor.debugMessage('answer').first().waitFor();
        await example.shown<{ name: string; value: number }>(
          'value',
          ({ name, value }) => name === 'temperature' && value > 22,
        );
        await editor.press('set point 500 °C');
        await editor.debugMessage('machine: not done').first().waitFor();
      });
    },
    prepare,
  );
  await machine?.stop();
}

async function withNodeRed(
  packages: string,
  use: (nodeRed: RealNodeRed) => Promise<void>,
  prepare: (userDir: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const [version] = nodeRedVersions;
  if (!version) throw new Error('there is no Node-RED to take pictures of');
  const nodeRed = await RealNodeRed.start(version, { packages, prepare });
  try {
    await use(nodeRed);
  } finally {
    await nodeRed.stop();
  }
}

/** Takes a picture of the workspace and the debug sidebar, once something has been done in the editor. */
async function take(
  nodeRed: RealNodeRed,
  path: string,
  act: (editor: Editor) => Promise<void>,
): Promise<void> {
  const browser = await startBrowser();
  const editor = await Editor.open(browser, nodeRed.url);
  const { page } = editor;
  await page.setViewportSize(VIEWPORT);
  await page.evaluate(`RED.actions.invoke('core:toggle-palette')`);
  await editor.showDebugSidebar();
  await act(editor);
  for (const note of await page.locator('.red-ui-notification').all())
    await note.waitFor({ state: 'detached' });
  await page.screenshot({ path });
  await browser.close();
}
