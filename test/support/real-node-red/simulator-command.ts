import { join } from 'node:path';
import { Child } from './child';
import type { Ports } from './flow';
import { makeUserDir } from './user-dir';

let command: Promise<string> | undefined;

/** Where the packed package's command `akm-simulator` is. */
export function simulatorCommand(): Promise<string> {
  command ??= makeUserDir().then((userDir) => join(userDir, 'node_modules', '.bin', 'akm-simulator'));
  return command;
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
