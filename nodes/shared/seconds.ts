import type { NumberInput } from '../../src/client/options.js';
import { parseInteger } from '../../src/protocol/integer.js';

/** Longest time that can be given in seconds: what a timer can keep in milliseconds. */
const LONGEST_SECONDS = 2_147_483;

/**
 * A time in milliseconds that a form holds in seconds; 0 means never there.
 * @throws AkmError `AKM_INVALID_INPUT`
 */
export function inMilliseconds(seconds: NumberInput, what: string): number {
  return parseInteger(seconds, what, LONGEST_SECONDS) * 1000;
}
