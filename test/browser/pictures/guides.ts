import { docBlock } from '../../support/doc-blocks';
import type { FlowNode } from '../../support/real-node-red';
import type { Editor } from '../editor';
import { Studio } from './studio';

/** Large enough for the flows of the guides beside the palette and the debug sidebar. */
const SIZE = { width: 1180, height: 720 };

/** The pictures of the guides: the palette, the flow of the first steps at work, an error of its send node, and a list to pick from. */
export async function guides(folder: string): Promise<void> {
  await Studio.open(folder, async (studio) => {
    const editor = await studio.openPalette(SIZE);
    await takePalette(studio, editor);
    await takeFirstFlow(studio, editor);
    await takePicker(studio, editor);
    await takeCatch(studio, editor);
  });
}

async function takePalette(studio: Studio, { page }: Editor): Promise<void> {
  await page.locator('#red-ui-palette-container-AKM').screenshot({ path: studio.pathOf('palette.png') });
}

/** Imports the flow of docs/first-steps.md as a person does, deploys it and presses its buttons. */
async function takeFirstFlow(studio: Studio, editor: Editor): Promise<void> {
  const { page } = editor;
  await editor.importText(docBlock('docs/first-steps.md', 'first-flow'));
  await editor.deploy();
  await editor.showDebugSidebar();
  await page.getByText('registered', { exact: true }).first().waitFor();
  await editor.press('ask');
  await page.getByText('4 endpoints').waitFor();
  await editor.press('say hello');
  await page.getByText('1 received').waitFor();
  await rest(editor);
  await studio.shoot(editor, 'first-flow.png');
}

async function takePicker(studio: Studio, editor: Editor): Promise<void> {
  const { page } = editor;
  await editor.openForm(await editor.idOf('akm-send'));
  await page.locator('#akm-pick-atrId').click();
  await page.locator('.akm-picker [role=option]').first().waitFor();
  await page.waitForFunction('$(":animated").length === 0');
  await studio.shoot(editor, 'picker.png');
  await page.keyboard.press('Escape');
  await editor.done();
}

/** Has the send node fail, as docs/first-steps.md says. */
async function takeCatch(studio: Studio, editor: Editor): Promise<void> {
  const { page } = editor;
  const { nodeRed } = studio;
  const flows = (await nodeRed.json('flows')) as FlowNode[];
  await nodeRed.deploy(flows.map((node) => (node.type === 'akm-send' ? { ...node, atrId: '9' } : node)));
  await page.reload();
  await page.locator('.red-ui-flow-node-group').first().waitFor();
  await editor.showDebugSidebar();
  await page.getByText('not registered').first().waitFor();
  await editor.press('say hello');
  await editor.debugMessage('AKM_NOT_REGISTERED').locator('.red-ui-debug-msg-object-handle').first().click();
  await rest(editor);
  await studio.shoot(editor, 'catch.png');
}

/**
 * Takes back what is selected, and how far an import has scrolled the workspace, and the mouse to where it is over nothing: off the message that
 * was unfolded, and off every node.
 */
async function rest({ page }: Editor): Promise<void> {
  await page.evaluate(`document.getElementById('red-ui-workspace-chart').scrollTo(0, 0)`);
  await page.evaluate(`RED.view.select({ nodes: [] })`);
  await page.mouse.move(SIZE.width / 2, SIZE.height - 60);
}
