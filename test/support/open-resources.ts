import assert from 'node:assert/strict';
import { turn } from './promises.js';

/** How long a closed socket or server may take to leave the event loop, in milliseconds. */
const GRACE = 2000;

/** What keeps this process alive: timers, sockets, servers. */
export function openResources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => kind === 'Timeout' || kind.startsWith('TCP'))
    .sort();
}

/** Fails unless all is closed again that was not open before. */
export async function requireSameResources(before: readonly string[]): Promise<void> {
  const end = Date.now() + GRACE;
  while (Date.now() < end && openResources().join() !== before.join()) await turn();
  assert.deepEqual(openResources(), before, 'timers, sockets or servers were left open');
}
