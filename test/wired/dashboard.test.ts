import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { Editor, startBrowser } from '../browser/editor';
import { type FlowNode, nodeRedVersions, RealNodeRed } from '../support/real-node-red';
import { DashboardPage } from './dashboard/page';
import { EXAMPLE, Scene } from './dashboard/scene';

/** What would run if any of it were taken for HTML. */
const HOSTILE = '<img src=x onerror=hacked=1><script>hacked=1</script>';

const NEW_ENDPOINT = '0xC0FFEE00000000000000000000000009';
const PROVISION = 'Provision an endpoint';

for (const version of nodeRedVersions) {
  describe(`the dashboard example in ${version.title}`, () => {
    let browser: Browser;
    before(async () => {
      browser = await startBrowser();
    });
    after(async () => {
      await browser.close();
    });

    it('is imported from the menu, deployed without an edit, and shows who is there', async function () {
      this.timeout(180_000);
      const nodeRed = await RealNodeRed.start(version, { packages: 'dashboard' });
      const editor = await Editor.open(browser, nodeRed.url);
      await editor.importExample(`${EXAMPLE.folder}/${EXAMPLE.name}`);
      await editor.deploy();
      const dashboard = await DashboardPage.open(browser, nodeRed.url, 'overview');
      await dashboard.box(/pump-7.*App Value 200, [1-9]/s).waitFor();
      await dashboard.box(/mixer-2.*App Value 300, [1-9]/s).waitFor();
      await dashboard.close();
      assert.deepEqual(await editor.close(), []);
      assert.equal(await nodeRed.stop(), 0);
    });

    describe('with machines that say nothing by themselves', () => {
      let scene: Scene;

      before(async function () {
        this.timeout(180_000);
        scene = await Scene.start(version, browser);
      });
      afterEach(() => scene.closePages());
      after(() => scene.end());

      /** Where the points of the chart are. */
      const chart = (): string => scene.keptAt('ui-chart', 'Traffic');

      it('lists the endpoints, and the ATRs by category', async () => {
        const dashboard = await scene.open('endpoints');
        await dashboard.group('Operational ATRs').getByText('Line 2').waitFor();
        const id = (first: string, last: number) => `0x${first}${String(last).padStart(31, '0')}`;
        assert.deepEqual(await dashboard.rows('Endpoints'), [
          ['control-room', id('E', 1)],
          ['pump-7', id('E', 2)],
          ['mixer-2', id('E', 3)],
          ['', id('E', 4)],
          ['', id('E', 5)],
          ['', id('E', 6)],
        ]);
        assert.deepEqual(await dashboard.rows('Operational ATRs'), [
          ['Line 1', '1', id('A', 1)],
          ['Line 2', '2', id('A', 2)],
          ['', '3', id('A', 3)],
        ]);
        assert.deepEqual(await dashboard.rows('Provisional ATRs'), [['', '', id('A', 4)]]);
        assert.deepEqual(await dashboard.rows('Bootstrap ATRs'), [['', '', id('A', 5)]]);
        assert.deepEqual(await dashboard.rows('Illegal and unknown ATRs'), []);
      });

      it('tells how the connections are, and draws who is connected with whom', async () => {
        const dashboard = await scene.open('overview');
        for (const name of ['AMM', 'AppEndpoint'] as const) {
          const service = dashboard.service(name);
          await service.getByText('connected', { exact: true }).waitFor();
          assert.match(await service.innerText(), /Latency\s+\d+\.\d ms\s+Messages in\s+[1-9]/);
        }
        await dashboard
          .box(/control-room.*registered here/s)
          .nth(1)
          .waitFor();
        const lines = dashboard.page.locator('.akm-map-line');
        await lines.nth(4).waitFor();
        assert.equal(await lines.count(), 5, 'this machine in three ATRs, and control-room in two');
        assert.equal(
          await dashboard.box('pump-7').count(),
          1,
          'the endpoint; nothing is known of its application',
        );
      });

      it('sends what is typed, and shows it where it arrives: in the log, in the chart, on the map', async () => {
        const dashboard = await scene.open('send');
        await dashboard.send('pump-7 (ATR 1)', 'Open the valve');
        await dashboard.note('Sent to pump-7').waitFor();
        await dashboard.logLine('control-room', 'sent to', 'pump-7', 'Open the valve').waitFor();
        await dashboard.logLine('pump-7', 'received from', 'control-room', 'Open the valve').waitFor();
        await dashboard
          .logLine('control-room', 'received from', 'pump-7', 'Thank you for: Open the valve')
          .waitFor();
        assert.equal(await dashboard.page.getByLabel('Message').inputValue(), '', 'ready for the next');

        await dashboard.show('overview');
        await dashboard.box(/pump-7.*App Value 200, 1 in, 1 out/s).waitFor();
        await dashboard.page.locator('.akm-map-line.named').waitFor();
        assert.deepEqual(
          await charted(dashboard, chart(), 'pump-7, ATR 1'),
          ['pump-7, ATR 1'],
          'and not the control room',
        );
      });

      it('moves on the map while there is data, and rests after it', async () => {
        const dashboard = await scene.open('overview');
        const flows = dashboard.page.locator('.akm-map-flow');
        await dashboard.box(/pump-7.*1 out/s).waitFor();
        await flows.first().waitFor({ state: 'detached' });
        await scene.press('mixer-2 measures');
        await flows.first().waitFor();
        assert.equal(await flows.count(), 2, 'from mixer-2 to Line 2, and on to control-room');
        assert.equal(await dashboard.page.locator('.akm-map-flow.back').count(), 1);
        await flows.first().waitFor({ state: 'detached' });
        await dashboard.box(/mixer-2.*App Value 300, 1 in, 0 out/s).waitFor();
      });

      it('asks before it provisions, and does nothing without a yes', async () => {
        const dashboard = await scene.open('endpoints');
        const target = dashboard.page.getByLabel('Identifier or name');
        await dashboard.askFor(PROVISION, NEW_ENDPOINT);
        const question = dashboard.note(`Provision the endpoint ${NEW_ENDPOINT}? This changes the AMM.`);
        await question.waitFor();
        assert.equal(await target.inputValue(), '');
        await question.getByRole('button', { name: 'Cancel' }).click();
        await question.waitFor({ state: 'hidden' });
        await filledIn(target, NEW_ENDPOINT);

        // the AMM would refuse it a second time: nothing has reached it before
        await dashboard.button('Go on').click();
        await question.getByRole('button', { name: 'Yes, do it' }).click();
        await dashboard.note('The AMM accepted: provision-endpoint').waitFor();
        await dashboard.group('Endpoints').getByText(NEW_ENDPOINT).waitFor();
        await dashboard.show('send');
        await dashboard
          .logLine('AMM', 'accepted', 'provision-endpoint', `${NEW_ENDPOINT}, asked from`)
          .waitFor();
        await dashboard.logLine('AMM', 'added', 'in its lists', `endpoint ${NEW_ENDPOINT}`).waitFor();
      });

      it('takes no answer for a no', async () => {
        const hasty = scene.flow.map((node) =>
          node['name'] === 'Are you sure?' ? { ...node, displayTime: '1' } : node,
        );
        await scene.nodeRed.deploy(hasty);
        const dashboard = await scene.open('endpoints');
        await dashboard.askFor('Delete an endpoint', 'mixer-2');
        const question = dashboard.note('Delete the endpoint mixer-2?');
        await question.waitFor();
        await question.waitFor({ state: 'hidden' });
        await filledIn(dashboard.page.getByLabel('Identifier or name'), 'mixer-2');
        await scene.nodeRed.deploy(scene.flow);
        // what is told after the deploy is the AMM's list of now
        await dashboard.show('endpoints');
        await dashboard.group('Endpoints').getByText('mixer-2').waitFor();
      });

      it('says why the AMM refused, and gives back what was typed', async () => {
        const dashboard = await scene.open('endpoints');
        await dashboard.askFor(PROVISION, 'pump-7');
        await dashboard
          .note('Provision the endpoint pump-7?')
          .getByRole('button', { name: 'Yes, do it' })
          .click();
        const why = dashboard.note(/The AMM did not do it\. .*PROVISION_ENDPOINT_REQUEST: confirmation 4/);
        await why.waitFor();
        await filledIn(dashboard.page.getByLabel('Identifier or name'), 'pump-7');
        await why.getByRole('button', { name: 'Close' }).click();
        await why.waitFor({ state: 'hidden' });
        await dashboard.show('send');
        await dashboard
          .logLine('failed', 'AKM_REJECTED', 'The AMM refused PROVISION_ENDPOINT_REQUEST: confirmation 4')
          .waitFor();
      });

      it('creates a trust relationship between several endpoints, and deletes it', async () => {
        const dashboard = await scene.open('endpoints');
        const yes = dashboard.button('Yes, do it');
        await dashboard.askFor('Create an operational ATR (endpoints, a space between)', ' pump-7  mixer-2 ');
        await yes.click();
        const fourth = dashboard.group('Operational ATRs').locator('tbody tr').nth(3);
        await fourth.getByText('4', { exact: true }).waitFor();
        const [, , id = ''] = await fourth.locator('td').allInnerTexts();
        await dashboard.askFor('Delete an ATR', id);
        await yes.click();
        await fourth.waitFor({ state: 'detached' });
      });

      it('keeps what one operator types, is asked and is told from the others', async () => {
        const [asking, other] = [await scene.open('endpoints'), await scene.open('endpoints')];
        const typed = other.page.getByLabel('Identifier or name');
        await typed.fill('mixer');
        await asking.askFor('Delete an endpoint', NEW_ENDPOINT);
        await asking.note('Delete the endpoint').waitFor();
        assert.equal(await other.note(/./).count(), 0);
        await asking.button('Cancel').click();
        await filledIn(asking.page.getByLabel('Identifier or name'), NEW_ENDPOINT);
        assert.equal(await typed.inputValue(), 'mixer');
        await asking.button('Go on').click();
        await asking.button('Yes, do it').click();
        await asking.note('The AMM accepted: delete-endpoint').waitFor();
        // the table, which is for all, shows that the answer has been sent out
        await other.group('Endpoints').getByText(NEW_ENDPOINT).waitFor({ state: 'detached' });
        assert.equal(await other.note(/./).count(), 0);
        assert.equal(await typed.inputValue(), 'mixer');
      });

      it('tells that the services are gone and are back, and then works as before', async () => {
        const dashboard = await scene.open('overview');
        await scene.endSimulator();
        for (const name of ['AMM', 'AppEndpoint'] as const)
          await dashboard.service(name).getByText('disconnected').waitFor();
        await dashboard.page.getByText('The AMM is not connected').waitFor();
        await dashboard.page.getByText('The AppEndpoint is not connected').waitFor();
        assert.equal(await dashboard.box('Line 1').count(), 1, 'what was known is still shown');

        const sender = await scene.open('send');
        await sender.send('mixer-2 (ATR 2)', 'Are you there?');
        await sender.note('Not sent.').waitFor();
        await filledIn(sender.page.getByLabel('Message'), 'Are you there?');
        await sender.logLine('AMM', 'disconnected').waitFor();

        await scene.startSimulator();
        await dashboard.page.getByText('is not connected').first().waitFor({ state: 'detached' });
        for (const name of ['AMM', 'AppEndpoint'] as const)
          await dashboard.service(name).getByText('connected', { exact: true }).waitFor();
        await sender.button('Send').click();
        await sender.logLine('mixer-2', 'received from', 'control-room', 'Are you there?').waitFor();
      });

      it('shows as text whatever machines send and people type', async () => {
        const named = JSON.stringify(scene.flow).replaceAll('mixer-2', HOSTILE);
        await scene.nodeRed.deploy(JSON.parse(named) as FlowNode[]);
        const dashboard = await scene.open('send');
        await dashboard.send(`${HOSTILE} (ATR 2)`, HOSTILE);
        await dashboard.note('Sent to').waitFor();
        await dashboard.logLine('received from', HOSTILE, `Thank you for: ${HOSTILE}`).waitFor();
        await scene.send(400, Buffer.from([0xff, 0x00, 0x3c]));
        await dashboard.logLine('received from', 'ATR 1, App Value 400', 'ff003c').waitFor();
        await harmless(dashboard);

        await dashboard.show('endpoints');
        await dashboard.group('Endpoints').getByText(HOSTILE).waitFor();
        await dashboard.askFor(PROVISION, `${HOSTILE}!`);
        await dashboard.note('Provision the endpoint').getByRole('button', { name: 'Yes, do it' }).click();
        await dashboard.note('The AMM did not do it').waitFor();
        await harmless(dashboard);

        await dashboard.show('overview');
        await dashboard.box('App Value 300, 1 in').waitFor();
        await dashboard.box('App Value 400').waitFor();
        await charted(dashboard, chart(), `${HOSTILE}, ATR 2`);
        const canvas = dashboard.group('Traffic').locator('canvas').first();
        const { width = 0 } = (await canvas.boundingBox()) ?? {};
        await canvas.hover({ position: { x: width * 0.955, y: 200 } }); // where the last points are
        await dashboard.group('Traffic').getByText(HOSTILE).waitFor();
        await harmless(dashboard);
        await scene.nodeRed.deploy(scene.flow);
      });

      it('knows an ATR by its name where the AppEndpoint tells nothing of it, and draws one that nobody lists', async () => {
        const line2 = { name: 'Line 2', id: '0xA0000000000000000000000000000002', atrId: '2' };
        const line4 = { name: 'Line 4', id: '0xA0000000000000000000000000000004', atrId: '4' };
        const renamed = JSON.stringify(scene.flow).replaceAll(
          JSON.stringify(line2).slice(0, -1),
          JSON.stringify(line4).slice(0, -1),
        );
        await scene.nodeRed.deploy(JSON.parse(renamed) as FlowNode[]);
        const dashboard = await scene.open('overview');
        await dashboard.box(/Line 4.*Provisional$/s).waitFor();
        await scene.invent(4, 444, 'hello', { name: 'silo', atrName: 'Line 4' });
        await scene.invent(5, 555, 'hello');
        await dashboard.box(/Line 4.*Provisional, ATR ID 4$/s).waitFor();
        await dashboard.box(/ATR 5.*Not listed by the AMM, ATR ID 5$/s).waitFor();
        await dashboard.box(/silo.*App Value 444, 1 in/s).waitFor();
        await dashboard.box(/App Value 555, 1 in/).waitFor();
        await scene.nodeRed.deploy(scene.flow);
      });

      it('works in a dashboard that was there before, after the steps of the guide', async () => {
        const ofExample = scene.flow.find(({ type }) => type === 'ui-base')?.id ?? '';
        const theme = scene.flow.find(({ type }) => type === 'ui-page')?.['theme'];
        const ticked = ['ui-notification', 'ui-control', 'ui-form'];
        const before: FlowNode[] = [
          {
            id: 'own',
            type: 'ui-base',
            path: '/dashboard',
            includeClientData: true,
            acceptsClientConfig: ticked,
          },
          { id: 'own-page', type: 'ui-page', name: 'Own', ui: 'own', path: '/own', layout: 'grid', theme },
        ];
        const moved = JSON.stringify(scene.flow.filter(({ id }) => id !== ofExample));
        await scene.nodeRed.deploy([
          ...before,
          ...(JSON.parse(moved.replaceAll(ofExample, 'own')) as FlowNode[]),
        ]);
        const [asking, other] = [await scene.open('endpoints'), await scene.open('endpoints')];
        await asking.askFor('Delete an endpoint', NEW_ENDPOINT);
        await asking.button('Yes, do it').click();
        await asking.note('The AMM did not do it').waitFor();
        await filledIn(asking.page.getByLabel('Identifier or name'), NEW_ENDPOINT);
        assert.equal(await other.note(/./).count(), 0);
        assert.equal(await other.page.getByLabel('Identifier or name').inputValue(), '');
        await scene.nodeRed.deploy(scene.flow);
      });

      it('keeps a limited number of lines, of characters in them, and of applications', async () => {
        const dashboard = await scene.open('send');
        for (let n = 1; n <= 120; n += 1) await scene.invent(1, 1000 + (n % 30), `${n} ${'x'.repeat(5000)}`);
        await dashboard.logLine('120 xxx').waitFor();
        const kept = await fetch(scene.keptAt('ui-table', 'Log'));
        const { payload: lines } = (await kept.json()) as { payload: { text: string }[] };
        assert.equal(lines.length, 100);
        assert.equal(Math.max(...lines.map(({ text }) => text.length)), 201);

        await dashboard.show('overview');
        const boxes = dashboard.page.locator('.akm-map-box');
        await dashboard.page.getByText('Applications: 8 of 22').waitFor();
        assert.equal(await boxes.count(), 6 + 5 + 8);
        await dashboard.button('Show 14 more').click();
        await dashboard.box('App Value 1000').waitFor();
        assert.equal(await boxes.count(), 6 + 5 + 22);
        assert.equal(
          await dashboard.box(/control-room.*registered here/s).count(),
          2,
          'those of its own stay',
        );
      });
    });
  });
}

