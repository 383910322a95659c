import { DeployedExample, exampleNames } from '../../support/real-node-red';
import { Studio } from './studio';

/** Large enough for all of the flow beside the palette and the debug sidebar, at its natural size. */
const SIZE = { width: 1400, height: 920 };

/** The debug node of the first example that a message reaches last. */
const LAST = 'control-room got the reply';

/** The first example at work, and the form of a connection that was tested. */
export async function firstSteps(folder: string): Promise<void> {
  await Studio.open(folder, take);
}

async function take(studio: Studio): Promise<void> {
  const [name = ''] = exampleNames;
  const example = await DeployedExample.deploy(studio.nodeRed, name);
  await example.shown(LAST); // what the example does by itself comes before the editor is opened

  const editor = await studio.openPalette(SIZE);
  await editor.showDebugSidebar();
  for (const button of ['list the endpoints', 'list the ATRs', 'say hello']) await editor.press(button);
  await editor.debugMessage(LAST).waitFor();
  await studio.shoot(editor, 'first-steps.png');

  const { page } = editor;
  await editor.openForm(await editor.idOf('akm-list-endpoints'));
  await editor.openConnectionForm();
  await page.locator('#akm-test').click();
  await page.locator('#akm-test-result .akm-fine').nth(1).waitFor();
  await studio.shoot(editor, 'test-connection.png');
}
