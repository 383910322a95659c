import { U16_MAX } from './literals.js';

/** One number for an application: its ATR ID and its App Value, U16 each. Different applications have different numbers. */
export function applicationKey(atrId: number, appValue: number): number {
  return atrId * (U16_MAX + 1) + appValue;
}
