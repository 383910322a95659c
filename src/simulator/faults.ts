import { AkmError, quote } from '../errors.js';

/**
 * The ways in which a simulator can misbehave: name, and what it does.
 *
 * @example
 * for (const [fault, effect] of Object.entries(FAULTS)) console.log(fault, effect);
 */
export const FAULTS = {
  silent: 'accepts connections and never answers',
  reject: 'refuses every changing request and registration',
  slow: 'answers 3 seconds late',
  garbage: 'answers with bytes that are not a message',
  disconnect: 'closes the connection at every request',
} as const;

/** The name of one of {@link FAULTS}. */
export type Fault = keyof typeof FAULTS;

/** How a simulator behaves at the moment. Its services and connections share one, which changes while they run. */
export interface Behaviour {
  /** Undefined for none. */
  fault: Fault | undefined;
}

/**
 * Checks the name of a fault.
 * @param given empty or undefined for none
 * @throws AkmError `AKM_INVALID_INPUT`
 */
export function parseFault(given: unknown): Fault | undefined {
  if (given === undefined || given === '') return undefined;
  if (typeof given === 'string' && Object.hasOwn(FAULTS, given)) return given as Fault;
  throw new AkmError(
    'AKM_INVALID_INPUT',
    `Unknown fault ${quote(given)}; expected one of: ${Object.keys(FAULTS).join(', ')}, or none`,
  );
}
