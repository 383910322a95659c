import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { nodeRedVersions, RealNodeRed } from '../../support/real-node-red';
import { DashboardPage } from '../../wired/dashboard/page';
import { exampleFlow } from '../../wired/dashboard/scene';
import { startBrowser } from '../editor';

/** The example of the dashboard at work: each of its pages, and the trust map alone. */
export async function dashboard(folder: string): Promise<void> {
  const [version] = nodeRedVersions;
  if (!version) throw new Error('there is no Node-RED to take pictures of');
  const nodeRed = await RealNodeRed.start(version, { packages: 'dashboard' });
  const browser = await startBrowser();
  try {
    await nodeRed.deploy(exampleFlow());
    await take(nodeRed, browser, folder);
  } finally {
    await browser.close();
    await nodeRed.stop();
  }
}

async function take(nodeRed: RealNodeRed, browser: Browser, folder: string): Promise<void> {
  const operator = await DashboardPage.open(browser, nodeRed.url, 'endpoints');
  const { page } = operator;
  const picture = (name: string, of: Locator = page.locator('body')): Promise<unknown> =>
    of.screenshot({ path: join(folder, name), animations: 'disabled' });

  await operator.askFor('Provision an endpoint', '0xE0000000000000000000000000000007');
  await operator.note('Provision the endpoint').waitFor();
  await picture('dashboard-provision.png');
  await operator.button('Yes, do it').click();
  await operator.group('Endpoints').getByText('0xE0000000000000000000000000000007').waitFor();

  await operator.show('send');
  await operator.send('pump-7 (ATR 1)', 'Raise the pressure to 4.5 bar');
  await operator.logLine('control-room', 'received from', 'pump-7', 'Thank you').waitFor();
  await operator.send('mixer-2 (ATR 2)', 'Stop after this batch');
  await operator.logLine('control-room', 'received from', 'mixer-2', 'Thank you').waitFor();
  await operator.note('Sent to mixer-2').waitFor();
  await picture('dashboard-log.png');

  await operator.show('overview');
  // the chart has a point every 5 seconds by now for a while
  await operator.box(/pump-7.*App Value 200, \d{2,} in/s).waitFor({ timeout: 60_000 });
  await page.locator('.akm-map-flow').nth(3).waitFor();
  await page.setViewportSize({ width: 1400, height: 1040 });
  await picture('dashboard.png');
  await picture('trust-map.png', operator.group('Trust map'));
  await operator.close();
}
