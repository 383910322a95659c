import { existsSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { installPackage, packageTarball } from './package-tarball';
import { makeScratchFolder } from './scratch';
import { settle } from './settle';
import { installThirdParty } from './third-party';

/** What was installed, by the set of packages beside ours. */
const installations = new Map<string, Promise<string>>();

/**
 * Makes a Node-RED user directory with the packed package in it. npm installs it once for all tests of a run, also of those in processes
 * beside this one; each test gets a copy.
 *
 * @param set other packages that are installed beside ours: a folder of `test/wired/packages`
 */
export async function makeUserDir(set = ''): Promise<string> {
  const installation = installations.get(set) ?? install(set);
  installations.set(set, installation);
  const userDir = makeScratchFolder('user-dir');
  await cp(await installation, userDir, { recursive: true, verbatimSymlinks: true });
  return userDir;
}

async function install(set: string): Promise<string> {
  const { path } = await packageTarball();
  const folder = join(dirname(path), `user-dir-${set}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished);
  if (set !== '') await installThirdParty(unfinished, set);
  await installPackage(unfinished);
  await settle(unfinished, folder);
  return folder;
}
