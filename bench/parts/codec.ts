/**
 * Encoding and decoding of the messages that move most, beside code written by hand for each. Without a goal: the message tables are there
 * to be right and readable, and this shows what that costs.
 *
 * Each run is a process of its own, so that no run finds the code of another optimised.
 */
import type { Codec, PairRates } from '../programs/codec.js';
import type { Measure } from '../support/context.js';
import { compare } from '../support/figure.js';
import { Program } from '../support/program.js';

export const measureCodec: Measure = async ({ build: { programs }, options, progress }) => {
  const runs: PairRates[][] = [];
  for (let n = 0; n < options.runs; n += 1) {
    progress(`encoding and decoding, run ${n + 1} of ${options.runs}`);
    const codec = Program.start<Codec>(programs, 'codec', { profile: options.profile });
    try {
      runs.push(await codec.ask('rates', options.quick ? 2 : 100));
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
    return compare(rounds, { part: 'codec', name, reference, unit: 'per s' });
  });
};
