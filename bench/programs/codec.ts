/** Encodes and decodes, by the tables and by hand, one after the other. */
import { allPairs, endpointLists, type Pair } from '../by-hand/pairs.js';
import { serve } from './commands.js';

/** How often a second, in the median. */
export interface PairRates {
  readonly name: string;
  readonly ours: number;
  readonly byHand: number;
}

export interface Codec {
  /** Every message of the tables, each for so many milliseconds. */
  all(time: number): Promise<PairRates[]>;
  /** Lists of so many endpoints. */
  lists(how: { counts: readonly number[]; time: number }): Promise<PairRates[]>;
}

/** As often is a function called between two looks at the clock: many of them take less time than the look. */
const BATCH = 50;

/** Keeps results from being optimised away. */
export let last: unknown;

async function rates(pairs: readonly Pair[], time: number): Promise<PairRates[]> {
  const { Bench } = await import('tinybench');
  const bench = new Bench({ time, iterations: 10, warmupTime: time / 2, warmupIterations: 10 });
  const batch = (action: () => unknown) => () => {
    for (let n = 0; n < BATCH; n += 1) last = action();
  };
  for (const { name, ours, byHand } of pairs)
    bench.add(name, batch(ours)).add(`${name}, by hand`, batch(byHand));
  await bench.run();
  const rate = (name: string): number => {
    const result = bench.getTask(name)?.result;
    if (result?.state !== 'completed') throw new Error(`${name} did not complete`);
    return result.throughput.p50 * BATCH;
  };
  return pairs.map(({ name }) => ({ name, ours: rate(name), byHand: rate(`${name}, by hand`) }));
}

serve<Codec>({
  all: (time) => rates(allPairs(), time),
  lists: ({ counts, time }) => rates(counts.flatMap(endpointLists), time),
});
