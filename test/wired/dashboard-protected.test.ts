import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBrowser } from '../browser/editor';
import { docBlock } from '../support/doc-blocks';
import { nodeRedVersions, RealNodeRed, type StartOptions } from '../support/real-node-red';
import { exampleFlow } from './dashboard/scene';

const SIGNED_IN = { authorization: `Basic ${Buffer.from('operator:secret').toString('base64')}` };

/** What the channel of a dashboard says to a program that wants in: `40{…}` is a yes, `44{…}` a no. */
async function knock(nodeRed: RealNodeRed, headers: Record<string, string> = {}): Promise<string> {
  const channel = new URL('dashboard/socket.io/?EIO=4&transport=polling', nodeRed.url);
  const opened = await (await fetch(channel, { headers })).text();
  const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
  channel.searchParams.set('sid', sid);
  await (await fetch(channel, { method: 'POST', body: '40', headers })).text();
  return (await fetch(channel, { headers })).text();
}

/** How a dashboard's page is answered. */
async function page(nodeRed: RealNodeRed, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(new URL('dashboard/overview', nodeRed.url), { headers });
  await response.text();
  return response.status;
}

for (const version of nodeRedVersions) {
  describe(`a dashboard behind a password in ${version.title}`, () => {
    let nodeRed: RealNodeRed;
    const start = async (options: StartOptions): Promise<void> => {
      nodeRed = await RealNodeRed.start(version, { packages: 'dashboard', ...options });
      await nodeRed.deploy(exampleFlow());
    };
    afterEach(() => nodeRed.stop());

    it('is open to programs with httpNodeAuth alone, as the guide warns', async () => {
      // nobody signs in here: any password will do
      const pass = '$2b$08$TQfaNPMmFdmlPZo3u0BlUOzSbQ8aXBqVTAMFnmCuBBZDqpJxTOzJu';
      await start({ settings: { httpNodeAuth: { user: 'operator', pass } } });
      assert.equal(await page(nodeRed), 401);
      assert.match(await knock(nodeRed), /^40/);
    });

    it('lets nobody in without the password with the settings of the guide, and works with it', async () => {
      await start({
        prepare: (userDir) =>
          appendFile(
            join(userDir, 'settings.js'),
            `process.env.DASHBOARD_PASSWORD = 'secret';\n${docBlock('docs/dashboard.md', 'protect')}`,
          ),
      });
      assert.equal(await page(nodeRed), 401);
      assert.equal(await knock(nodeRed), '44{"message":"not signed in"}');
      assert.equal(await page(nodeRed, SIGNED_IN), 200);
      assert.match(await knock(nodeRed, SIGNED_IN), /^40/);

      const browser = await startBrowser();
      const context = await browser.newContext({
        httpCredentials: { username: 'operator', password: 'secret' },
      });
      const operator = await context.newPage();
      await operator.goto(new URL('dashboard/overview', nodeRed.url).href);
      await operator.locator('.akm-map-box', { hasText: 'pump-7' }).first().waitFor();
      await browser.close();
    });
  });
}
