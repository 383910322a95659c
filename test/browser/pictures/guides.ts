import { join } from 'node:path';
import { docBlock } from '../../support/doc-blocks';
import { type FlowNode, nodeRedVersions, RealNodeRed } from '../../support/real-node-red';
import { Editor, startBrowser } from '../editor';

/** Large enough for the flows of the guides beside the palette and the debug sidebar. */
const VIEWPORT = { width: 1180, height: 720 };

/** The pictures of the guides: the palette, the flow of the first steps at work, an error of its send node, and a list to pick from. */
export async function guides(folder: string): Promise<void> {
  const [version] = nodeRedVersions;
  if (!version) throw new Error('there is no Node-RED to take pictures of');
  const nodeRed = await RealNodeRed.start(version);
  const browser = await startBrowser();
  try {
    const editor = await Editor.open(browser, nodeRed.url);
    await editor.page.setViewportSize(VIEWPORT);
    await editor.type(editor.page.locator('#red-ui-palette-search input'), 'akm');
    await takePalette(editor, folder);
    await takeFirstFlow(editor, folder);
    await takePicker(editor, folder);
    await takeCatch(editor, nodeRed, folder);
  } finally {
    await browser.close();
    await nodeRed.stop();
  }
}

async function takePalette({ page }: Editor, folder: string): Promise<void> {
  await page.locator('#red-ui-palette-container-AKM').screenshot({ path: join(folder, 'palette.png') });
}

/** Imports the flow of docs/first-steps.md as a person does, deploys it and presses its buttons. */
async function takeFirstFlow(editor: Editor, folder: string): Promise<void> {
  const { page } = editor;
  await editor.importText(docBlock('docs/first-steps.md', 'first-flow'));
  await editor.deploy();
  await editor.showDebugSidebar();
  await page.getByText('registered', { exact: true }).first().waitFor();
  await editor.press('ask');
  await page.getByText('4 endpoints').waitFor();
  await editor.press('say hello');
  await page.getByText('1 received').waitFor();
  await calm(editor);
  await page.screenshot({ path: join(folder, 'first-flow.png') });
}

async function takePicker(editor: Editor, folder: string): Promise<void> {
  const { page } = editor;
  await editor.openForm(await editor.idOf('akm-send'));
  await page.locator('#akm-pick-atrId').click();
  await page.locator('.akm-picker [role=option]').first().waitFor();
  await page.waitForFunction('$(":animated").length === 0');
  await page.screenshot({ path: join(folder, 'picker.png') });
  await page.keyboard.press('Escape');
  await editor.done();
}

/** Has the send node fail, as docs/first-steps.md says. */
async function takeCatch(editor: Editor, nodeRed: RealNodeRed, folder: string): Promise<void> {
  const { page } = editor;
  const flows = (await nodeRed.json('flows')) as FlowNode[];
  await nodeRed.deploy(flows.map((node) => (node.type === 'akm-send' ? { ...node, atrId: '9' } : node)));
  await page.reload();
  await page.locator('.red-ui-flow-node-group').first().waitFor();
  await editor.showDebugSidebar();
  await page.getByText('not registered').first().waitFor();
  await editor.press('say hello');
  await editor.debugMessage('AKM_NOT_REGISTERED').locator('.red-ui-debug-msg-object-handle').first().click();
  await calm(editor);
  await page.screenshot({ path: join(folder, 'catch.png') });
}

/** Waits until nothing lies over the workspace any more, and takes back what is selected. */
async function calm({ page }: Editor): Promise<void> {
  for (const note of await page.locator('.red-ui-notification').all())
    await note.waitFor({ state: 'detached' });
  await page.evaluate(`RED.view.select({ nodes: [] })`);
  await page.mouse.move(VIEWPORT.width / 2, VIEWPORT.height - 60); // off the message that was unfolded, and off every node
}
