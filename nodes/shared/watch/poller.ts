/** Asks at an interval and on demand, one question at a time. */
export class Poller<T> {
  private running: Promise<T> | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** @param ask asks once; what it throws is the failure of that poll */
  constructor(private readonly ask: () => Promise<T>) {}

  /** Whether a poll is under way. */
  get busy(): boolean {
    return this.running !== undefined;
  }

  /** Asks, or joins who is asking already. Rejects as `ask` does. */
  poll(): Promise<T> {
    this.running ??= Promise.resolve()
      .then(this.ask)
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }

  /**
   * Calls `due` at each interval from now on, but not while a poll is under way: the next is due an interval later, however long it takes.
   * @param interval milliseconds, at least 1
   */
  start(interval: number, due: () => void): void {
    this.timer = setTimeout(() => {
      this.start(interval, due);
      if (!this.busy) due();
    }, interval);
  }

  /** Ends the interval. A poll that is under way comes to its own end. */
  close(): void {
    clearTimeout(this.timer);
  }
}
