import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from './at-end';

/** By folder, what takes back its removal at the end. */
const takeBack = new Map<string, () => void>();

/**
 * Makes an empty folder under the system's temporary folder. It is removed when this process ends; remove it
 * earlier with {@link removeScratchFolder}.
 */
export function makeScratchFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `node-red-test-${purpose}-`));
  takeBack.set(
    folder,
    atEnd(() => removeScratchFolder(folder)),
  );
  return folder;
}

/** Removes a scratch folder and all in it. Removing it twice does no harm. */
export function removeScratchFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  takeBack.get(folder)?.();
  takeBack.delete(folder);
}
