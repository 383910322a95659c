import { build } from 'esbuild';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { nodeRedVersions, RealNodeRed } from '../../support/real-node-red';
import type { News, Summary } from './accounts.js';
import type { Vitals } from './vitals.js';

/** What the log says of messages whose Catch node ended with them. */
const TOLD = /(\d+) messages? of (akm-[a-z-]+)(?: ".*")? ended with (\w+) because the node was stopped/;

/** A real Node-RED with the packed package and an {@link module:observer} in it. */
export class ObservedNodeRed {
  private constructor(readonly nodeRed: RealNodeRed) {}

  /** Starts it on the Node.js that runs the tests. */
  static async start(): Promise<ObservedNodeRed> {
    const [version] = nodeRedVersions;
    if (!version) throw new Error('there is no Node-RED to test with');
    const nodeRed = await RealNodeRed.start(version, {
      nodeOptions: ['--expose-gc'],
      prepare: installObserver,
    });
    // Node-RED keeps each status until an editor has taken it, at its own slow pace: that would count as growth
    nodeRed.comms.close();
    return new ObservedNodeRed(nodeRed);
  }

  /** Lets the sources send, or stops them. */
  async traffic(state: 'on' | 'off'): Promise<void> {
    await this.ask('POST', `observer/traffic/${state}`);
  }

  vitals(): Promise<Vitals> {
    return this.ask('GET', 'observer/vitals') as Promise<Vitals>;
  }

  accounts(): Promise<Summary> {
    return this.ask('GET', 'observer/accounts') as Promise<Summary>;
  }

  /** How many failures the log has told of, in place of a Catch node that has ended too, by `<type> <code>`. */
  get told(): Readonly<Record<string, number>> {
    const told: Record<string, number> = {};
    for (const line of this.nodeRed.process.lines.items) {
      const [, count, type, code] = TOLD.exec(line) ?? [];
      if (count) told[`${type} ${code}`] = (told[`${type} ${code}`] ?? 0) + Number(count);
    }
    return told;
  }

  news(): Promise<News> {
    return this.ask('POST', 'observer/news') as Promise<News>;
  }

  /** Fetches something over a connection of its own, which leaves none behind. Resolves to the milliseconds it took, too. */
  async fetch(method: string, path: string): Promise<{ body: string; took: number }> {
    const begun = performance.now();
    const sent = request(new URL(path, this.nodeRed.url), { method, agent: false }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const body = await text(response);
    if (response.statusCode !== 200)
      throw new Error(`${method} ${path}: ${String(response.statusCode)} ${body}`);
    return { body, took: performance.now() - begun };
  }

  private async ask(method: string, path: string): Promise<unknown> {
    return JSON.parse((await this.fetch(method, path)).body) as unknown;
  }
}

/** Puts the observer where Node-RED looks for nodes of the user's own. */
async function installObserver(userDir: string): Promise<void> {
  const nodes = join(userDir, 'nodes');
  await mkdir(nodes);
  await build({
    entryPoints: [join(__dirname, 'observer.ts')],
    outfile: join(nodes, 'observer.js'),
    bundle: true,
    platform: 'node',
    logLevel: 'error',
  });
  await writeFile(join(nodes, 'observer.html'), '<!-- Node-RED wants one -->');
}
