import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page, type Response } from 'playwright-core';
import { manifest, repository } from '../support/real-node-red';

/** How long a wait in the browser may take, in milliseconds. */
const PATIENCE = 40_000;

/** Starts a Chromium without a window: the one at `CHROMIUM`, else Debian's. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
}

/** Visible texts that are the key of a message catalogue instead of its text, such as `akm-send:label.target`. */
const MISSING_TEXTS = `(() => {
  const places = '.red-ui-tray *, .akm-picker *, #red-ui-palette *, .red-ui-flow-node-label-text, .red-ui-flow-node-status-label';
  const texts = [...document.querySelectorAll(places)].flatMap((element) => [
    element.childElementCount === 0 ? element.textContent : '',
    element.getAttribute('placeholder') ?? '',
    element.getAttribute('title') ?? '',
  ]);
  return texts.map((text) => text.trim()).filter((text) => /^(\\S+:)?[a-z][\\w-]*(\\.[\\w-]+)+$/i.test(text));
})()`;

/** Node-RED's editor in a browser, handled as a person handles it. */
export class Editor {
  /** Whatever a person with the browser's developer tools open would have to worry about. */
  readonly complaints: string[] = [];
  /** Requests that the test makes fail. */
  private readonly expected: RegExp[] = [];

  private constructor(readonly page: Page) {
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => this.complaints.push(`uncaught: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on('requestfailed', (request) => this.complaints.push(`no answer: ${request.url()}`));
    page.on('response', (response) => {
      if (response.status() >= 400) this.complaints.push(`${response.status()}: ${response.url()}`);
    });
  }

  /** Opens the editor at `url` and resolves when it has loaded nodes and flows. */
  static async open(browser: Browser, url: string): Promise<Editor> {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const editor = new Editor(page);
    await page.goto(url);
    await editor.loaded();
    return editor;
  }

  private async loaded(): Promise<void> {
    const { page } = this;
    await this.paletteNode('akm-send').waitFor();
    await page.locator('#red-ui-workspace-tabs .red-ui-tab').first().waitFor();
    await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
  }

  /** Switches to a language, as the choice in the user settings does, which takes effect when the editor is loaded anew. */
  async switchLanguage(language: string): Promise<void> {
    const { page } = this;
    await page.evaluate(`localStorage.setItem('editor-language', ${JSON.stringify(language)})`);
    await page.waitForLoadState('networkidle'); // what is still being fetched would be given up
    await page.reload();
    await this.loaded();
  }

  /** Takes it as it is meant to be when a request to such an address fails. */
  expect(url: RegExp): void {
    this.expected.push(url);
  }

  paletteNode(type: string): Locator {
    return this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
  }

  /** A node in the workspace. */
  node(id: string): Locator {
    return this.page.locator(`.red-ui-flow-node-group[id="${id}"]`);
  }

  /** The triangle at a node in the workspace whose properties cannot be used. */
  triangle(id: string): Locator {
    return this.node(id).locator('.red-ui-flow-node-error');
  }

  /** A message in the debug sidebar that has `text` anywhere. */
  debugMessage(text: string): Locator {
    return this.page.locator('.red-ui-debug-msg', { hasText: text });
  }

  /** The id of the only node of that type, or of the one of that name. */
  async idOf(type: string, name?: string): Promise<string> {
    const named = name === undefined ? '' : `.filter((node) => node.name === ${JSON.stringify(name)})`;
    const found = `RED.nodes.filterNodes({ type: ${JSON.stringify(type)} })${named}.map(({ id }) => id)`;
    const handle = await this.page.waitForFunction(`${found}[0]`);
    assert.equal(await this.page.evaluate(`${found}.length`), 1, `${type} ${name ?? ''}`);
    return String(await handle.jsonValue());
  }

  /** Drags a node from the palette into the workspace, to the place `y` pixels from the top, and gives its id. */
  async dragFromPalette(type: string, y: number): Promise<string> {
    const chart = this.page.locator('#red-ui-workspace-chart');
    await this.paletteNode(type).dragTo(chart, { targetPosition: { x: 200, y } });
    return this.idOf(type);
  }

  /** Replaces what is in a field, key by key: the editor checks a field while a person types. */
  async type(field: Locator, text: string): Promise<void> {
    await field.click(); // once the form has come to rest
    await field.press('ControlOrMeta+a');
    await field.press('Delete');
    await field.pressSequentially(text);
  }

  /** Deletes a node, as its key does. */
  async delete(id: string): Promise<void> {
    await this.node(id).locator('.red-ui-flow-node').click();
    await this.page.keyboard.press('Delete');
    await this.node(id).waitFor({ state: 'detached' });
  }

  /** Opens the form of a node. */
  async openForm(id: string): Promise<void> {
    await this.node(id).locator('.red-ui-flow-node').dblclick();
    await this.page.locator('#node-dialog-ok').waitFor();
    // until the form has slid in, and the editor has put the focus into it, a click can be lost
    await this.page.locator('.red-ui-tray :focus').waitFor();
  }

  /** Opens the form of a connection, from the open form of a node that uses it. */
  async openConnectionForm(): Promise<void> {
    const { page } = this;
    await page.locator('#node-input-btn-connection-edit').click();
    const done = page.locator('#node-config-dialog-ok');
    await page.locator('.red-ui-tray', { has: done }).locator(':focus').waitFor(); // as in openForm
  }

  /** A tab of the open form of a connection. */
  connectionTab(name: 'services' | 'timing' | 'names' | 'layouts'): Locator {
    return this.page.locator(`.red-ui-tab > a[href="#akm-connection-${name}"]`);
  }

  /** Presses "Update" in the open form of a connection and resolves when it is closed. */
  async connectionDone(): Promise<void> {
    const done = this.page.locator('#node-config-dialog-ok');
    await done.click();
    await done.waitFor({ state: 'detached' });
  }

  /** Presses "Done" in the open form and resolves when it is closed. */
  async done(): Promise<void> {
    await this.page.locator('#node-dialog-ok').click();
    await this.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  }

  /** Presses "Deploy" and resolves when it is done. */
  async deploy(): Promise<void> {
    const { page } = this;
    const isTaken = (response: Response): boolean =>
      response.request().method() === 'POST' && new URL(response.url()).pathname === '/flows';
    const [taken] = await Promise.all([
      page.waitForResponse(isTaken),
      page.locator('#red-ui-header-button-deploy:not(.disabled)').click(),
    ]);
    assert.equal(taken.status(), 200);
    await page.locator('#red-ui-header-button-deploy.disabled').waitFor();
  }

  /**
   * Imports an example of this package from the import menu.
   *
   * @param name with its subfolder, where it has one: `01 - First steps`, `Dashboard/1 - Dashboard`
   */
  async importExample(name: string): Promise<void> {
    const { page } = this;
    await page.locator('#red-ui-header-button-sidemenu').click();
    await page.locator('#menu-item-import').click();
    await page.locator('#red-ui-tab-red-ui-clipboard-dialog-import-tab-examples').click();
    const library = page.locator('#red-ui-clipboard-dialog-import-tab-examples');
    for (const entry of [manifest.name, ...name.split('/')])
      await library.getByText(entry, { exact: true }).click();
    await page.locator('#red-ui-clipboard-dialog-ok').click();
    await page.locator('.red-ui-clipboard-dialog').waitFor({ state: 'hidden' });
  }

  /** Pastes a flow into the import dialog, and puts it down at the top left of the workspace. */
  async importText(flow: string): Promise<void> {
    const { page } = this;
    await page.evaluate(`RED.actions.invoke('core:show-import-dialog')`);
    const field = page.locator('#red-ui-clipboard-dialog-import-text');
    await field.fill(flow);
    await field.press('End'); // the dialog looks at what is there when a key is let go
    await page.locator('#red-ui-clipboard-dialog-ok').click();
    await page.locator('.red-ui-clipboard-dialog').waitFor({ state: 'hidden' });
    // it hangs at the mouse until that is clicked
    const place = { position: { x: 80, y: 40 } };
    await page.locator('#red-ui-workspace-chart').hover(place);
    await page.locator('#red-ui-workspace-chart').click(place);
  }

  /** Presses the button of the inject node of that name, on whatever tab it is. */
  async press(name: string): Promise<void> {
    const id = await this.idOf('inject', name);
    const tab = await this.page.evaluate<string>(`RED.nodes.node(${JSON.stringify(id)}).z`);
    const inactive = this.page.locator(`.red-ui-tab[id="red-ui-tab-${tab}"]:not(.active)`);
    if (await inactive.isVisible()) await inactive.click(); // twice in a row would open the form of the flow
    await this.node(id).locator('.red-ui-flow-node-button-button').click();
  }

  /** Brings the debug sidebar to the front. */
  async showDebugSidebar(): Promise<void> {
    await this.page.evaluate(`RED.actions.invoke('core:show-debug-tab')`);
    await this.page.locator('.red-ui-debug-content-list').waitFor();
  }

  /** Keeps a picture of how the editor looked when a test failed, in the folder `.screenshots` that git ignores. */
  async pictureOf(test: Mocha.Test | undefined): Promise<void> {
    if (test?.state !== 'failed') return;
    const name = test.fullTitle().replace(/[^\w.]+/g, '-');
    await this.page.screenshot({ path: join(repository, '.screenshots', `${name}.png`) });
  }

  /** Closes the page, and gives all that a user would complain about. */
  async close(): Promise<string[]> {
    const missing = await this.missingTexts();
    const unexpected = this.complaints.filter((each) => !this.expected.some((url) => url.test(each)));
    await this.page.close(); // what is still being fetched is given up
    return [...unexpected, ...missing.map((key) => `no text for ${key}`)];
  }

  /** Visible texts that are missing from the message catalogues: their keys show in their place. */
  async missingTexts(): Promise<string[]> {
    return this.page.evaluate<string[]>(MISSING_TEXTS);
  }
}
