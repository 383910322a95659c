/**
 * The one error type of this package. Its `code` is stable: flows branch on it (`msg.error.code`),
 * so a code is never renamed and its meaning never moved to another.
 */

import { types } from 'node:util';

/**
 * Whether what failed reached the peer. `no`: nothing was written. `yes`: the peer answered. `unknown`: bytes were or may have been
 * written, and no answer says what the peer did with them.
 */
export type Reached = 'no' | 'unknown' | 'yes';

/** What an error code means for whoever handles it. */
export interface ErrorMeaning {
  readonly reached: Reached;
  /** Whether the same call can succeed later, without a change of the flow, of the settings or of what the peer holds. */
  readonly retryable: boolean;
  /** One sentence for a person. */
  readonly summary: string;
}

/** Every code an {@link AkmError} can have, and what it means. The codes' documentation is compared with this table. */
export const ERRORS = {
  AKM_INVALID_INPUT: {
    reached: 'no',
    retryable: false,
    summary: 'A value of the message, the node or the connection cannot be used.',
  },
  AKM_PAYLOAD_TOO_LARGE: {
    reached: 'no',
    retryable: false,
    summary: 'The data is larger than one message can carry.',
  },
  AKM_NOT_CONNECTED: { reached: 'no', retryable: true, summary: 'There is no connection to the peer.' },
  AKM_CONNECTION_LOST: {
    reached: 'unknown',
    retryable: true,
    summary: 'The connection was lost before the answer or the last bytes were through.',
  },
  AKM_TIMEOUT: { reached: 'unknown', retryable: true, summary: 'The peer did not answer in time.' },
  AKM_PROTOCOL: {
    reached: 'unknown',
    retryable: false,
    summary: 'The peer sent bytes that the protocol does not allow.',
  },
  AKM_REJECTED: {
    reached: 'yes',
    retryable: false,
    summary: 'The peer refused. The error has its number: `confirmation` (AMM) or `status` (AppEndpoint).',
  },
  AKM_NOT_REGISTERED: {
    reached: 'no',
    retryable: true,
    summary: 'No application is registered in the ATR of the message.',
  },
  AKM_QUEUE_FULL: {
    reached: 'no',
    retryable: true,
    summary: 'As many requests and messages are waiting as the queue limit allows.',
  },
  AKM_LAYOUT_UNVERIFIED: {
    reached: 'no',
    retryable: false,
    summary: 'The request changes an AMM on another machine, and its layout is only inferred.',
  },
  AKM_CLOSED: {
    reached: 'unknown',
    retryable: false,
    summary: 'The connection was closed first, by a deploy or a shutdown.',
  },
} as const satisfies Record<string, ErrorMeaning>;

/** What went wrong, and whose turn it is to act: one of {@link ERRORS}. */
export type AkmErrorCode = keyof typeof ERRORS;

/** All codes, in the order of the documentation. */
export const ERROR_CODES = Object.keys(ERRORS) as readonly AkmErrorCode[];

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
 * allowed, or what to do next. It never holds a control character, whatever it repeats.
 *
 * All properties are its own on purpose, not getters of the class: Node-RED hands on to Catch nodes only what the error itself owns, and
 * copies of an error, as between messages, keep nothing else either.
 */
export class AkmError extends Error {
  override readonly name = 'AkmError';
  readonly code: AkmErrorCode;
  /** Whether it reached the peer; see {@link ERRORS}. */
  readonly reached: Reached;
  /** Whether the same call can succeed later; see {@link ERRORS}. */
  readonly retryable: boolean;
  // declared only: a property that is not known is not there at all
  declare readonly confirmation?: number;
  declare readonly status?: number;

  constructor(code: AkmErrorCode, message: string, details: AkmErrorDetails = {}) {
    super(printable(message), details.cause === undefined ? undefined : { cause: details.cause });
    const { reached, retryable } = ERRORS[code];
    this.code = code;
    this.reached = reached;
    this.retryable = retryable;
    if (details.confirmation !== undefined) this.confirmation = details.confirmation;
    if (details.status !== undefined) this.status = details.status;
  }
}

/** The peer's number in a refusal: from an AMM or from an AppEndpoint. */
type PeerNumber =
  | { readonly confirmation: number; readonly status?: never }
  | { readonly status: number; readonly confirmation?: never };
interface NoPeerNumber {
  readonly confirmation?: never;
  readonly status?: never;
}

/**
 * An {@link AkmError} whose properties TypeScript knows once its `code` is checked: after `AKM_REJECTED` there is a `confirmation` or a
 * `status`, after any other code there is none.
 */
