import { AkmError, quote } from '../errors.js';

/** Largest value of an unsigned 8-bit integer. */
export const U8_MAX = 0xff;
/** Largest value of an unsigned 16-bit integer. */
export const U16_MAX = 0xffff;
/** Largest value of an unsigned 32-bit integer. */
export const U32_MAX = 0xffff_ffff;

/** Longest text that is looked at: a number, and white space around it. */
const LONGEST_TEXT = 100;
const WHOLE_NUMBER = /^(?:\d+|0x[\da-f]+)$/i;

/**
 * Reads a whole number as a person or a flow gives it: a number, a bigint, or a decimal or `0x` hexadecimal
 * string (white space around it is ignored).
 *
 * @param what names the value in the error, e.g. `ATR ID`
 * @throws AkmError `AKM_INVALID_INPUT`, telling what was given and what is allowed
 */
export function parseInteger(value: unknown, what: string, max: number, min = 0): number {
  const number = toNumber(value);
  if (number === undefined || !Number.isInteger(number) || number < min || number > max) {
    throw new AkmError(
      'AKM_INVALID_INPUT',
      `${what} is ${quote(value)}; a whole number from ${min} to ${max} is needed, decimal or 0x hexadecimal`,
    );
  }
  return number;
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const text = toText(value);
  return text !== undefined && WHOLE_NUMBER.test(text) ? Number(text) : undefined;
}

const U64_LIMIT = 1n << 64n;

/**
 * Reads an unsigned 64-bit number in the same forms; numbers above 2^53 only as a bigint or a string.
 * @throws AkmError `AKM_INVALID_INPUT`
 */
export function parseU64(value: unknown, what: string): bigint {
  const number = toBigInt(value);
  if (number === undefined || number < 0n || number >= U64_LIMIT) {
    throw new AkmError(
      'AKM_INVALID_INPUT',
      `${what} is ${quote(value)}; a whole number of at most 64 bits is needed, decimal or 0x hexadecimal`,
    );
  }
  return number;
}

/** 16 upper-case hexadecimal digits, without a prefix. */
export function hexDigits64(value: bigint): string {
  return value.toString(16).toUpperCase().padStart(16, '0');
}

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
);

/**
 * The same of the little-endian U64 at `offset`, digit by digit from a table: making a bigint of it first takes longer, and a list
 * has up to 128 of them. The eight bytes must be there.
 */
export function hexDigits64At(bytes: Buffer, offset: number): string {
  let digits = '';
  for (let at = offset + 7; at >= offset; at -= 1) digits += HEX_OF_BYTE[bytes[at] ?? 0] ?? '';
  return digits;
}

function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  const text = toText(value);
  return text !== undefined && WHOLE_NUMBER.test(text) ? BigInt(text) : undefined;
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= LONGEST_TEXT ? value.trim() : undefined;
}
