import { AkmError, quote } from '../errors.js';

/**
 * Reads a setting that is one of several words.
 *
 * @param what names the setting in the error, e.g. `action`
 * @throws AkmError `AKM_INVALID_INPUT`: `Unknown action "x"; expected one of: a, b`
 */
export function oneOf<T extends string>(value: unknown, allowed: readonly T[], what: string): T {
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw new AkmError(
    'AKM_INVALID_INPUT',
    `Unknown ${what} ${quote(value)}; expected one of: ${allowed.join(', ')}`,
  );
}
