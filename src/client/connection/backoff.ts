/**
 * Pauses between attempts: each twice as long as the one before, up to a limit, and each shortened by chance to between half and
 * the whole of itself, so that many gateways that lost one peer do not all come back in the same instant.
 */
export class Backoff {
  private failures = 0;

  /** @param random a number in [0, 1); for tests */
  constructor(
    private readonly min: number,
    private readonly max: number,
    private readonly random: () => number = Math.random,
  ) {}

  /** The next pause, in milliseconds. */
  next(): number {
    const full = Math.min(this.max, this.min * 2 ** this.failures);
    this.failures += 1;
    return Math.round(full * (0.5 + this.random() / 2));
  }

  /** Starts again from the shortest pause. */
  reset(): void {
    this.failures = 0;
  }
}
