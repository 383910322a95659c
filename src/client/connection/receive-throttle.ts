/** How long a turn of the event loop may get with what flows make of messages, in milliseconds. */
const LONG_TURN = 10;
/** Most messages a turn. */
const MOST = 4096;

/**
 * How many messages flows are given in one turn of the event loop. What a flow does with a message it does in callbacks of its own,
 * and nothing else gets its turn before they are through: a hundred messages of 5 ms each would keep an HTTP request waiting for half
 * a second. So turns are timed: it begins with one message, and a flow gets more or fewer at once as it proves to be fast or slow.
 */
export class ReceiveThrottle {
  private messages = 1;
  private left = 1;
  private begun: number | undefined;

  /** @param renewed is called when a turn has ended, and flows may be given messages again */
  constructor(private readonly renewed: () => void) {}

  /** Whether flows have got as many messages in this turn as they are to get. */
  get isSpent(): boolean {
    return this.left <= 0;
  }

  /** A flow was given a message. */
  spend(): void {
    this.left -= 1;
    if (this.begun !== undefined) return;
    this.begun = performance.now();
    // the first comes among the flow's own callbacks for the messages, the second behind all of them
    setImmediate(() => setImmediate(this.endTurn));
  }

  private readonly endTurn = (): void => {
    const took = performance.now() - (this.begun ?? 0);
    this.begun = undefined;
    if (took > LONG_TURN) this.messages = Math.max(1, Math.floor(this.messages / 2));
    else if (this.left <= 0) this.messages = Math.min(MOST, this.messages * 2);
    this.left = this.messages;
    this.renewed();
  };
}
