/** Encodes and decodes, by the tables and by hand, one after the other. */
import { pairs } from './by-hand.js';
import { serve } from './commands.js';

/** How often a second, in the median. */
export interface PairRates {
  readonly name: string;
  readonly ours: number;
  readonly byHand: number;
}

export interface Codec {
  /** Measures each of all pairs for `time` milliseconds. */
  rates(time: number): Promise<PairRates[]>;
}

/** As often is a function called between two looks at the clock: many of them take less time than the look. */
const BATCH = 50;

/** Keeps results from being optimised away. */
export let last: unknown;

serve<Codec>({
  rates: async (time) => {
    const { Bench } = await import('tinybench');
    const bench = new Bench({ time, iterations: 10, warmupTime: time / 2, warmupIterations: 10 });
    const batch = (action: () => unknown) => () => {
      for (let n = 0; n < BATCH; n += 1) last = action();
    };
    const all = pairs();
    for (const { name, ours, byHand } of all)
      bench.add(name, batch(ours)).add(`${name}, by hand`, batch(byHand));
    await bench.run();
    const rate = (name: string): number => {
      const result = bench.getTask(name)?.result;
      if (result?.state !== 'completed') throw new Error(`${name} did not complete`);
      return result.throughput.p50 * BATCH;
    };
    return all.map(({ name }) => ({ name, ours: rate(name), byHand: rate(`${name}, by hand`) }));
  },
});
