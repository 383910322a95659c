/**
 * Finds connections whose peer went away silently: a pulled cable, a firewall that forgot. Writing into such a connection
 * succeeds for minutes, so only silence gives it away.
 *
 * A peer that has answered a ping before and now stays silent altogether is half-open. A peer that never answered one may
 * simply not know the question, and is left alone.
 */
export class Heartbeat {
  private timer: NodeJS.Timeout | undefined;
  private lastActivity = 0;
  /** Outlives the single connection: what the peer can answer does not change with it. */
  private answered = false;
  /** Distinguishes a ping on this connection from one on the last. */
  private epoch = 0;

  /**
   * @param interval milliseconds of silence before a ping; 0 for no heartbeat
   * @param ping asks the peer something harmless; resolves to whether it answered in time. Never rejects
   * @param onHalfOpen is called when the other end is no longer there
   */
  constructor(
    private readonly interval: number,
    private readonly ping: () => Promise<boolean>,
    private readonly onHalfOpen: () => void,
  ) {}

  /** Whether the peer has ever answered: then it would do so again, if it were there. */
  get hasAnswered(): boolean {
    return this.answered;
  }

  /**
   * There is a connection.
   * @param answered whether the peer has answered the question that a ping asks
   */
  start(answered: boolean): void {
    this.stop();
    this.answered ||= answered;
    this.onActivity();
    if (this.interval > 0) this.wait(this.interval);
  }

  /** The connection is gone. */
  stop(): void {
    this.epoch += 1;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Something was received. Called for every chunk, so it only notes the time. */
  onActivity(): void {
    this.lastActivity = performance.now();
  }

  private wait(delay: number): void {
    this.timer = setTimeout(() => {
      const rest = this.interval - (performance.now() - this.lastActivity);
      if (rest > 0) this.wait(Math.ceil(rest));
      else void this.ask();
    }, delay);
  }

  private async ask(): Promise<void> {
    const { epoch, lastActivity } = this;
    const answered = await this.ping();
    if (epoch !== this.epoch) return;
    this.answered ||= answered;
    if (answered || this.lastActivity !== lastActivity) this.wait(this.interval);
    else if (this.answered) this.onHalfOpen();
    // else: left alone for the rest of this connection
  }
}
