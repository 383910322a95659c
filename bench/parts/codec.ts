/**
 * Encoding and decoding of every message of both tables. Beside each, code that was written by hand for that one message and does the same:
 * the results are compared before anything is measured. Without a goal: the tables are there to be right and readable, and this shows what
 * that costs.
 *
 * Each run is a process of its own, so that no run finds the code of another optimised.
 */
import type { Codec, PairRates } from '../programs/codec.js';
import type { Context, Measure } from '../support/context.js';
import { compare, type Figure } from '../support/figure.js';
import type { Part } from '../support/options.js';
import { Program } from '../support/program.js';

/** How long each of a pair is measured in each run, in milliseconds. */
export function pairTime(quick: boolean): number {
  return quick ? 2 : 100;
}

export const measureCodec: Measure = (context) =>
  codecFigures(context, 'codec', (codec) => codec.ask('all', pairTime(context.options.quick)));

/** Figures of what `measure` gives, over all runs. */
export async function codecFigures(
  { build: { programs }, options, progress }: Context,
  part: Part,
  measure: (codec: Program<Codec>) => Promise<PairRates[]>,
): Promise<Figure[]> {
  const runs: PairRates[][] = [];
  for (let n = 0; n < options.runs; n += 1) {
    progress(`encoding and decoding, run ${n + 1} of ${options.runs}`);
    const codec = Program.start<Codec>(programs, 'codec', { profile: options.profile });
    try {
      runs.push(await measure(codec));
    } finally {
      await codec.stop();
    }
  }
  const reference = 'by hand';
  return (runs[0] ?? []).map(({ name }, pair) => {
    const rounds = new Map([
      [name, runs.map((run) => run[pair]?.ours ?? Number.NaN)],
      [reference, runs.map((run) => run[pair]?.byHand ?? Number.NaN)],
    ]);
    return compare(rounds, { part, name, reference, unit: 'per s' });
  });
}
