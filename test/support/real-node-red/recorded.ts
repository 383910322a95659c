/** How long a test waits for something that mostly happens in well under a second, in milliseconds, unless told otherwise. */
const PATIENCE = 45_000;

/** As many characters of each item are shown when a wait fails. */
const LONGEST = 400;

/**
 * Everything that has happened so far, in order, and a way to wait for more.
 *
 * Nothing is lost between two waits: what came early is found in the record, so a test never depends on
 * having listened in time.
 */
export class Recorded<T> {
  readonly #items: T[] = [];
  readonly #waiting = new Set<() => void>();
  #ended: string | undefined;

  /** What has been recorded so far. */
  get items(): readonly T[] {
    return this.#items;
  }

  /** A position to give to {@link Recorded.find} as `from`: only what comes after now counts. */
  get now(): number {
    return this.#items.length;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  /** Nothing more will come: whoever still waits is told `reason` at once. */
  end(reason: string): void {
    this.#ended ??= reason;
    this.#wake();
  }

  /**
   * Waits for the first item from position `from` on for which `pick` gives anything but `undefined`.
   *
   * @param patience how long to wait, in milliseconds
   * @throws Error naming `what` was awaited, when it does not come in time or cannot come any more.
   */
  find<R>(what: string, pick: (item: T) => R | undefined, from = 0, patience = PATIENCE): Promise<R> {
    return new Promise((resolve, reject) => {
      let next = from;
      const look = (): void => {
        for (; next < this.#items.length; next += 1) {
          const found = pick(this.#items[next] as T);
          if (found !== undefined) {
            settle();
            resolve(found);
            return;
          }
        }
        if (this.#ended !== undefined) fail(this.#ended);
      };
      const fail = (reason: string): void => {
        settle();
        reject(new Error(`${what}: ${reason}\nThe last that came before that:\n${this.#tail()}`));
      };
      const deadline = setTimeout(() => fail(`did not come within ${patience / 1000} s`), patience);
      const settle = (): void => {
        clearTimeout(deadline);
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }

  #tail(): string {
    const lines = this.#items
      .slice(-25)
      .map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
    return lines.map((line) => (line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line)).join('\n');
  }
}
