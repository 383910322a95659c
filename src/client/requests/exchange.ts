import { parseInteger, U32_MAX } from '../../protocol/integer.js';
import { RESPONSE_OFFSET, type Operation, type Source } from '../../protocol/message.js';
import type { NumberInput } from '../options.js';
import type { Request, RequestOptions } from './request-queue.js';

/** How an exchange went, beside what was said in it. */
export interface ExchangeInfo {
  requestCode: number;
  responseCode: number;
  /** From the write of the request to its response, in milliseconds. */
  latencyMs: number;
  /** What is known of the two bodies. */
  layout: Source;
}

/** A decoded response. */
export interface Response<T> extends ExchangeInfo {
  /** The fields that were there; other ones if the integrator has entered a layout. */
  fields: Partial<T>;
  /** The bytes behind the code, and behind a confirmation that comes first: a copy. */
  raw: Buffer;
}

/** A response whose layout is not known here. */
export interface RawResponse extends ExchangeInfo {
  /** What follows the response code: a copy. */
  body: Buffer;
}

/** The part of a response that says how the exchange went. */
export function infoOf({ requestCode, responseCode, latencyMs, layout }: ExchangeInfo): ExchangeInfo {
  return { requestCode, responseCode, latencyMs, layout };
}

/** How to make a request; see {@link Request}. */
export interface ExchangeOptions extends RequestOptions, Pick<Request<unknown>, 'priority' | 'internal'> {
  /** Called right before the write, with the operation as it is really used; throws to prevent it. */
  beforeWrite?: (operation: Operation) => void;
  /** The values by name, in place of the others, if the integrator has entered a layout for the request. */
  own?: object;
}

/**
 * The codes of a request whose message is not known here.
 * @param responseCode by default the request's and 0x40, as in every documented pair
 * @throws AkmError `AKM_INVALID_INPUT` if one is not a U32
 */
export function codesOf(
  code: NumberInput,
  responseCode?: NumberInput,
): Pick<ExchangeInfo, 'requestCode' | 'responseCode'> {
  const requestCode = parseInteger(code, 'The request code', U32_MAX);
  return {
    requestCode,
    responseCode: parseInteger(responseCode ?? requestCode + RESPONSE_OFFSET, 'The response code', U32_MAX),
  };
}
