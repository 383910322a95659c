import { AkmError, quote } from '../errors.js';
import { hostProblemInWords, readHost } from './host.js';

/**
 * Reads a host as {@link readHost} does.
 * @param what names the setting in the error
 * @throws AkmError `AKM_INVALID_INPUT` that says what was given and what is expected
 */
export function checkHost(value: unknown, what: string): string {
  const { host, problem } = readHost(value);
  if (host !== undefined) return host;
  throw new AkmError('AKM_INVALID_INPUT', `${what} is ${quote(value)}; ${hostProblemInWords(problem)}`);
}
