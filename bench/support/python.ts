import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Child, run } from '../../test/support/real-node-red/child.js';
import type { Load } from '../programs/wire.js';
import { TEXTS } from '../programs/wire.js';
import type { Window } from './options.js';

/** Whether there is a Python to compare with. */
export function hasPython(): boolean {
  return spawnSync('python3', ['--version']).status === 0;
}

/** Starts to send to `port`. */
export function pythonSender(programs: string, port: number, load: Load): Child {
  return new Child('python3', [join(programs, 'client.py'), 'send', String(port), TEXTS[load]]);
}

/** Receives from `port`, and gives frames a second. */
export async function pythonReceiver(programs: string, port: number, window: Window): Promise<number> {
  const seconds = [window.warmup, window.duration].map((time) => String(time / 1000));
  const how = ['receive', String(port), window.clock, ...seconds];
  return Number(await run('python3', [join(programs, 'client.py'), ...how]));
}
