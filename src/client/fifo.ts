interface Entry<T> {
  readonly item: T;
  next: Entry<T> | undefined;
}

/** How many items are handled before other work gets its turn: each may set off a flow's work. */
const SLICE = 128;

/** First in, first out, in constant time however long the queue is: an array's `shift` moves all that is behind. */
export class Fifo<T> {
  private first: Entry<T> | undefined;
  private last: Entry<T> | undefined;
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(item: T): void {
    const entry = { item, next: undefined };
    if (this.last) this.last.next = entry;
    else this.first = entry;
    this.last = entry;
    this.count += 1;
  }

  /** The item that {@link shift} would take. */
  peek(): T | undefined {
    return this.first?.item;
  }

  shift(): T | undefined {
    const { first } = this;
    if (!first) return undefined;
    this.first = first.next;
    if (!this.first) this.last = undefined;
    this.count -= 1;
    return first.item;
  }

  /** Takes out those that `isTaken` says, in their order. */
  takeOut(isTaken: (item: T) => boolean): Fifo<T> {
    const taken = new Fifo<T>();
    for (let left = this.count; left > 0; left -= 1) {
      const item = this.shift() as T;
      (isTaken(item) ? taken : this).push(item);
    }
    return taken;
  }

  /** Takes out all. */
  takeAll(): Fifo<T> {
    const taken = new Fifo<T>();
    [taken.first, taken.last, taken.count] = [this.first, this.last, this.count];
    [this.first, this.last, this.count] = [undefined, undefined, 0];
    return taken;
  }

  /**
   * Takes out one after the other and hands it to `handle`, with other work of the event loop in between.
   * @param handle must not throw
   */
  async drain(handle: (item: T) => void): Promise<void> {
    for (let handled = 1; this.count > 0; handled += 1) {
      handle(this.shift() as T);
      if (handled % SLICE === 0) await new Promise(setImmediate);
    }
  }
}
