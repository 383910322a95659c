/** How an {@link EventThrottle} counts. */
export interface ThrottleOptions {
  /** How long what is told is counted, in milliseconds. Default 1000. */
  period?: number;
  /** Whether what is held back at the end is told then, instead of dropped. Default false. */
  flush?: boolean;
}

/**
 * Lets through so many items a period, however many there are. Of the others the last is let through when the period is over, with how
 * many more there were: nothing goes unnoticed, and nothing is flooded.
 */
export class EventThrottle<T> {
  private told = 0;
  private heldBack = 0;
  private last: T | undefined;
  private timer: NodeJS.Timeout | undefined;
  private ended = false;
  private readonly period: number;
  private readonly flush: boolean;

  /**
   * @param most how many are let through in a period
   * @param tell gets an item, and how many in front of it were not told
   */
  constructor(
    private readonly most: number,
    private readonly tell: (item: T, suppressed: number) => void,
    { period = 1000, flush = false }: ThrottleOptions = {},
  ) {
    this.period = period;
    this.flush = flush;
  }

  add(item: T): void {
    if (this.ended) return;
    this.timer ??= setTimeout(this.next, this.period);
    if (this.told < this.most) {
      this.told += 1;
      this.tell(item, 0);
    } else {
      this.heldBack += 1;
      this.last = item;
    }
  }

  /** Tells nothing any more. */
  end(): void {
    clearTimeout(this.timer);
    this.ended = true;
    if (this.flush && this.last !== undefined) this.tell(this.last, this.heldBack - 1);
  }

  private readonly next = (): void => {
    const { heldBack, last } = this;
    this.timer = undefined;
    this.told = 0;
    this.heldBack = 0;
    this.last = undefined;
    if (last === undefined) return;
    this.timer = setTimeout(this.next, this.period);
    this.told = 1;
    this.tell(last, heldBack - 1);
  };
}
