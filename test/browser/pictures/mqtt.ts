import { join } from 'node:path';
import { freePorts, idOf, Mosquitto, nodeRedVersions, RealNodeRed } from '../../support/real-node-red';
import { exampleAt } from '../../wired/mqtt/scene';
import { Editor, startBrowser } from '../editor';

/** Large enough for all of the flow, with the debug sidebar beside it. */
const VIEWPORT = { width: 1540, height: 1300 };

/** The MQTT example at work. */
export async function mqtt(folder: string): Promise<void> {
  const [version] = nodeRedVersions;
  if (!version) throw new Error('there is no Node-RED to take pictures of');
  const broker = await Mosquitto.start();
  const nodeRed = await RealNodeRed.start(version);
  try {
    await take(nodeRed, broker, folder);
  } finally {
    await nodeRed.stop();
    await broker.stop();
  }
}

async function take(nodeRed: RealNodeRed, broker: Mosquitto, folder: string): Promise<void> {
  const flow = exampleAt(await freePorts(), broker.port);
  await nodeRed.deploy(flow);
  const register = flow.filter(({ type }) => type === 'akm-register');
  for (const { id } of register)
    await nodeRed.comms.status(id, 'registered', ({ text }) => text?.includes('registered') === true);

  const browser = await startBrowser();
  const editor = await Editor.open(browser, nodeRed.url);
  const { page } = editor;
  await page.setViewportSize(VIEWPORT);
  await page.evaluate(`RED.actions.invoke('core:toggle-palette')`);
  await editor.showDebugSidebar();
  const from = nodeRed.comms.now;
  for (const button of ['pump-7 measures', 'a client sets the speed']) await editor.press(button);
  await nodeRed.comms.shown(idOf(flow, 'pump-7 received', 'debug'), from);
  await editor.debugMessage('pump-7 received').waitFor();
  for (const note of await page.locator('.red-ui-notification').all())
    await note.waitFor({ state: 'detached' });
  await page.screenshot({ path: join(folder, 'mqtt.png') });
  await browser.close();
}
