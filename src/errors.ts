/**
 * The one error type of this package. Its `code` is stable: flows branch on it (`msg.error.code`),
 * so a code is never renamed and its meaning never moved to another.
 */

import { types } from 'node:util';

/** What went wrong, and whose turn it is to act. */
export type AkmErrorCode =
  /** A value handed in cannot be used. Nothing was written. */
  | 'AKM_INVALID_INPUT'
  /** Application data is larger than one message can carry. Nothing was written. */
  | 'AKM_PAYLOAD_TOO_LARGE'
  /** There is no connection to the peer. Nothing was written. */
  | 'AKM_NOT_CONNECTED'
  /** The connection went away while this was in flight: whether the peer acted on it is unknown. */
  | 'AKM_CONNECTION_LOST'
  /** The peer did not answer in time: whether it acted on the request is unknown. */
  | 'AKM_TIMEOUT'
  /** The peer sent bytes that the protocol does not allow. */
  | 'AKM_PROTOCOL'
  /** The peer answered, and said no. Carries `confirmation` (AMM) or `status` (AppEndpoint). */
  | 'AKM_REJECTED'
  /** No application is registered in the ATR this message is for. Nothing was written. */
  | 'AKM_NOT_REGISTERED'
  /** As much as `queueLimit` allows is waiting already. Nothing was written. */
  | 'AKM_QUEUE_FULL'
  /** A changing request whose layout is only inferred, towards a host that is not loopback. Nothing was written. */
  | 'AKM_LAYOUT_UNVERIFIED'
  /** The connection was closed (a redeploy, a shutdown) before this was done. */
  | 'AKM_CLOSED';

/** What an {@link AkmError} carries besides its code and its message. */
export interface AkmErrorDetails {
  /** The error underneath: a socket error, a `JSON.parse` error. */
  cause?: unknown;
  /** The AMM's confirmation number (U32), with `AKM_REJECTED`. */
  confirmation?: number;
  /** The AppEndpoint's status number (U32), with `AKM_REJECTED`. */
  status?: number;
}

/**
 * Any failure of this package. The message tells a person what happened, what was given and what is
 * allowed, or what to do next.
 *
 * `code` is an own property on purpose: Node-RED hands on to Catch nodes only what the error itself owns.
 */
export class AkmError extends Error {
  override readonly name = 'AkmError';
  readonly code: AkmErrorCode;
  // declared only: a property that is not known is not there at all
  declare readonly confirmation?: number;
  declare readonly status?: number;

  constructor(code: AkmErrorCode, message: string, details: AkmErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    if (details.confirmation !== undefined) this.confirmation = details.confirmation;
    if (details.status !== undefined) this.status = details.status;
  }
}

/**
 * Whether something that was thrown is ours. `instanceof` alone would run the code of a Proxy, which may throw again.
 */
export function isAkmError(thrown: unknown): thrown is AkmError {
  return !types.isProxy(thrown) && thrown instanceof AkmError;
}

/** Longest message of another error that is taken over into one of ours. */
const LONGEST_MESSAGE = 1000;

/**
 * The message of anything that was thrown, for use inside another message. Some libraries throw objects that are no Error, and the
 * functions of a flow anything at all, of any size.
 */
export function messageOf(thrown: unknown): string {
  const message = propertyOf(thrown, 'message');
  if (typeof message !== 'string') return quote(thrown);
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
}

function propertyOf(value: unknown, name: string): unknown {
  try {
    return typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
  } catch {
    return undefined; // reading it throws
  }
}

/** Longest excerpt of a given value that goes into an error message. */
const EXCERPT = 60;

/**
 * A short, safe picture of a value for an error message: never longer than a line, never throwing,
 * whatever a flow may have put there. For settings, names and numbers; see {@link kindOf} for the rest.
 */
export function quote(value: unknown): string {
  if (typeof value !== 'string') return kindOf(value);
  return value.length > EXCERPT ? `"${value.slice(0, EXCERPT)}…" (${value.length} characters)` : `"${value}"`;
}

/**
 * What kind of value it is, as short and as safe, without a word of any text in it. For what may hold a message's payload: an error
 * message ends up in the log.
 */
export function kindOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `text of ${value.length} characters`;
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'bigint':
      // a huge bigint takes seconds to print; no number of any protocol here has more than 128 bits
      return value >= -(1n << 128n) && value <= 1n << 128n
        ? `${String(value)}n`
        : 'a bigint of more than 128 bits';
    case 'object':
      return value === null ? 'null' : outlineOfObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function outlineOfObject(value: object): string {
  try {
    if (types.isProxy(value)) return 'a Proxy'; // its code would decide what is said here
    if (Buffer.isBuffer(value)) return `a Buffer of ${value.length} bytes`;
    return Array.isArray(value) ? `an array of ${value.length}` : 'an object';
  } catch {
    return 'an object that cannot be read';
  }
}
