import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './child';
import { settle } from './settle';
import { repository } from './versions';

/** Where it stands what is installed beside our package, one folder for each set, with a lock file. */
const SETS = join(repository, 'test', 'wired', 'packages');
const FILES = ['package.json', 'package-lock.json'];

/**
 * Puts other packages for Node-RED into a user directory that is still empty. They are fetched from npm once for each state of the lock
 * file, into a folder that `npm ci` empties.
 *
 * @param set a folder of `test/wired/packages`
 */
export async function installThirdParty(userDir: string, set: string): Promise<void> {
  await cp(await fetched(set), userDir, { recursive: true, verbatimSymlinks: true });
}

async function fetched(set: string): Promise<string> {
  const source = join(SETS, set);
  const lock = await readFile(join(source, 'package-lock.json'));
  const state = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  const folder = join(repository, 'node_modules', '.cache', 'third-party', `${set}-${state}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  for (const file of FILES) await cp(join(source, file), join(unfinished, file));
  await run('npm', ['ci', '--no-audit', '--no-fund', '--prefix', unfinished]);
  await settle(unfinished, folder);
  return folder;
}
