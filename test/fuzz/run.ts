import { parseArgs } from 'node:util';
import { messageOf } from '../../src/errors.js';
import { heapUsed } from '../support/heap.js';
import { CODEC } from './codec.js';
import { MODEL } from '../model/properties.js';
import { LIVE } from './live.js';
import { LARGEST_SEED, tryOut, type FuzzProperty } from './property.js';

const USAGE = `Usage: npm run fuzz -- [--minutes N] [--seed S] [--only TEXT]

Tries out, for N minutes (1), what the unit suite tries out briefly: with other seeds round after round, beginning with S.
What fails is printed with all that is needed to see it again, and the exit code is 1.

  --minutes N   how long, at least one round
  --seed S      the first round's seed, 0 to 2147483647 (random)
  --only TEXT   only those whose name contains TEXT
`;

const MINUTE = 60_000;
/** How much more memory may be in use at the end than after the first rounds, in bytes: what a leak soon exceeds, and noise does not. */
const MOST_GROWTH = 64 * 1024 * 1024;
/** Rounds after which all code is compiled and all caches are filled. */
const WARM_UP = 3;

interface Arguments {
  minutes: number;
  seed: number;
  fuzzed: readonly FuzzProperty[];
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * LARGEST_SEED)) },
      only: { type: 'string', default: '' },
    },
  });
  const minutes = Number(values.minutes);
  const seed = Number(values.seed);
  if (!(minutes >= 0)) throw new Error(`--minutes is ${values.minutes}; a number of minutes is needed`);
  if (!Number.isInteger(seed) || seed < 0 || seed > LARGEST_SEED)
    throw new Error(`--seed is ${values.seed}; a whole number from 0 to ${LARGEST_SEED} is needed`);
  const fuzzed = [...CODEC, ...LIVE, ...MODEL].filter(({ name }) => name.includes(values.only));
  if (fuzzed.length === 0) throw new Error(`--only is ${values.only}; that is in no name`);
  return { minutes, seed, fuzzed };
}

/** What is tried out right now, for the case that it ends the process. */
let current = '';

async function run({ minutes, seed, fuzzed }: Arguments): Promise<boolean> {
  const end = Date.now() + minutes * MINUTE;
  let tries = 0;
  let rounds = 0;
  let settled: number | undefined;
  say(`seed ${seed}, ${fuzzed.length} properties, ${minutes} minutes`);
  do {
    const roundSeed = (seed + rounds) % LARGEST_SEED;
    for (const each of fuzzed) {
      current = `${each.name}\nSee it again: npm run fuzz -- --minutes 0 --seed ${roundSeed} --only '${each.name}'`;
      const failure = await tryOut(each, roundSeed, each.runs);
      if (failure !== undefined) {
        say(`FAILED: ${current}\n${failure}`);
        return false;
      }
      tries += each.runs;
    }
    rounds += 1;
    if (rounds === WARM_UP) settled = heapUsed();
  } while (Date.now() < end);
  const grown = settled === undefined ? 0 : heapUsed() - settled;
  say(
    `${tries} tries in ${rounds} rounds, nothing found; ${Math.round(grown / 1024)} KiB more in use than after round ${WARM_UP}`,
  );
  if (grown > MOST_GROWTH) say('FAILED: that is a leak');
  return grown <= MOST_GROWTH;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

// what escapes from all handlers would have ended Node-RED
process.on('uncaughtException', (error) => {
  say(`FAILED: ${current}\nThis would have ended the process: ${String(error.stack)}`);
  process.exit(1);
});

async function main(): Promise<void> {
  let given: Arguments;
  try {
    given = readArguments();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (!(await run(given))) process.exitCode = 1;
}

void main();
