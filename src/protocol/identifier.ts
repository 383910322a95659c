import { AkmError, kindOf } from '../errors.js';
import { hexDigits64, hexDigits64At } from './integer.js';

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

const MAX_64 = (1n << 64n) - 1n;
const MAX_128 = (1n << 128n) - 1n;

/** What somebody wrote who meant an identifier: only such text is repeated in an error, since anything else may be a secret. */
const MEANT_FOR_ONE = /^[\s\-:{}x\da-f]{0,45}$/i;
/** Longest text that is looked at: an identifier, and white space around it. */
const LONGEST_TEXT = 100;

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
    const given = typeof value === 'string' && MEANT_FOR_ONE.test(value) ? `"${value}"` : kindOf(value);
    throw new AkmError(
      'AKM_INVALID_INPUT',
      `${what} is ${given}; needed is a 128-bit identifier: 32 hexadecimal digits (fewer only behind 0x), ` +
        'a bigint, or an object with id, or with lower64 and upper64, that agree',
    );
  }
  return identifierOf(whole & MAX_64, whole >> 64n);
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
  if (typeof value !== 'object' || value === null) return readUnsigned(value, 32, MAX_128);
  const { id, lower64, upper64 } = value as Partial<Record<keyof Identifier, unknown>>;
  const lower = readUnsigned(lower64, 16, MAX_64);
  const upper = readUnsigned(upper64, 16, MAX_64);
  const halves = lower === undefined || upper === undefined ? undefined : (upper << 64n) | lower;
  if (id === undefined) return halves;
  const whole = readUnsigned(id, 32, MAX_128);
  const contradicted = (lower64 !== undefined || upper64 !== undefined) && halves !== whole;
  return contradicted ? undefined : whole;
}

function readUnsigned(value: unknown, digits: number, max: bigint): bigint | undefined {
  if (typeof value === 'bigint') return value >= 0n && value <= max ? value : undefined;
  if (typeof value !== 'string' || value.length > LONGEST_TEXT) return undefined;
  const match = /^\s*(0x)?([\da-f]{1,32})\s*$/i.exec(value);
  if (!match?.[2]) return undefined;
  const exact = match[1] === undefined;
  if (exact ? match[2].length !== digits : match[2].length > digits) return undefined;
  return BigInt(`0x${match[2]}`);
}
