import { setImmediate as turn } from 'node:timers/promises';

/** Memory in bytes, right after garbage was collected. */
export interface Used {
  /** What JavaScript holds: objects, and the buffers that they refer to. */
  readonly held: number;
  /** What the operating system has given the process. */
  readonly resident: number;
}

/** As often is garbage collected: what a first collection makes unreachable, the next takes. */
const COLLECTIONS = 3;

/** Collects garbage and tells what is left. The process must have been started with `--expose-gc`. */
export async function usedMemory(): Promise<Used> {
  for (let n = 0; n < COLLECTIONS; n += 1) {
    await turn(); // sockets let go of their buffers a turn later
    if (!global.gc) throw new Error('--expose-gc is needed');
    global.gc();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external, resident: rss };
}
