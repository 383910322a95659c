import { AkmError } from '../../errors.js';

/** What a refusal usually comes from, by request: the peer says a number only, and none of them is documented. */
const USUAL_CAUSES: Readonly<Record<string, string>> = {
  PROVISION_ENDPOINT_REQUEST: 'the endpoint is listed already, or the AMM holds as many as it can',
  CREATE_OPERATIONAL_ATR_REQUEST:
    'one of the endpoints is not listed or is given twice, or the AMM holds as many ATRs as it can',
  DELETE_ENDPOINT_REQUEST: 'there is no such endpoint, or it is in use',
  DELETE_ATR_REQUEST: 'there is no such ATR, or it is in use',
  REGISTER_APP_REQUEST: 'another application has this App Value in this ATR, or there is no such ATR',
};

/** The peer's number as `confirmation` (AMM) or `status` (AppEndpoint). */
export type StatusField = { confirmation: number | undefined } | { status: number | undefined };

/**
 * Fails where the peer's number says no. A missing number is no no: of an inferred response everything but the code may be missing.
 *
 * @param successCode the number that means yes; undefined takes every number for a yes
 * @throws AkmError `AKM_REJECTED` carrying the number
 */
export function requireSuccess(name: string, said: StatusField, successCode: number | undefined): void {
  const [[what, number]] = Object.entries(said) as [[string, number | undefined]];
  if (number === undefined || successCode === undefined || number === successCode) return;
  const peer = 'confirmation' in said ? 'AMM' : 'AppEndpoint';
  const causes = USUAL_CAUSES[name];
  throw new AkmError(
    'AKM_REJECTED',
    `The ${peer} refused ${name}: ${what} ${number} (${successCode} would mean success; the vendor documents no numbers)` +
      (causes === undefined ? '' : `. Usually: ${causes}`),
    { [what]: number },
  );
}
