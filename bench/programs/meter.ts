import { setTimeout as delay } from 'node:timers/promises';
import type { Window } from '../support/options.js';
import { processorSeconds } from './processor.js';

/** How often it is looked whether anything arrives yet, in milliseconds. */
const LOOK = 5;

/**
 * Counts, and tells how many a second there were in a window of time.
 *
 * The window opens when the first one is there, however long the other side takes to start. Late timers do no harm: the time that
 * really passed counts.
 */
export class Meter {
  count = 0;

  /** @param pid the process whose time counts, where that is the processor's and not the clock's */
  async rate({ warmup, duration, clock }: Window, pid = process.pid): Promise<number> {
    const seconds = clock === 'wall' ? () => performance.now() / 1000 : () => processorSeconds(pid);
    const before = this.count;
    while (this.count === before) await delay(LOOK);
    await delay(warmup);
    const { count } = this;
    const begun = seconds();
    await delay(duration);
    return (this.count - count) / (seconds() - begun);
  }
}
