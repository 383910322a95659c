import type { Locator } from 'playwright-core';
import { DashboardPage } from '../../wired/dashboard/page';
import { exampleFlow } from '../../wired/dashboard/scene';
import { Studio } from './studio';

/** The example of the dashboard at work: each of its pages, and the trust map alone. */
export async function dashboard(folder: string): Promise<void> {
  await Studio.open(folder, take, { packages: 'dashboard' });
}

async function take(studio: Studio): Promise<void> {
  const { nodeRed, browser } = studio;
  await nodeRed.deploy(exampleFlow());
  const operator = await DashboardPage.open(browser, nodeRed.url, 'endpoints');
  const { page } = operator;
  const picture = (name: string, of: Locator = page.locator('body')): Promise<unknown> =>
    of.screenshot({ path: studio.pathOf(name), animations: 'disabled' });

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
