import { AkmError, isAkmError, type AkmErrorCode } from '../../../src/errors.js';
import { toAkmError } from '../errors.js';

/** What is said of each failure in place of its message. */
const OUTCOMES: Partial<Record<AkmErrorCode, string>> = {
  AKM_INVALID_INPUT: 'cannot be used with these settings',
  AKM_NOT_CONNECTED: 'could not be reached',
  AKM_CONNECTION_LOST: 'closed the connection',
  AKM_TIMEOUT: 'did not answer in time',
  AKM_PROTOCOL: 'sent bytes that are not the protocol of this service',
  AKM_REJECTED: 'rejected the request',
  AKM_QUEUE_FULL: 'was not asked: too many requests are waiting',
  AKM_CLOSED: 'was not asked: the connection was closed',
};

/** Says what went wrong with a service, from any error. */
export type Conceal = (thrown: unknown) => AkmError;

/**
 * Says what went wrong without the error's own message, which may hold the values of environment variables: whoever may test a connection
 * must not be able to read them. The code stays, and that of the operating system, such as ECONNREFUSED.
 *
 * @param service the service, in words that name a variable as `${NAME}`
 */
export function concealing(service: string): Conceal {
  return (thrown) => {
    const { code } = toAkmError(thrown);
    const system = systemCodeOf(thrown);
    const outcome = OUTCOMES[code] ?? 'could not be asked';
    const why = system === undefined ? '' : ` (${system})`;
    return new AkmError(
      code,
      `${service} ${outcome}${why}. Details are left out, as they could show values of environment variables`,
    );
  };
}

/** The first code of the operating system in an error and its causes. */
function systemCodeOf(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (isAkmError(error) || !('code' in error)) continue;
    if (typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code)) return error.code;
  }
  return undefined;
}
