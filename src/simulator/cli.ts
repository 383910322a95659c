#!/usr/bin/env node
import { messageOf } from '../errors.js';
import { readArguments, USAGE, type Arguments } from './cli-arguments.js';
import { EventPrinter } from './cli-output.js';
import { packageVersion } from './package-version.js';
import { Simulator } from './simulator.js';

/** Exit codes; 0 when a signal has ended it, or after `--help` and `--version`. */
const FAILED = 1;
const BAD_ARGUMENTS = 2;

/** Aborted when a signal, or an output that cannot be written, ends the command. */
const ending = new AbortController();

/** Exits with this code as soon as all has ended, and says why. */
function fail(code: number, message: string): void {
  process.exitCode = code;
  process.stderr.write(`akm-simulator: ${message}\n`);
}

function prepare(args: string[]): { simulator: Simulator; given: Arguments } | undefined {
  try {
    const given = readArguments(args);
    if (given.help) process.stdout.write(USAGE);
    else if (given.version) process.stdout.write(`${packageVersion()}\n`);
    else return { simulator: new Simulator(given.options), given };
  } catch (error) {
    fail(BAD_ARGUMENTS, `${messageOf(error)}\nTry akm-simulator --help`);
  }
  return undefined;
}

async function run(simulator: Simulator, { format }: Arguments): Promise<void> {
  const printer = new EventPrinter(simulator, format, process.stdout);
  ending.signal.addEventListener('abort', () => void simulator.stop());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());
  process.stdout.on('error', () => printer.stop());
  try {
    printer.listening(await simulator.start());
  } catch (error) {
    if (!ending.signal.aborted) fail(FAILED, messageOf(error));
  }
}

process.stdout.on('error', ({ message }: Error) => {
  if (!ending.signal.aborted) fail(FAILED, `The output cannot be written: ${message}`);
  ending.abort();
});
process.stderr.on('error', () => undefined); // nobody is there who could be told
const prepared = prepare(process.argv.slice(2));
if (prepared) void run(prepared.simulator, prepared.given);