export type AnyAkmError = {
  [C in AkmErrorCode]: AkmError & {
    readonly code: C;
    readonly reached: (typeof ERRORS)[C]['reached'];
    readonly retryable: (typeof ERRORS)[C]['retryable'];
  } & (C extends 'AKM_REJECTED' ? PeerNumber : NoPeerNumber);
}[AkmErrorCode];

/**
 * Whether something that was thrown is ours. `instanceof` alone would run the code of a Proxy, which may throw again.
 */
export function isAkmError(thrown: unknown): thrown is AnyAkmError {
  return !types.isProxy(thrown) && thrown instanceof AkmError;
}

/** Characters that a log or a terminal obeys instead of showing them: control, bidirectional and invisible ones, line separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text with all that cannot be shown escaped as in JavaScript: `\n`, `\x1b`, `\u202e`. A log has it in one line, as it is. */
function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    const escaped =
      hex.length <= 2
        ? `\\x${hex.padStart(2, '0')}`
        : hex.length <= 4
          ? `\\u${hex.padStart(4, '0')}`
          : `\\u{${hex}}`;
    return SHORT_ESCAPES[character] ?? escaped;
  });
}

/** Longest message of another error that is taken over into one of ours, in characters. */
const LONGEST_MESSAGE = 1000;

/**
 * The message of anything that was thrown, for use inside another message. Some libraries throw objects that are no Error, and the
 * functions of a flow anything at all, of any size.
 */
export function messageOf(thrown: unknown): string {
  const message = propertyOf(thrown, 'message');
  if (typeof message !== 'string') return quote(thrown);
  return printable(message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message);
}

function propertyOf(value: unknown, name: string): unknown {
  try {
    return typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
  } catch {
    return undefined; // reading it throws
  }
}

/** Longest excerpt of a given value that goes into an error message, in characters. */
const EXCERPT = 60;

/**
 * A short, safe picture of a value for an error message: never longer than a line, never throwing, without control characters,
 * whatever a flow may have put there. For settings, names and numbers; see {@link kindOf} for the rest.
 */
export function quote(value: unknown): string {
  if (typeof value !== 'string') return kindOf(value);
  return value.length > EXCERPT
    ? `"${printable(value.slice(0, EXCERPT))}…" (${value.length} characters)`
    : `"${printable(value)}"`;
}

/**
 * What kind of value it is, as short and as safe, without a word of any text in it. For what may hold a message's payload: an error
 * message ends up in the log. No code of the value is run.
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
      return value === null ? 'null' : kindOfObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function kindOfObject(value: object): string {
  if (types.isProxy(value)) return 'a Proxy'; // its code would decide what is said here
  if (Array.isArray(value)) return `an array of ${value.length}`; // of an array that is no Proxy the length is just a number
  return nativeKindOf(value) ?? 'an object';
}

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;
const byteLength = Object.getOwnPropertyDescriptor(TYPED_ARRAY, 'byteLength') as {
  get: (this: object) => number;
};

const NATIVE_KINDS: readonly (readonly [is: (value: unknown) => boolean, kind: string])[] = [
  [types.isTypedArray, 'a typed array'],
  [types.isAnyArrayBuffer, 'an ArrayBuffer'],
  [types.isDataView, 'a DataView'],
  [types.isDate, 'a Date'],
  [types.isRegExp, 'a RegExp'],
  [types.isNativeError, 'an Error'],
  [types.isPromise, 'a Promise'],
  [types.isMap, 'a Map'],
  [types.isSet, 'a Set'],
  [types.isWeakMap, 'a WeakMap'],
  [types.isWeakSet, 'a WeakSet'],
  [types.isMapIterator, 'an iterator'],
  [types.isSetIterator, 'an iterator'],
  [types.isGeneratorObject, 'a generator'],
  [types.isBoxedPrimitive, 'a boxed primitive'],
];

/**
 * What kind of JavaScript's own objects it is, from whatever realm, e.g. `a Map`: of objects whose contents are not in their properties.
 * @param value no Proxy
 * @returns undefined for any other object
 */
export function nativeKindOf(value: object): string | undefined {
  if (types.isUint8Array(value)) {
    const kind = Object.getPrototypeOf(value) === Buffer.prototype ? 'a Buffer' : 'a Uint8Array';
    return `${kind} of ${byteLength.get.call(value)} bytes`;
  }
  return NATIVE_KINDS.find(([is]) => is(value))?.[1];
}
