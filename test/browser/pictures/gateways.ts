import type { Browser } from 'playwright-core';
import { parseExample, readExample } from '../../support/example-files';
import { type FlowNode, freePorts, idOf, Mosquitto } from '../../support/real-node-red';
import { scaleOutDiagram } from './scale-out-diagram';
import { Studio } from './studio';

const FILES = ['1 - Gateway', '2 - Control room'] as const;
/** Large enough for all of each flow. */
const SIZES = { gateway: { width: 1270, height: 1130 }, control: { width: 800, height: 850 } };

/** Whether the workspace has taken the place of the palette and the sidebar, which takes the editor a moment. */
const WIDE = `(() => {
  const { left, right } = document.getElementById('red-ui-workspace').getBoundingClientRect();
  return left < 10 && right > window.innerWidth - 10;
})()`;

/** The way of a job as a diagram, and the two flows at work in one Node-RED. */
export async function gateways(folder: string): Promise<void> {
  const broker = await Mosquitto.start();
  try {
    await Studio.open(folder, async (studio) => {
      await drawDiagram(studio.browser, studio.pathOf('scale-out.png'));
      await take(studio, broker);
    });
  } finally {
    await broker.stop();
  }
}

async function drawDiagram(browser: Browser, path: string): Promise<void> {
  const page = await browser.newPage({ deviceScaleFactor: 2 });
  await page.setContent(scaleOutDiagram());
  await page.locator('svg').screenshot({ path });
  await page.close();
}

async function take(studio: Studio, broker: Mosquitto): Promise<void> {
  const { nodeRed } = studio;
  const { ammPort, appPort } = await freePorts();
  const settings = { BROKER_PORT: broker.port, AMM_PORT: ammPort, APP_PORT: appPort };
  const [gateway = [], control = []] = FILES.map((file) => withSettings(file, settings));
  const flow = [...gateway, ...control];
  await nodeRed.deploy(flow);
  await nodeRed.comms.status(idOf(flow, 'who is there?'), 'gateway-1', ({ text }) => text === 'gateway-1');
  await nodeRed.inject(idOf(flow, 'a hundred jobs'));
  await nodeRed.comms.status(idOf(flow, 'result'), 'a hundred results', ({ text }) => text === '100');
  await nodeRed.comms.status(idOf(flow, 'still there?'), 'a look', ({ text }) => text === '0 open, 0 again');

  const editor = await studio.openEditor(SIZES.control);
  const { page } = editor;
  for (const part of ['palette', 'sidebar']) await page.evaluate(`RED.actions.invoke('core:toggle-${part}')`);
  await page.waitForFunction(WIDE);
  for (const [[tab], size, name] of [
    [gateway, SIZES.gateway, 'gateway.png'],
    [control, SIZES.control, 'control-room.png'],
  ] as const) {
    await page.setViewportSize(size); // the tabs take the new width at the next change of size only
    await page.evaluate(`RED.workspaces.show(${JSON.stringify(tab?.id)})`);
    await studio.shoot(editor, name);
  }
}

/** An example with settings as they are made in the editor, under Environment. */
function withSettings(file: string, settings: Readonly<Record<string, number>>): FlowNode[] {
  const set = (env: { name: string }): object =>
    env.name in settings ? { name: env.name, type: 'num', value: String(settings[env.name]) } : env;
  return parseExample(readExample(`Gateways/${file}.json`)).map((node) =>
    node.type === 'global-config' ? { ...node, env: (node['env'] as { name: string }[]).map(set) } : node,
  );
}
