import type { NumberInput } from '../../src/client/options.js';
import { parseInteger } from '../../src/protocol/integer.js';
import { LONGEST_DELAY } from '../../src/protocol/literals.js';

/** Longest time that can be given, in whole seconds. */
const LONGEST_SECONDS = Math.floor(LONGEST_DELAY / 1000);

/**
 * A time in milliseconds that a form holds in seconds; 0 means never there.
 * @throws AkmError `AKM_INVALID_INPUT`
 */
export function inMilliseconds(seconds: NumberInput, what: string): number {
  return parseInteger(seconds, what, LONGEST_SECONDS) * 1000;
}
