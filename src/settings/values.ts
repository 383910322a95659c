const WHOLE_NUMBER = /^(?:\d+|0x[\da-f]+)$/i;

/**
 * Reads a whole number as a person writes it: decimal or `0x` hexadecimal, with or without white space around it; a number is taken as it
 * is. Undefined for anything else.
 */
export function toWholeNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return WHOLE_NUMBER.test(text) ? Number(text) : undefined;
}

/**
 * Reads a 128-bit identifier as a person writes it: 32 hexadecimal digits, or fewer behind a `0x`. It leaves as `0x` and 32 upper-case
 * digits; undefined for anything else.
 */
export function toIdentifier(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [, few, all] = /^\s*(?:0x([\da-f]{1,32})|([\da-f]{32}))\s*$/i.exec(value) ?? [];
  const digits = few ?? all;
  return digits === undefined ? undefined : `0x${digits.toUpperCase().padStart(32, '0')}`;
}

/** Whether a value is `${ENV}` and nothing else: Node-RED puts something in its place only then, when the flow starts. */
export function isEnvironmentReference(value: unknown): boolean {
  return typeof value === 'string' && /^\$\{\S+\}$/.test(value);
}
