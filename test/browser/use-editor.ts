import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import {
  freePorts,
  type NodeRedSuite,
  type NodeRedVersion,
  type Ports,
  useNodeRed,
} from '../support/real-node-red';
import { Editor, startBrowser } from './editor';

/** What the tests of a suite work with. */
export interface EditorSuite extends NodeRedSuite {
  /** The editor that was opened last. */
  readonly editor: Editor;
  /** Where a simulator of the suite can listen. */
  readonly ports: Ports;
  /** Opens the editor. It is closed after the test, and there must have been nothing that a user would complain about. */
  open(): Promise<void>;
  /** Opens the editor once for all tests of the suite that this is called in; each leaves it as it found it. */
  openForAll(prepare: () => Promise<void>): void;
}

/** A Node-RED of this version with the packed package, and a browser: for the suite that this is called in. */
export function useEditor(version: NodeRedVersion): EditorSuite {
  const suite = useNodeRed(version);
  let browser: Browser;
  let editor: Editor;
  let ports: Ports;
  let isShared = false;

  const open = async (): Promise<void> => {
    editor = await Editor.open(browser, suite.nodeRed.url);
  };
  const close = async (): Promise<void> => assert.deepEqual(await editor.close(), []);

  before(async () => {
    ports = await freePorts();
    browser = await startBrowser();
  });

  afterEach(async function () {
    await editor.pictureOf(this.currentTest);
    if (!isShared) await close();
  });

  after(() => browser.close());

  return {
    get nodeRed() {
      return suite.nodeRed;
    },
    get editor() {
      return editor;
    },
    get ports() {
      return ports;
    },
    open,
    openForAll(prepare) {
      before(async () => {
        await prepare();
        await open();
        isShared = true;
      });
      after(async () => {
        isShared = false;
        await close();
      });
    },
  };
}
