import { join } from 'node:path';
import type { Browser, ViewportSize } from 'playwright-core';
import { nodeRedVersions, RealNodeRed, type StartOptions } from '../../support/real-node-red';
import { Editor, startBrowser } from '../editor';

/** Where pictures are taken, into a folder: a Node-RED with the packed package, and a browser. */
export class Studio {
  private constructor(
    readonly nodeRed: RealNodeRed,
    readonly browser: Browser,
    private readonly folder: string,
  ) {}

  /** Has Node-RED and the browser run for as long as `take` works in them. */
  static async open(
    folder: string,
    take: (studio: Studio) => Promise<void>,
    options: StartOptions = {},
  ): Promise<void> {
    const [version] = nodeRedVersions;
    if (!version) throw new Error('there is no Node-RED to take pictures of');
    const nodeRed = await RealNodeRed.start(version, options);
    const browser = await startBrowser();
    try {
      await take(new Studio(nodeRed, browser, folder));
    } finally {
      await browser.close();
      await nodeRed.stop();
    }
  }

  /** Opens the editor in this size, with the debug sidebar, and without the palette. */
  async openWorkspace(size: ViewportSize): Promise<Editor> {
    const editor = await this.openEditor(size);
    await editor.page.evaluate(`RED.actions.invoke('core:toggle-palette')`);
    await editor.showDebugSidebar();
    return editor;
  }

  /** Opens the editor in this size, its palette narrowed down to the package's nodes. */
  async openPalette(size: ViewportSize): Promise<Editor> {
    const editor = await this.openEditor(size);
    await editor.type(editor.page.locator('#red-ui-palette-search input'), 'akm');
    return editor;
  }

  /** Opens the editor in this size. */
  async openEditor(size: ViewportSize): Promise<Editor> {
    const editor = await Editor.open(this.browser, this.nodeRed.url);
    await editor.page.setViewportSize(size);
    return editor;
  }

  /** Takes a picture of the editor, once nothing lies over the workspace any more and everything is in its place. */
  async shoot({ page }: Editor, name: string): Promise<void> {
    for (const note of await page.locator('.red-ui-notification').all())
      await note.waitFor({ state: 'detached' });
    await page.screenshot({ path: this.pathOf(name), animations: 'disabled' });
  }

  /** Where the picture of this name belongs. */
  pathOf(name: string): string {
    return join(this.folder, name);
  }
}
