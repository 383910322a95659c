/** A connection that stood for so many times the shortest pause has lasted, and so has one that stood twice as long as the last pause. */
const LASTED = { shortest: 10, last: 2 };

/**
 * Pauses between attempts: each twice as long as the one before, up to a limit, and each shortened by chance to between half and
 * the whole of itself, so that many gateways that lost one peer do not all come back in the same instant.
 */
export class Backoff {
  private failures = 0;
  private last = 0;

  /**
   * @param min shortest pause, in milliseconds
   * @param max longest pause, in milliseconds
   * @param random a number in [0, 1); for tests
   */
  constructor(
    private readonly min: number,
    private readonly max: number,
    private readonly random: () => number = Math.random,
  ) {}

  /** The next pause, in milliseconds. */
  next(): number {
    this.last = Math.min(this.max, this.min * 2 ** this.failures);
    this.failures += 1;
    return Math.round(this.last * (0.5 + this.random() / 2));
  }

  /**
   * What was tried succeeded, and stood for so many milliseconds. The pauses start from the shortest again only if it lasted: two clients
   * that push each other out, or a peer that answers once and closes, would otherwise be tried several times a second for ever.
   */
  stood(milliseconds: number): void {
    if (milliseconds >= Math.max(LASTED.shortest * this.min, LASTED.last * this.last)) this.reset();
  }

  /** Starts again from the shortest pause. */
  reset(): void {
    this.failures = 0;
    this.last = 0;
  }
}
