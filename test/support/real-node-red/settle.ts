import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';

/**
 * Gives a finished installation its name: one that was cut short is never used. Where another process was faster, with the same packages,
 * its installation stays, which may be in use.
 */
export async function settle(unfinished: string, folder: string): Promise<void> {
  try {
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}
