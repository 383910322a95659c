import type { Operation, Source } from '../../protocol/message.js';
import type { Request } from './request-queue.js';

/** How an exchange went, beside what was said in it. */
export interface ExchangeInfo {
  requestCode: number;
  responseCode: number;
  /** From the write of the request to its response, in milliseconds. */
  latencyMs: number;
  /** What is known of the two bodies. */
  layout: Source;
}

/** A decoded answer. */
export interface Response<T> extends ExchangeInfo {
  /** The response's fields that were there; other ones where the integrator has entered a layout. */
  fields: Partial<T>;
  /** The response's bytes behind its code, and behind a confirmation that stands first: a copy. */
  raw: Buffer;
}

/** The part of an answer that says how the exchange went. */
export function infoOf({ requestCode, responseCode, latencyMs, layout }: ExchangeInfo): ExchangeInfo {
  return { requestCode, responseCode, latencyMs, layout };
}

/** An answer whose layout is not known here. */
export interface RawResponse extends ExchangeInfo {
  /** What stands behind the response code: a copy. */
  body: Buffer;
}

/** How to make a request; see {@link Request}. */
export interface ExchangeOptions extends Pick<Request<unknown>, 'priority' | 'toleratesNoReply'> {
  /** Called right before the write, with the operation as it is really used; throws to prevent it. */
  beforeWrite?: (operation: Operation) => void;
  /** The values by name, in place of the others, where the integrator has entered a layout for the request. */
  own?: object;
}

/**
 * How to ask what changes nothing. `forgiving`: a missing answer fails the request only, and the connection with all that others do on
 * it stays, as with a heartbeat.
 */
export type AskOptions = Pick<ExchangeOptions, 'toleratesNoReply'>;
