import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  Child,
  exampleNames,
  type FlowNode,
  freePort,
  makeScratchFolder,
  repository,
} from '../support/real-node-red';

/** What the person at the terminal has to see before the demo counts as up. */
const UP = /The demo is up: +(\S+)/;
/** How long that may take, in milliseconds: the package is built and installed before. */
const PATIENCE = 150_000;

describe('npm run demo', function () {
  this.timeout(180_000);

  let userDir: string;
  let child: Child;

  before(() => {
    userDir = makeScratchFolder('demo');
  });

  // one that a failed test has left would build into the same folders as the next
  afterEach(() => child.stop());

  function demo(port: number): void {
    const args = ['run', 'demo', '--', '--port', String(port), '--user-dir', userDir];
    child = new Child('npm', args, { cwd: repository, detached: true });
  }

  async function up(): Promise<string> {
    const [, url = ''] = await child.printed(UP, 0, PATIENCE);
    return url;
  }

  async function flowsAt(url: string): Promise<FlowNode[]> {
    return (await (await fetch(new URL('flows', url))).json()) as FlowNode[];
  }

  it('shows the first example in a real editor, and ends at Ctrl-C with exit code 0', async () => {
    const port = await freePort();
    demo(port);
    const url = await up();
    assert.equal(url, `http://127.0.0.1:${port}/`);
    assert.match(await (await fetch(url)).text(), /<title>Node-RED/);
    const [first = ''] = exampleNames;
    const example = JSON.parse(
      readFileSync(join(repository, 'examples', `${first}.json`), 'utf8'),
    ) as FlowNode[];
    assert.deepEqual(await flowsAt(url), example);
    assert.doesNotMatch(child.output, /\[error\]|uncaught|unhandled/i);

    assert.equal(await child.stop('SIGINT'), 0);
    await assert.rejects(fetch(url), 'nobody listens any more');
  });

  it('keeps a flow that the user has changed', async () => {
    const changed = [{ id: 'mine', type: 'tab', label: 'mine' }];
    writeFileSync(join(userDir, 'flows.json'), JSON.stringify(changed));
    demo(0);
    const url = await up();
    assert.deepEqual(await flowsAt(url), changed);
    assert.equal(await child.stop('SIGINT'), 0);
  });

  it('says so when another program uses the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    demo(port);
    assert.equal(await child.exited, 1);
    assert.match(child.output, new RegExp(`cannot use port ${port}: another program uses it`));
    assert.doesNotMatch(child.output, /^\s+at /m, 'no stack trace');
    other.close();
  });
});
