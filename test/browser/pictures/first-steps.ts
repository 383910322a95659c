import { join } from 'node:path';
import { exampleNames, importExample, nodeRedVersions, RealNodeRed } from '../../support/real-node-red';
import { Editor, startBrowser } from '../editor';

/** Large enough for all of the flow beside the palette and the debug sidebar, at its natural size. */
const VIEWPORT = { width: 1400, height: 920 };

/** The debug node of the first example that a message reaches last. */
const LAST = 'control-room got the reply';

/** The first example at work, and the form of a connection that was tested. */
export async function firstSteps(folder: string): Promise<void> {
  const [version] = nodeRedVersions;
  if (!version) throw new Error('there is no Node-RED to take pictures of');
  const nodeRed = await RealNodeRed.start(version);
  try {
    await take(nodeRed, folder);
  } finally {
    await nodeRed.stop();
  }
}

async function take(nodeRed: RealNodeRed, folder: string): Promise<void> {
  const [name = ''] = exampleNames;
  const flow = await importExample(nodeRed, name);
  await nodeRed.deploy(flow);
  // what the example does by itself comes before the editor is opened
  const last = flow.find((node) => node['name'] === LAST);
  if (!last) throw new Error(`the example has no node "${LAST}"`);
  await nodeRed.comms.shown(last.id);

  const browser = await startBrowser();
  const editor = await Editor.open(browser, nodeRed.url);
  const { page } = editor;
  await page.setViewportSize(VIEWPORT);
  await editor.type(page.locator('#red-ui-palette-search input'), 'akm');
  await editor.showDebugSidebar();
  for (const button of ['list the endpoints', 'list the ATRs', 'say hello']) await editor.press(button);
  await editor.debugMessage(LAST).waitFor();
  for (const note of await page.locator('.red-ui-notification').all())
    await note.waitFor({ state: 'detached' });
  await page.screenshot({ path: join(folder, 'first-steps.png') });

  await editor.openForm(await editor.idOf('akm-list-endpoints'));
  await editor.openConnectionForm();
  await page.locator('#akm-test').click();
  await page.locator('#akm-test-result .akm-fine').nth(1).waitFor();
  await page.screenshot({ path: join(folder, 'test-connection.png') });
  await browser.close();
}
