import { AkmError, kindOf, quote } from '../errors.js';
import { MAX_ATRS, MAX_ENDPOINTS } from '../protocol/amm-messages.js';
import { parseInteger, U16_MAX } from '../protocol/integer.js';
import { checkHost } from '../settings/check-host.js';
import { parseFault, type Fault } from './faults.js';

/** How to run a `Simulator`. An option that is undefined has its default. */
export interface SimulatorOptions {
  /** Address to listen on. Default `127.0.0.1`: the simulator is for tests, and has no security at all. */
  host?: string | undefined;
  /** Port of the simulated AMM; 0 for any free one. Default 49200. A decimal or `0x` hexadecimal string will do too. */
  ammPort?: number | string | undefined;
  /** Port of the simulated AppEndpoint; 0 for any free one. Default 49600. A string as above will do too. */
  appPort?: number | string | undefined;
  /** How many endpoints there are to begin with, 0 to 32. Default 4. A string as above will do too. */
  endpoints?: number | string | undefined;
  /** How many trust relationships there are to begin with, 0 to 64. Default 5. A string as above will do too. */
  atrs?: number | string | undefined;
  /** How to misbehave, one of `FAULTS`; empty for not at all, which is the default. */
  fault?: Fault | '' | undefined;
}

/**
 * What a simulator does without options. The ports are the documented ones of the two services.
 *
 * @example
 * new AmmClient({ port: SIMULATOR_DEFAULTS.ammPort });
 */
export const SIMULATOR_DEFAULTS = {
  host: '127.0.0.1',
  ammPort: 49200,
  appPort: 49600,
  endpoints: 4,
  atrs: 5,
  fault: '',
} as const satisfies SimulatorOptions;

/** {@link SimulatorOptions}, checked and complete. */
export interface CheckedSimulatorOptions {
  host: string;
  ammPort: number;
  appPort: number;
  endpoints: number;
  atrs: number;
  fault: Fault | undefined;
}

/** @throws AkmError `AKM_INVALID_INPUT` naming the option */
export function checkSimulatorOptions(options: SimulatorOptions): CheckedSimulatorOptions {
  checkOptionNames(options, Object.keys(SIMULATOR_DEFAULTS), 'simulator options');
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const complete: Record<keyof SimulatorOptions, unknown> = {
    ...SIMULATOR_DEFAULTS,
    ...Object.fromEntries(given),
  };
  return {
    host: checkHost(complete.host, 'The host'),
    ammPort: parseInteger(complete.ammPort, 'The AMM port', U16_MAX),
    appPort: parseInteger(complete.appPort, 'The AppEndpoint port', U16_MAX),
    endpoints: parseInteger(complete.endpoints, 'The number of endpoints', MAX_ENDPOINTS),
    atrs: parseInteger(complete.atrs, 'The number of ATRs', MAX_ATRS),
    fault: parseFault(complete.fault),
  };
}

/**
 * Checks that options are an object without unknown names: a misspelt option would have no effect, and nobody would know.
 * @param what names the object in the error
 * @throws AkmError `AKM_INVALID_INPUT`
 */
export function checkOptionNames(options: unknown, known: readonly string[], what: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new AkmError('AKM_INVALID_INPUT', `The ${what} must be an object; ${kindOf(options)} was given`);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new AkmError(
    'AKM_INVALID_INPUT',
    `Unknown property ${quote(unknown)} in the ${what}; expected one of: ${known.join(', ')}`,
  );
}
