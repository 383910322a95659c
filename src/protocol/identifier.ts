import { types } from 'node:util';
import { AkmError, kindOf, quote } from '../errors.js';
import { hexDigits64, hexDigits64At } from './integer.js';
import { toId128, toId64, U64_MAX } from './literals.js';

/**
 * A 128-bit identifier of an endpoint or a trust relationship, as it leaves this package. Strings, because a
 * bigint survives neither JSON nor MQTT nor a dashboard. Hexadecimal digits are upper-case.
 */
export interface Identifier {
  /** `0x` and 32 digits: `upper64`, then `lower64`. */
  id: string;
  /** `0x` and 16 digits: the less significant half, first on the wire. */
  lower64: string;
  /** `0x` and 16 digits: the more significant half. */
  upper64: string;
}

/** Every form an identifier is accepted in; see {@link parseIdentifier}. */
export type IdentifierInput =
  string | bigint | { id: string | bigint } | { lower64: string | bigint; upper64: string | bigint };

/** What somebody wrote who meant an identifier: only such text is repeated in an error, since anything else may be a secret. */
const MEANT_FOR_ONE = /^[\s\-:{}x\da-f]{0,45}$/i;

/** Makes an identifier of its two halves, each an unsigned 64-bit bigint. */
export function identifierOf(lower64: bigint, upper64: bigint): Identifier {
  return ofDigits(hexDigits64(lower64), hexDigits64(upper64));
}

/** Whether a decoded field, which in an own layout can be anything, is an identifier. */
export function isIdentifier(value: unknown): value is Identifier {
  return typeof value === 'object' && value !== null && 'lower64' in value && 'upper64' in value;
}

/** The identifier whose 16 bytes begin at `offset`: U64 lower64, then U64 upper64. They must be there. */
export function identifierAt(bytes: Buffer, offset: number): Identifier {
  return ofDigits(hexDigits64At(bytes, offset), hexDigits64At(bytes, offset + 8));
}

function ofDigits(lower: string, upper: string): Identifier {
  return { id: `0x${upper}${lower}`, lower64: `0x${lower}`, upper64: `0x${upper}` };
}

/** The two halves of an identifier as unsigned 64-bit bigints. */
export function halvesOf(identifier: Identifier): { lower64: bigint; upper64: bigint } {
  return { lower64: BigInt(identifier.lower64), upper64: BigInt(identifier.upper64) };
}

/**
 * Reads an identifier in any of the accepted forms: a hexadecimal string (32 digits, or fewer behind a `0x`), a
 * bigint, or an object with `id`, or with `lower64` and `upper64`.
 *
 * A string without `0x` must have all its 32 digits: a number cut short in copying must not name another endpoint.
 *
 * @param what names the value in the error
 * @throws AkmError `AKM_INVALID_INPUT`, also where `id` and the halves contradict each other
 */
export function parseIdentifier(value: unknown, what = 'identifier'): Identifier {
  const whole = readSafely(value);
  if (whole === undefined) {
    const given = typeof value === 'string' && MEANT_FOR_ONE.test(value) ? quote(value) : kindOf(value);
    throw new AkmError(
      'AKM_INVALID_INPUT',
      `${what} is ${given}; needed is a 128-bit identifier: 32 hexadecimal digits (fewer only behind 0x), ` +
        'a bigint, or an object with id, or with lower64 and upper64, that agree',
    );
  }
  return identifierOf(whole & U64_MAX, whole >> 64n);
}

/**
 * Reads an array of identifiers, each in any of the accepted forms. How many there are is checked before any is read.
 *
 * @param what names the array in the error; an entry is `<what>[3]`
 * @param max how many there may be
 * @throws AkmError `AKM_INVALID_INPUT` for anything but an array of at least one identifier; `AKM_PAYLOAD_TOO_LARGE` where there are more
 */
export function parseIdentifiers(values: unknown, what: string, max: number): Identifier[] {
  if (types.isProxy(values) || !Array.isArray(values) || values.length === 0) {
    throw new AkmError(
      'AKM_INVALID_INPUT',
      `${what} is ${kindOf(values)}; an array of at least one identifier is needed`,
    );
  }
  if (values.length > max) {
    throw new AkmError(
      'AKM_PAYLOAD_TOO_LARGE',
      `${what} has ${values.length} entries; one message carries at most ${max}`,
    );
  }
  // not `map`: it would pass over the holes of a sparse array
  return Array.from(values as unknown[], (value, index) => parseIdentifier(value, `${what}[${index}]`));
}

/** A flow's object may throw when it is read. */
function readSafely(value: unknown): bigint | undefined {
  try {
    return readIdentifier(value);
  } catch {
    return undefined;
  }
}

function readIdentifier(value: unknown): bigint | undefined {
  if (typeof value !== 'object' || value === null) return toId128(value);
  const { id, lower64, upper64 } = value as Partial<Record<keyof Identifier, unknown>>;
  const lower = toId64(lower64);
  const upper = toId64(upper64);
  const halves = lower === undefined || upper === undefined ? undefined : (upper << 64n) | lower;
  if (id === undefined) return halves;
  const whole = toId128(id);
  const contradicted = (lower64 !== undefined || upper64 !== undefined) && halves !== whole;
  return contradicted ? undefined : whole;
}
