#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { messageOf } from '../errors.js';
import { FAULTS } from './peer-server.js';
import { Simulator, type SimulatorOptions } from './simulator.js';

const USAGE = `Usage: akm-simulator [--host H] [--amm-port N] [--app-port N] [--endpoints N] [--atrs N] [--fault NAME]

Simulates an AKM Management Module (AMM) and an AppEndpoint, for trying things out. It has no security: do not
let it listen where others can reach it.

  --host H        address to listen on (127.0.0.1)
  --amm-port N    port of the AMM, 0 for any free one (49200)
  --app-port N    port of the AppEndpoint, 0 for any free one (49600)
  --endpoints N   endpoints to begin with, 0 to 32 (4)
  --atrs N        trust relationships to begin with, 0 to 64 (5)
  --fault NAME    misbehave:
${Object.entries(FAULTS)
  .map(([name, what]) => `                    ${name.padEnd(12)}${what}`)
  .join('\n')}
  --help          this text

Ctrl-C ends it.
`;

/** Exit code for arguments that cannot be used. */
const BAD_ARGUMENTS = 2;

function readArguments(args: string[]): SimulatorOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      host: { type: 'string' },
      'amm-port': { type: 'string' },
      'app-port': { type: 'string' },
      endpoints: { type: 'string' },
      atrs: { type: 'string' },
      fault: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const { 'amm-port': ammPort, 'app-port': appPort, host, endpoints, atrs, fault } = values;
  const given = { host, ammPort, appPort, endpoints, atrs, fault };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function prepare(args: string[]): Simulator | undefined {
  try {
    const options = readArguments(args);
    if (options !== 'help') return new Simulator(options);
    process.stdout.write(USAGE);
  } catch (error) {
    process.stderr.write(`akm-simulator: ${messageOf(error)}\nTry akm-simulator --help\n`);
    process.exitCode = BAD_ARGUMENTS;
  }
  return undefined;
}

async function run(simulator: Simulator): Promise<void> {
  try {
    const { host, ammPort, appPort } = await simulator.start();
    // before the lines that say it runs: whoever reads them may end it at once
    const end = (): void => void simulator.stop();
    process.once('SIGINT', end).once('SIGTERM', end);
    process.stdout.write(
      `AMM listening on ${host}:${ammPort}\nAppEndpoint listening on ${host}:${appPort}\n`,
    );
  } catch (error) {
    process.stderr.write(`akm-simulator: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

const simulator = prepare(process.argv.slice(2));
if (simulator) void run(simulator);
