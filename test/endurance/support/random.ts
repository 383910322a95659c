/** Chance that can be repeated: the same seed gives the same numbers (mulberry32). */
export class Random {
  private state: number;

  /** @param seed U32 */
  constructor(readonly seed: number) {
    this.state = seed;
  }

  /** A number in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** One of these. */
  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.next() * choices.length)] ?? choices[0];
  }

  /** Whether a thing of this probability happens. */
  happens(probability: number): boolean {
    return this.next() < probability;
  }
}

/** The seed that was asked for in the environment, else one of chance; a U32. */
export function seedOf(asked: string | undefined): number {
  return asked === undefined || asked === '' ? Math.floor(Math.random() * 2 ** 32) : Number(asked) >>> 0;
}
