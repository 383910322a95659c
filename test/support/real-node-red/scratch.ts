import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders = new Set<string>();

process.once('exit', () => {
  for (const folder of folders) removeScratchFolder(folder);
});

/**
 * Makes an empty folder under the system's temporary folder. It is removed when this process ends, whatever
 * ended it short of a kill; remove it earlier with {@link removeScratchFolder}.
 */
export function makeScratchFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `node-red-test-${purpose}-`));
  folders.add(folder);
  return folder;
}

/** Removes a scratch folder and all in it. Removing it twice does no harm. */
export function removeScratchFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}
