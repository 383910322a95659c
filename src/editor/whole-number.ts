/** The smallest and the largest whole number that a field takes. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Longest delay a timer can keep, in milliseconds; a longer one would fire at once. */
const LONGEST_DELAY = 0x7fff_ffff;

/** What the number fields of the forms take, by what they mean. */
export const RANGES = {
  /** An ATR ID or an App Value. */
  u16: { min: 0, max: 0xffff },
  /** A filter, a confirmation, a status or a response code. */
  u32: { min: 0, max: 0xffff_ffff },
  /** A request code: the code of its response is 0x40 more, and has 32 bits too. */
  requestCode: { min: 0, max: 0xffff_ffff - 0x40 },
  /** A TCP port to connect to. */
  port: { min: 1, max: 0xffff },
  /** A TCP port to listen on; 0 takes any that is free. */
  listenPort: { min: 0, max: 0xffff },
  milliseconds: { min: 1, max: LONGEST_DELAY },
  /** 0 means never. */
  seconds: { min: 0, max: Math.floor(LONGEST_DELAY / 1000) },
  queueLimit: { min: 1, max: 0xffff_ffff },
  /** As many as a LIST_ENDPOINTS response holds. */
  endpoints: { min: 0, max: 32 },
  /** As many as a LIST_ATRS response holds. */
  atrs: { min: 0, max: 64 },
} as const satisfies Record<string, Range>;

/** The name of one of the {@link RANGES}. */
export type RangeName = keyof typeof RANGES;

const WHOLE_NUMBER = /^(?:\d+|0x[\da-f]+)$/i;

/**
 * Reads a whole number as the runtime will: a number, or a decimal or `0x` hexadecimal string with or without white space
 * around it. Undefined for anything else.
 */
export function toWholeNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return WHOLE_NUMBER.test(text) ? Number(text) : undefined;
}

/** Whether a value is `${ENV}` and nothing else: Node-RED puts something in its place only then, when the flow starts. */
export function isEnvironmentReference(value: unknown): boolean {
  return typeof value === 'string' && /^\$\{\S+\}$/.test(value);
}
