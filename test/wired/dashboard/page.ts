import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';

/** How long a wait in the browser may take, in milliseconds. */
const PATIENCE = 20_000;

/** The pages of the example, by the end of their address. */
export type PageName = 'overview' | 'endpoints' | 'send';

/** The example's dashboard in a browser of its own, as one operator sees it. */
export class DashboardPage {
  /** Whatever a person with the browser's developer tools open would have to worry about. */
  private readonly complaints: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly url: string,
  ) {
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => this.complaints.push(`uncaught: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${message.text()} (${message.location().url})`);
    });
  }

  /** @param url where Node-RED is */
  static async open(browser: Browser, url: string, name: PageName): Promise<DashboardPage> {
    const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
    const dashboard = new DashboardPage(context, await context.newPage(), url);
    await dashboard.show(name);
    return dashboard;
  }

  /** Goes to a page. */
  async show(name: PageName): Promise<void> {
    await this.page.goto(new URL(`dashboard/${name}`, this.url).href);
    await this.group(/./).first().waitFor();
  }

  /** The card with that title. */
  group(title: string | RegExp): Locator {
    return this.page.locator('.nrdb-ui-group', {
      has: this.page.locator('.v-card-title', { hasText: title }),
    });
  }

  /** The rows of the table in a card, as the texts of their cells. An empty table has none. */
  async rows(title: string | RegExp): Promise<string[][]> {
    const rows = this.group(title).locator('tbody tr:not(.v-data-table-rows-no-data)');
    return Promise.all((await rows.all()).map((row) => row.locator('td').allInnerTexts()));
  }

  /** A line of the log that says this, cell by cell behind the time. */
  logLine(...cells: string[]): Locator {
    return this.group('Log').getByRole('row', { name: cells.join(' ') });
  }

  /** A box in the trust map that has this text. */
  box(text: string | RegExp): Locator {
    return this.page.locator('.akm-map-box', { hasText: text });
  }

  /** The card of the AMM or of the AppEndpoint. */
  service(name: 'AMM' | 'AppEndpoint'): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  /** A note or a question that is shown. */
  note(text: string | RegExp): Locator {
    return this.page.locator('.nrdb-ui-notification .v-snackbar__wrapper:visible', { hasText: text });
  }

  /** Chooses from a dropdown list of a form. */
  async choose(label: string, option: string): Promise<void> {
    await this.page.locator('.v-select', { hasText: label }).click();
    await this.page.getByRole('option', { name: option, exact: true }).click();
  }

  /** The button with these words. */
  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Writes a message to one of those in the list, and sends it. */
  async send(to: string, text: string): Promise<void> {
    await this.choose('To', to);
    await this.page.getByLabel('Message').fill(text);
    await this.button('Send').click();
  }

  /** Fills in the form that changes the AMM, up to the question. */
  async askFor(what: string, target: string): Promise<void> {
    await this.choose('What', what);
    await this.page.getByLabel('Identifier or name').fill(target);
    await this.button('Go on').click();
  }

  /** Closes it; there must have been nothing to complain about. */
  async close(): Promise<void> {
    await this.context.close();
    assert.deepEqual(this.complaints, []);
  }
}
