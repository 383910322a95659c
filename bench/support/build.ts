import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { atEnd } from '../../test/support/real-node-red/at-end.js';
import { run } from '../../test/support/real-node-red/child.js';
import { repository } from '../../test/support/real-node-red/versions.js';

/** Where the compiled code of this run is. */
export interface Build {
  /** The programs that run in processes of their own. */
  readonly programs: string;
  /** The nodes that measure, for the `nodesDir` of a Node-RED. */
  readonly nodes: string;
}

/**
 * Compiles `src/` and what measures it with the very compiler settings of the published package. A TypeScript loader would not do: it
 * adds code of its own to functions.
 *
 * The folder lies in node_modules, so that the programs find their modules, and is removed when this process ends.
 */
export async function compile(): Promise<Build> {
  const folder = join(repository, 'node_modules', '.cache', `bench-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const tsc = require.resolve('typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', join(repository, 'bench'), '--outDir', folder]);
  const bench = join(folder, 'bench');
  for (const file of ['nodes/bench-nodes.html', 'programs/client.py'])
    cpSync(join(repository, 'bench', file), join(bench, file));
  return { programs: join(bench, 'programs'), nodes: join(bench, 'nodes') };
}
