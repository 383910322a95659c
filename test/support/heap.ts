import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Frees the memory of what nobody holds any more. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of memory in use, without what nobody holds any more. */
export function heapUsed(): number {
  collectGarbage();
  const { heapUsed: used, external } = process.memoryUsage();
  return used + external;
}
