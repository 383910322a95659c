/** How long what is told is counted, in milliseconds. */
const PERIOD = 1000;

/**
 * Lets through so many items a second, however many there are. Of the others the last is let through when the second is over, with how
 * many more there were: nothing goes unnoticed, and nothing is flooded.
 */
export class EventThrottle<T> {
  private told = 0;
  private heldBack = 0;
  private last: T | undefined;
  private timer: NodeJS.Timeout | undefined;
  private ended = false;

  /**
   * @param most how many are let through in a second
   * @param tell gets an item, and how many in front of it were not told
   */
  constructor(
    private readonly most: number,
    private readonly tell: (item: T, suppressed: number) => void,
  ) {}

  add(item: T): void {
    if (this.ended) return;
    this.timer ??= setTimeout(this.next, PERIOD);
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
  }

  private readonly next = (): void => {
    const { heldBack, last } = this;
    this.timer = undefined;
    this.told = 0;
    this.heldBack = 0;
    this.last = undefined;
    if (last === undefined) return;
    this.timer = setTimeout(this.next, PERIOD);
    this.told = 1;
    this.tell(last, heldBack - 1);
  };
}
