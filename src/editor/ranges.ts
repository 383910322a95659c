import { LONGEST_DELAY, U16_MAX, U32_MAX } from '../protocol/literals.js';

/** The smallest and the largest whole number that a field takes. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What the number fields of the forms take, by what they mean. */
export const RANGES = {
  /** An ATR ID or an App Value. */
  u16: { min: 0, max: U16_MAX },
  /** A filter, a confirmation, a status or a response code. */
  u32: { min: 0, max: U32_MAX },
  /** A request code: the code of its response is 0x40 more, and has 32 bits too. */
  requestCode: { min: 0, max: U32_MAX - 0x40 },
  /** A TCP port to connect to. */
  port: { min: 1, max: U16_MAX },
  /** A TCP port to listen on; 0 takes any that is free. */
  listenPort: { min: 0, max: U16_MAX },
  milliseconds: { min: 1, max: LONGEST_DELAY },
  /** 0 means never. */
  seconds: { min: 0, max: Math.floor(LONGEST_DELAY / 1000) },
  queueLimit: { min: 1, max: U32_MAX },
  /** As many as a LIST_ENDPOINTS response holds. */
  endpoints: { min: 0, max: 32 },
  /** As many as a LIST_ATRS response holds. */
  atrs: { min: 0, max: 64 },
} as const satisfies Record<string, Range>;

/** The name of one of the {@link RANGES}. */
export type RangeName = keyof typeof RANGES;
