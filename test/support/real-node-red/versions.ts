import { mkdir } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './child';
import { settle } from './settle';

/** The root of this repository. */
export const repository = join(__dirname, '..', '..', '..');

/** A Node-RED that the package is tested in, and the Node.js that runs it. */
export interface NodeRedVersion {
  /** For the titles of tests: `Node-RED 5.0.7 on Node.js 24.21.0`. */
  readonly title: string;
  /** Node-RED's own version. */
  readonly version: string;
  /** Makes sure that it is there, and says where. The first call may have to install it. */
  readonly locate: () => Promise<NodeRedProgram>;
}

/** What to run: `<node> <red>` starts Node-RED. */
export interface NodeRedProgram {
  readonly node: string;
  readonly red: string;
}

/** The Node-RED of this repository's development dependencies, on the Node.js that runs the tests. */
function ofDevDependency(): NodeRedVersion {
  const folder = dirname(require.resolve('node-red/package.json'));
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const program = { node: process.execPath, red: join(folder, 'red.js') };
  return {
    title: `Node-RED ${version} on Node.js ${process.versions.node}`,
    version,
    locate: () => Promise.resolve(program),
  };
}

/**
 * A Node-RED that needs a newer Node.js than the tests do. Both come from npm: its package `node` carries the
 * binary. They are installed once, into a folder that `npm ci` empties.
 */
function ofNpm(version: string, node: string): NodeRedVersion {
  const cache = join(repository, 'node_modules', '.cache', 'real-node-red');
  const folder = join(cache, `${version}-node-${node}`);
  const program = {
    node: join(folder, 'node_modules', 'node', 'bin', 'node'),
    red: join(folder, 'node_modules', 'node-red', 'red.js'),
  };
  return {
    title: `Node-RED ${version} on Node.js ${node}`,
    version,
    locate: async () => {
      if (existsSync(folder)) return program;
      const unfinished = `${folder}.${process.pid}`;
      await mkdir(unfinished, { recursive: true });
      const packages = [`node-red@${version}`, `node@${node}`];
      await run('npm', ['install', '--no-audit', '--no-fund', '--prefix', unfinished, ...packages]);
      await settle(unfinished, folder);
      return program;
    },
  };
}

/** Every Node-RED that the package promises to work in, oldest first. */
export const nodeRedVersions: readonly NodeRedVersion[] = [ofDevDependency(), ofNpm('5.0.7', '24.21.0')];
