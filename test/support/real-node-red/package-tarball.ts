import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './child';
import { makeScratchFolder } from './scratch';
import { repository } from './versions';

/** What `npm pack` tells about the tarball it made. */
export interface PackageTarball {
  /** Where the tarball is: a scratch folder. */
  readonly path: string;
  /** The package's name, as users install it. */
  readonly name: string;
  /** Bytes of the tarball itself: what a user downloads. */
  readonly size: number;
  /** The files in it; `path` is relative to the package's root, with forward slashes. */
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

let packed: Promise<PackageTarball> | undefined;

/** Where processes that run tests beside each other find what the first of them has packed. */
const GIVEN = 'AKM_TEST_TARBALL';

/** Builds and packs this repository's package, once for all tests of a run. */
export function packageTarball(): Promise<PackageTarball> {
  const given = process.env[GIVEN];
  packed ??= given === undefined ? pack() : Promise.resolve(JSON.parse(given) as PackageTarball);
  return packed;
}

/** Mocha calls this once, before it starts the processes that run test files beside each other. */
export async function mochaGlobalSetup(): Promise<void> {
  process.env[GIVEN] = JSON.stringify(await packageTarball());
}

async function pack(): Promise<PackageTarball> {
  const folder = makeScratchFolder('tarball');
  // `prepack` builds; what it prints must not mix with the JSON.
  const options = ['--json', '--foreground-scripts=false', '--pack-destination', folder];
  const printed = await run('npm', ['pack', ...options], { cwd: repository });
  const [told] = JSON.parse(printed) as [Omit<PackageTarball, 'path'> & { filename: string }];
  return { path: join(folder, told.filename), name: told.name, size: told.size, files: told.files };
}

/**
 * Installs the tarball into a Node-RED user directory, as a user would, but without the network: it has no dependencies. What is installed
 * there already stays.
 */
export async function installPackage(userDir: string): Promise<void> {
  const { path } = await packageTarball();
  const manifest = join(userDir, 'package.json');
  if (!existsSync(manifest))
    await writeFile(manifest, '{ "name": "node-red-user-directory", "private": true }');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--prefix', userDir, path]);
}
