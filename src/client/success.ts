import { AkmError } from '../errors.js';

/**
 * Fails where the peer's number says no. A missing number is no no: of an inferred response everything but the code may be missing.
 *
 * @param said the number as `confirmation` (AMM) or `status` (AppEndpoint)
 * @param successCode the number that means yes; undefined takes every number for a yes
 * @throws AkmError `AKM_REJECTED` carrying the number
 */
export function requireSuccess(
  name: string,
  said: { confirmation: number | undefined } | { status: number | undefined },
  successCode: number | undefined,
): void {
  const [[what, number]] = Object.entries(said) as [[string, number | undefined]];
  if (number === undefined || successCode === undefined || number === successCode) return;
  throw new AkmError(
    'AKM_REJECTED',
    `The peer refused ${name}: ${what} ${number} (${successCode} would mean success)`,
    { [what]: number },
  );
}
