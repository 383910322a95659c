import { parseArgs } from 'node:util';
import { AkmError } from '../errors.js';
import type { OutputFormat } from './cli-output.js';
import { FAULTS, parseFault } from './faults.js';
import { SIMULATOR_DEFAULTS, type SimulatorOptions } from './options.js';

const { host, ammPort, appPort, endpoints, atrs } = SIMULATOR_DEFAULTS;

/** What `akm-simulator --help` prints. */
export const USAGE = `Usage: akm-simulator [--host H] [--amm-port N] [--app-port N] [--endpoints N] [--atrs N] [--fault NAME]
                     [--json | --verbose]

Simulates an AKM Management Module (AMM) and an AppEndpoint, for trying things out. It has no security: do not
let it listen where others can reach it. It runs until Ctrl-C (SIGINT), SIGTERM or SIGHUP ends it.

  --host H        address to listen on (${host})
  --amm-port N    port of the AMM, 0 for any free one (${ammPort})
  --app-port N    port of the AppEndpoint, 0 for any free one (${appPort})
  --endpoints N   endpoints to begin with, 0 to 32 (${endpoints})
  --atrs N        trust relationships to begin with, 0 to 64 (${atrs})
  --fault NAME    misbehave:
${Object.entries(FAULTS)
  .map(([name, effect]) => `                    ${name.padEnd(12)}${effect}`)
  .join('\n')}
  --json          print each event as a line of JSON
  --verbose       print each event in words: what clients ask, and what is refused
  --version       print the version of the package
  --help          print this text

Output: "AMM listening on HOST:PORT" and "AppEndpoint listening on HOST:PORT", once both listen. With --verbose, a
line for each event follows. With --json, every line is an object with "time" (ISO 8601), "event" and "service"
("amm" or "app"):
  listening       host, port
  connected       connection (a number, from 1), peer (HOST:PORT)
  request         connection, code, name (absent if the code is unknown), fields; of data only the number of bytes
  registered      connection, atrId, appValue
  refused         connection, name (of the request), number (confirmation or status)
  disconnected    connection
Errors are printed to the standard error output.

Exit code: 0 when a signal ended it, 1 when it cannot listen or its output cannot be written, 2 when the
arguments cannot be used.
`;

/** What the command is to do. */
export interface Arguments {
  help: boolean;
  version: boolean;
  format: OutputFormat;
  options: SimulatorOptions;
}

/** @throws an error that says which argument cannot be used */
export function readArguments(args: string[]): Arguments {
  const { values } = parseArgs({
    args,
    options: {
      host: { type: 'string' },
      'amm-port': { type: 'string' },
      'app-port': { type: 'string' },
      endpoints: { type: 'string' },
      atrs: { type: 'string' },
      fault: { type: 'string' },
      json: { type: 'boolean' },
      verbose: { type: 'boolean' },
      version: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { json = false, verbose = false, help = false, version = false } = values;
  if (json && verbose)
    throw new AkmError('AKM_INVALID_INPUT', '--json and --verbose were given; only one of them is possible');
  return {
    help,
    version,
    format: json ? 'json' : verbose ? 'verbose' : 'brief',
    options: {
      host: values.host,
      ammPort: values['amm-port'],
      appPort: values['app-port'],
      endpoints: values.endpoints,
      atrs: values.atrs,
      fault: parseFault(values.fault),
    },
  };
}
