/*
 * Numbers and identifiers as people and flows write them. Pure, and without imports: the editor's pages, the nodes and the library read
 * them with the same functions, so that a form never accepts what a node then refuses.
 */

/** Largest value of an unsigned 8-bit integer. */
export const U8_MAX = 0xff;
/** Largest value of an unsigned 16-bit integer. */
export const U16_MAX = 0xffff;
/** Largest value of an unsigned 32-bit integer. */
export const U32_MAX = 0xffff_ffff;
/** Largest value of an unsigned 64-bit integer. */
export const U64_MAX = (1n << 64n) - 1n;
/** Largest value of an unsigned 128-bit integer. */
export const U128_MAX = (1n << 128n) - 1n;

/** Longest delay that a timer can keep, in milliseconds; a longer one would end at once. */
export const LONGEST_DELAY = 0x7fff_ffff;

/** Longest text that is looked at, in characters: a number or an identifier, and white space around it. */
const LONGEST_TEXT = 100;
const WHOLE_NUMBER = /^(?:\d+|0x[\da-f]+)$/i;

/**
 * Reads a whole number: a number, a bigint, or a decimal or `0x` hexadecimal string, with or without white space around it. A bigint or
 * a string of more than 53 bits loses its last digits, as `Number` does.
 * @returns undefined for anything else
 */
export function toWholeNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  if (typeof value === 'bigint') return Number(value);
  const digits = digitsOf(value);
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Reads a whole number of any size in the same forms, without losing a digit.
 * @returns undefined for anything else, a number above 2^53 included, whose digits are lost already
 */
export function toWholeBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  const digits = digitsOf(value);
  return digits === undefined ? undefined : BigInt(digits);
}

function digitsOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > LONGEST_TEXT) return undefined;
  const text = value.trim();
  return WHOLE_NUMBER.test(text) ? text : undefined;
}

/**
 * Reads a 128-bit identifier: a bigint, 32 hexadecimal digits, or fewer behind a `0x`, with or without white space around them. A string
 * without `0x` must have all its digits: a number cut short in copying must not name another endpoint.
 * @returns undefined for anything else
 */
export function toId128(value: unknown): bigint | undefined {
  return toUnsigned(value, 32, U128_MAX);
}

/** As {@link toId128}, half of an identifier: 64 bits, 16 digits. */
export function toId64(value: unknown): bigint | undefined {
  return toUnsigned(value, 16, U64_MAX);
}

/** {@link toId128} as this package gives it out: `0x` and 32 upper-case digits. */
export function toIdentifier(value: unknown): string | undefined {
  const id = toId128(value);
  return id === undefined ? undefined : `0x${id.toString(16).toUpperCase().padStart(32, '0')}`;
}

function toUnsigned(value: unknown, digits: number, max: bigint): bigint | undefined {
  if (typeof value === 'bigint') return value >= 0n && value <= max ? value : undefined;
  if (typeof value !== 'string' || value.length > LONGEST_TEXT) return undefined;
  const [, prefix, written] = /^\s*(0x)?([\da-f]{1,32})\s*$/i.exec(value) ?? [];
  if (written === undefined) return undefined;
  const fits = prefix === undefined ? written.length === digits : written.length <= digits;
  return fits ? BigInt(`0x${written}`) : undefined;
}
