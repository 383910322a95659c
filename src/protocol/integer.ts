import { AkmError, quote } from '../errors.js';
import { toWholeBigInt, toWholeNumber, U64_MAX } from './literals.js';

export { U16_MAX, U32_MAX, U8_MAX } from './literals.js';

/**
 * Reads a whole number as a person or a flow gives it: a number, a bigint, or a decimal or `0x` hexadecimal
 * string (white space around it is ignored).
 *
 * @param what names the value in the error, e.g. `ATR ID`
 * @throws AkmError `AKM_INVALID_INPUT`, telling what was given and what is allowed
 */
export function parseInteger(value: unknown, what: string, max: number, min = 0): number {
  const number = toWholeNumber(value);
  if (number === undefined || number < min || number > max) {
    throw new AkmError(
      'AKM_INVALID_INPUT',
      `${what} is ${quote(value)}; a whole number from ${min} to ${max} is needed, decimal or 0x hexadecimal`,
    );
  }
  return number;
}

/**
 * Reads an unsigned 64-bit number in the same forms; numbers above 2^53 only as a bigint or a string.
 * @throws AkmError `AKM_INVALID_INPUT`
 */
export function parseU64(value: unknown, what: string): bigint {
  const number = toWholeBigInt(value);
  if (number === undefined || number < 0n || number > U64_MAX) {
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
