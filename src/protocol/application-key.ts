/**
 * One number for an application: its ATR ID and its App Value, U16 each. Different applications have different numbers. It has 32 bits: a
 * larger one would be an object of its own for each message.
 */
export function applicationKey(atrId: number, appValue: number): number {
  return (atrId << 16) | appValue;
}
