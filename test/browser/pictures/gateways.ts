import { join } from 'node:path';
import { type Browser, type Page } from 'playwright-core';
import { parseExample, readExample } from '../../support/example-files';
import {
  type FlowNode,
  freePorts,
  idOf,
  Mosquitto,
  nodeRedVersions,
  RealNodeRed,
} from '../../support/real-node-red';
import { Editor, startBrowser } from '../editor';
import { scaleOutDiagram } from './scale-out-diagram';

const FILES = ['1 - Gateway', '2 - Control room'] as const;
/** Large enough for all of each flow. */
const VIEWPORTS = { gateway: { width: 1270, height: 1130 }, control: { width: 800, height: 850 } };

/** Whether the workspace has taken the place of the palette and the sidebar, which takes the editor a moment. */
const WIDE = `(() => {
  const { left, right } = document.getElementById('red-ui-workspace').getBoundingClientRect();
  return left < 10 && right > window.innerWidth - 10;
})()`;

/** The way of a job as a diagram, and the two flows at work in one Node-RED. */
export async function gateways(folder: string): Promise<void> {
  const [version] = nodeRedVersions;
  if (!version) throw new Error('there is no Node-RED to take pictures of');
  const browser = await startBrowser();
  const broker = await Mosquitto.start();
  const nodeRed = await RealNodeRed.start(version);
  try {
    await drawDiagram(browser, folder);
    await take(browser, nodeRed, broker, folder);
  } finally {
    await nodeRed.stop();
    await broker.stop();
    await browser.close();
  }
}

async function drawDiagram(browser: Browser, folder: string): Promise<void> {
  const page = await browser.newPage({ deviceScaleFactor: 2 });
  await page.setContent(scaleOutDiagram());
  await page.locator('svg').screenshot({ path: join(folder, 'scale-out.png') });
  await page.close();
}

async function take(
  browser: Browser,
  nodeRed: RealNodeRed,
  broker: Mosquitto,
  folder: string,
): Promise<void> {
  const { ammPort, appPort } = await freePorts();
  const settings = { BROKER_PORT: broker.port, AMM_PORT: ammPort, APP_PORT: appPort };
  const [gateway = [], control = []] = FILES.map((file) => withSettings(file, settings));
  const flow = [...gateway, ...control];
  await nodeRed.deploy(flow);
  await nodeRed.comms.status(idOf(flow, 'who is there?'), 'gateway-1', ({ text }) => text === 'gateway-1');
  await nodeRed.inject(idOf(flow, 'a hundred jobs'));
  await nodeRed.comms.status(idOf(flow, 'result'), 'a hundred results', ({ text }) => text === '100');
  await nodeRed.comms.status(idOf(flow, 'still there?'), 'a look', ({ text }) => text === '0 open, 0 again');

  const editor = await Editor.open(browser, nodeRed.url);
  const { page } = editor;
  for (const part of ['palette', 'sidebar']) await page.evaluate(`RED.actions.invoke('core:toggle-${part}')`);
  await page.waitForFunction(WIDE);
  await shoot(page, gateway, VIEWPORTS.gateway, join(folder, 'gateway.png'));
  await shoot(page, control, VIEWPORTS.control, join(folder, 'control-room.png'));
}

async function shoot(
  page: Page,
  [tab]: readonly FlowNode[],
  viewport: { width: number; height: number },
  path: string,
): Promise<void> {
  await page.setViewportSize(viewport);
  await page.evaluate(`RED.workspaces.show(${JSON.stringify(tab?.id)})`);
  for (const note of await page.locator('.red-ui-notification').all())
    await note.waitFor({ state: 'detached' });
  await page.screenshot({ path });
}

/** An example with settings as they are made in the editor, under Environment. */
function withSettings(file: string, settings: Readonly<Record<string, number>>): FlowNode[] {
  const set = (env: { name: string }): object =>
    env.name in settings ? { name: env.name, type: 'num', value: String(settings[env.name]) } : env;
  return parseExample(readExample(`Gateways/${file}.json`)).map((node) =>
    node.type === 'global-config' ? { ...node, env: (node['env'] as { name: string }[]).map(set) } : node,
  );
}
