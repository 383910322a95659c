/**
 * Whether a message costs the same however many wait for another one: 1, 10, 100 and 1000 subscriptions of one client, of which one
 * matches. The reference is the one subscription alone.
 */
import type { ReceiveAkm } from '../programs/receive-akm.js';
import { SEVERAL } from '../programs/wire.js';
import type { Measure } from '../support/context.js';
import { compare } from '../support/figure.js';
import { Program } from '../support/program.js';
import { fromSource } from '../support/rates.js';
import { measureRounds } from '../support/rounds.js';

const SUBSCRIPTIONS = [1, 10, 100, 1000] as const;
/** What is left of the rate with one subscription, whatever the number of others. */
const FLAT = 0.9;

export const measureGrowth: Measure = async ({ build: { programs }, options, progress }) => {
  const nameOf = (number: number): string => `${number} subscriptions, one matches`;
  const rateWith = (number: number): Promise<number> =>
    fromSource(programs, 'short', SEVERAL, async (port) => {
      const receiver = Program.start<ReceiveAkm>(programs, 'receive-akm');
      try {
        await receiver.ask('start', { port, load: 'short', others: number - 1 });
        return await receiver.ask('rate', options.window);
      } finally {
        await receiver.stop();
      }
    });
  const contenders = SUBSCRIPTIONS.map((number) => ({
    name: nameOf(number),
    measure: () => rateWith(number),
  }));
  const rounds = await measureRounds(contenders, options.runs, progress);
  const about = { part: 'growth', unit: 'frames/s', reference: nameOf(1), goal: { least: FLAT } } as const;
  return SUBSCRIPTIONS.slice(1).map((number) => compare(rounds, { ...about, name: nameOf(number) }));
};
