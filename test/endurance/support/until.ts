import { setTimeout as pause } from 'node:timers/promises';

/** How long to wait for something, in milliseconds, unless told otherwise. */
const PATIENCE = 30_000;
/** Between two looks, in milliseconds: what is looked at is another process, which is not to be kept busy by it. */
const PAUSE = 20;

/**
 * Looks again and again until there is something.
 * @throws Error naming `what` was awaited, and what `seen` says, when it does not come in time
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  patience = PATIENCE,
): Promise<T> {
  const end = Date.now() + patience;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(PAUSE);
  }
  throw new Error(`Waited ${patience} ms in vain for ${what}`);
}
