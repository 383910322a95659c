import { join } from 'node:path';
import { Child } from './child';
import type { Ports } from './flow';
import { installPackage } from './package-tarball';
import { makeScratchFolder } from './scratch';

let installed: Promise<string> | undefined;

/** Where the packed package's command `akm-simulator` is, installed once for all tests of a run. */
export function simulatorCommand(): Promise<string> {
  installed ??= (async () => {
    const folder = makeScratchFolder('command');
    await installPackage(folder);
    return join(folder, 'node_modules', '.bin', 'akm-simulator');
  })();
  return installed;
}

/** Starts the packed command and resolves when it listens. */
export async function startSimulatorCommand({ ammPort, appPort }: Ports): Promise<Child> {
  const child = new Child(await simulatorCommand(), [
    '--amm-port',
    String(ammPort),
    '--app-port',
    String(appPort),
  ]);
  await child.printed(/AppEndpoint listening on /);
  return child;
}