/** Waits until the chart has drawn that an application had data, and gives the names of all that it has lines for. */
function charted({ page }: DashboardPage, chart: string, application: string): Promise<string[]> {
  return page.evaluate(
    async ([url, wanted]) => {
      for (;;) {
        const kept = await (await fetch(url)).text(); // nothing at all before the first point
        const messages = JSON.parse(kept || '[]') as { _datapoint: { category: string; y: number } }[];
        const points = messages.map(({ _datapoint }) => _datapoint);
        if (points.some(({ category, y }) => category === wanted && y > 0))
          return [...new Set(points.map(({ category }) => category))];
        await new Promise(requestAnimationFrame);
      }
    },
    [chart, application] as const,
  );
}

/** Nothing of {@link HOSTILE} has been taken for HTML. */
async function harmless({ page }: DashboardPage): Promise<void> {
  assert.equal(await page.evaluate('window.hacked'), undefined);
  assert.equal(await page.locator('img[src="x"]').count(), 0);
}

/** Waits until a field has this in it. */
async function filledIn(field: Locator, text: string): Promise<void> {
  const element = await field.elementHandle();
  await field
    .page()
    .waitForFunction(([input, wanted]) => (input as HTMLInputElement).value === wanted, [
      element,
      text,
    ] as const);
}
