/** How many messages a second go one way between a flow and a process outside it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Count } from '../nodes/count.js';
import type { Inject } from '../nodes/inject.js';
import type { Sink } from '../programs/sink.js';
import type { Source } from '../programs/source.js';
import type { FlowBench, NodeIn } from './flow-bench.js';
import type { Window } from './options.js';
import type { Program } from './program.js';

/** How often it is looked whether anything still arrives, in milliseconds. */
const LOOK = 50;

/** What `inject` emits, as it arrives at `sink`. */
export async function sent(
  bench: FlowBench,
  inject: NodeIn<Inject>,
  sink: Program<Sink>,
  window: Window,
): Promise<number> {
  await bench.ask(inject, 'start');
  const rate = await sink.ask('rate', { window, sender: bench.pid });
  await bench.ask(inject, 'stop');
  return rate;
}

/** What `source` pushes, so many frames a write, as it arrives at `count`. */
export async function received(
  bench: FlowBench,
  source: Program<Source>,
  framesAWrite: number,
  count: NodeIn<Count>,
  window: Window,
): Promise<number> {
  await source.ask('start', { load: 'short', framesAWrite });
  const rate = await bench.ask(count, 'rate', window);
  await source.ask('stop');
  // what is still under way must not be in the way of the next one
  for (let before = -1, now = 0; now !== before;) {
    before = now;
    await delay(LOOK);
    now = await bench.ask(count, 'total');
  }
  return rate;
}
