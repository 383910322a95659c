import type { EventEmitter } from 'node:events';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

/** How a process is. */
export interface Vitals {
  /** Bytes in use after a garbage collection: on the heap, and in buffers outside of it. */
  readonly memory: number;
  /** How many timers, sockets, ... keep it alive, by their kind. */
  readonly resources: Readonly<Record<string, number>>;
  /** How many listeners there are for the events of the process, and of the clients that our nodes share. */
  readonly listeners: number;
  /** Such as `MaxListenersExceededWarning: ...`. */
  readonly warnings: readonly string[];
  /** How late the event loop was since the last time, in milliseconds. */
  readonly loopDelay: { readonly median: number; readonly worst: number };
}

/** What {@link takeVitals} needs to have been watched. */
export interface Watch {
  readonly warnings: string[];
  readonly delays: IntervalHistogram;
}

/** Begins to watch this process. */
export function watchVitals(): Watch {
  const warnings: string[] = [];
  process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`));
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  return { warnings, delays };
}

/** Takes a look at this process, which must run with `--expose-gc`, and at these emitters in it. */
export function takeVitals({ warnings, delays }: Watch, emitters: readonly EventEmitter[]): Vitals {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const loopDelay = { median: delays.percentile(50) / 1e6, worst: delays.max / 1e6 };
  delays.reset();
  const listeners = [process, ...emitters]
    .flatMap((emitter) => emitter.eventNames().map((name) => emitter.listenerCount(name)))
    .reduce((sum, count) => sum + count, 0);
  return { memory: heapUsed + external, resources, listeners, warnings, loopDelay };
}
