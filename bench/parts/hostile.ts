/**
 * For how long the event loop is away, at most, while a peer writes frames that nobody can use as fast as the socket takes them: without a
 * payload, with one too short for a code, of an unknown code, or answers that nobody asked for. One client of each service, in a process of
 * its own. While the event loop is away, Node-RED answers nobody and runs no flow.
 */
import type { Flood, Nonsense } from '../programs/flood.js';
import type { Flooded } from '../programs/flooded.js';
import type { Service } from '../../src/protocol/header.js';
import type { Measure } from '../support/context.js';
import { compareToLimit } from '../support/figure.js';
import { Program } from '../support/program.js';
import { measureRounds } from '../support/rounds.js';

/** In milliseconds. */
const LONGEST_ABSENCE = 50;

const SERVICES: readonly (readonly [Service, string])[] = [
  ['amm', 'AMM'],
  ['app', 'AppEndpoint'],
];
const FLOODS: readonly Nonsense[] = ['empty payloads', '3-byte payloads', 'unknown codes', 'unasked answers'];

export const measureHostile: Measure = async ({ build: { programs }, options, progress }) => {
  const absence = async (service: Service, nonsense: Nonsense): Promise<number> => {
    const flood = Program.start<Flood>(programs, 'flood');
    const flooded = Program.start<Flooded>(programs, 'flooded', { profile: options.profile });
    try {
      const port = await flood.ask('listen', { service, nonsense });
      const duration = options.quick ? 500 : 3000;
      return await flooded.ask('longestAbsence', { service, port, duration });
    } finally {
      await Promise.all([flooded.stop(), flood.stop()]);
    }
  };
  const contenders = SERVICES.flatMap(([service, name]) =>
    FLOODS.map((nonsense) => ({
      name: `${name}, ${nonsense}`,
      measure: () => absence(service, nonsense),
    })),
  );
  const rounds = await measureRounds(contenders, options.runs, progress);
  return [...rounds].map(([name, values]) =>
    compareToLimit(values, LONGEST_ABSENCE, { part: 'hostile', name, unit: 'ms' }),
  );
};
