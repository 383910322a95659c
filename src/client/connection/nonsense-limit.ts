/** Meaningless messages in a row that are borne within {@link PERIOD}: no peer that works comes near. */
const MOST = 1000;
/** In milliseconds. */
const PERIOD = 10_000;

/**
 * Counts the messages of a peer that mean nothing to us: without a code, with a code nobody knows, responses that nobody asked for, data
 * that contradicts itself. A few are borne, since a newer peer may know more than we do. A peer that sends nothing else is not one of ours.
 */
export class NonsenseLimit {
  private inRow = 0;
  private since = 0;

  /** A message made sense. Called for every one, so it only notes that. */
  onSense(): void {
    this.inRow = 0;
  }

  /** A message made no sense. Returns whether that is too much. */
  onNonsense(): boolean {
    const now = performance.now();
    if (this.inRow === 0 || now - this.since > PERIOD) {
      this.inRow = 0;
      this.since = now;
    }
    this.inRow += 1;
    return this.inRow > MOST;
  }
}
