import { parseArgs } from 'node:util';

/** The parts of the benchmark, in the order they run. */
export const PARTS = ['codec', 'net', 'flow', 'latency', 'memory', 'growth', 'hostile', 'broker'] as const;

export type Part = (typeof PARTS)[number];

/** How long a rate is measured, in milliseconds: first the time that does not count, then the time that does. */
export interface Window {
  readonly warmup: number;
  readonly duration: number;
  /**
   * Whose seconds count: those on the wall, or those that the measured process was on a processor. On a machine that others use as well
   * only the latter compare, though they leave out what a process waits for.
   */
  readonly clock: 'wall' | 'processor';
}

/** How to run the benchmark. */
export interface Options {
  readonly parts: readonly Part[];
  /** How often each contender is measured; the figures are medians. */
  readonly runs: number;
  /** Whether it is only to be seen that everything runs: short windows, small numbers. The figures mean little then. */
  readonly quick: boolean;
  readonly window: Window;
  /** Frames over which memory must not grow. */
  readonly frames: number;
  /** File to write the figures to, as JSON. */
  readonly json: string | undefined;
  /** Folder for a CPU profile of each process that runs this package's code. */
  readonly profile: string | undefined;
}

/** What `npm run bench -- --help` prints. */
export const USAGE = `npm run bench -- [options]
  --only PART,...  of ${PARTS.join(', ')}; default all
  --runs N         how often each figure is measured; default 5 (1 with --quick)
  --frames N       frames over which memory must not grow; default 5000000 (100000 with --quick)
  --quick          short and small: only to see that everything runs
  --clock C        wall, or processor: rates a second of the measured process's processor time, for a busy machine (Linux)
  --json FILE      writes the figures to a file as well
  --profile DIR    writes CPU profiles of the processes that run this package's code`;

/** @throws Error that says which option cannot be used */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      runs: { type: 'string' },
      frames: { type: 'string' },
      quick: { type: 'boolean', default: false },
      clock: { type: 'string', default: 'wall' },
      json: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { quick } = values;
  return {
    parts: values.only === undefined ? PARTS : values.only.split(',').map(partOf),
    runs: count('--runs', values.runs ?? (quick ? '1' : '5')),
    frames: count('--frames', values.frames ?? (quick ? '100000' : '5000000')),
    quick,
    window: {
      ...(quick ? { warmup: 200, duration: 200 } : { warmup: 700, duration: 1000 }),
      clock: clockOf(values.clock),
    },
    json: values.json,
    profile: values.profile,
  };
}

function partOf(name: string): Part {
  const part = PARTS.find((known) => known === name);
  if (part === undefined) throw new Error(`--only ${name}: the parts are ${PARTS.join(', ')}`);
  return part;
}

function clockOf(name: string): Window['clock'] {
  if (name === 'wall' || name === 'processor') return name;
  throw new Error(`--clock ${name}: wall or processor is needed`);
}

function count(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`${option} ${text}: a number from 1 is needed`);
  return number;
}
