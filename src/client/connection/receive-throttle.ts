/** How long a turn of the event loop may get with what flows make of messages, in milliseconds. */
const LONG_TURN = 10;
/** Most messages a turn for flows. */
const MOST_DELIVERED = 4096;
/** Most other messages a turn: at under 10 us each, within {@link LONG_TURN} as well. A peer that works sends a few. */
const MOST_OTHERS = 1024;

/**
 * How many messages are decoded in one turn of the event loop. Every one counts, whatever it is: an empty one costs work as well, and a
 * peer can send hundreds of thousands of them a second.
 *
 * What a flow does with a message it does in callbacks of its own, and nothing else gets its turn before they are through: a hundred
 * messages of 5 ms each would keep an HTTP request waiting for half a second. So turns are timed: it begins with one message, and a flow
 * gets more or fewer at once as it proves to be fast or slow.
 */
export class ReceiveThrottle {
  private messages = 1;
  private left = 1;
  private others = 0;
  private begun: number | undefined;

  /** @param renewed is called when a turn has ended, and messages may be decoded again */
  constructor(private readonly renewed: () => void) {}

  /** Whether this turn has had as many messages as it is to have. */
  get isSpent(): boolean {
    return this.left <= 0 || this.others >= MOST_OTHERS;
  }

  /**
   * A message was decoded.
   * @param isDelivered whether a flow has got it, and does something with it later
   */
  spend(isDelivered: boolean): void {
    if (isDelivered) this.spendOnFlow();
    else this.spendOnOther();
  }

  private spendOnFlow(): void {
    this.left -= 1;
    if (this.begun !== undefined) return;
    this.begun = performance.now();
    // the first comes among the flow's own callbacks for the messages, the second behind all of them
    setImmediate(() => setImmediate(this.endTurn));
  }

  private spendOnOther(): void {
    this.others += 1;
    if (this.others > 1) return;
    setImmediate(() => {
      this.others = 0;
      this.renewed();
    });
  }

  private readonly endTurn = (): void => {
    const took = performance.now() - (this.begun ?? 0);
    this.begun = undefined;
    if (took > LONG_TURN) this.messages = Math.max(1, Math.floor(this.messages / 2));
    else if (this.left <= 0) this.messages = Math.min(MOST_DELIVERED, this.messages * 2);
    this.left = this.messages;
    this.renewed();
  };
}
