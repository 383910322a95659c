/** What a {@link Heartbeat} needs of a client. */
export interface HeartbeatPort {
  /** Asks the peer something harmless; resolves to whether it answered in time. Never rejects. */
  ping(): Promise<boolean>;
  /** Gives up a connection whose other end is no longer there. */
  abort(): void;
}

/**
 * Finds connections whose peer went away without a word: a pulled cable, a firewall that forgot. Writing into such a connection
 * succeeds for minutes, so only silence gives it away.
 *
 * A peer that has answered a probe before and now stays silent altogether is half-open. A peer that never answered one may
 * simply not know the question, and is left alone.
 */
export class Heartbeat {
  private timer: NodeJS.Timeout | undefined;
  private lastHeard = 0;
  /** Outlives the single connection: what the peer can answer does not change with it. */
  private hasAnswered = false;
  /** Distinguishes a probe of this connection from one of the last. */
  private epoch = 0;

  /** @param interval milliseconds of silence before a probe; 0 for no heartbeat */
  constructor(
    private readonly interval: number,
    private readonly port: HeartbeatPort,
  ) {}

  /** A connection stands. */
  start(): void {
    this.stop();
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
    this.lastHeard = performance.now();
  }

  private wait(delay: number): void {
    this.timer = setTimeout(() => {
      const rest = this.interval - (performance.now() - this.lastHeard);
      if (rest > 0) this.wait(Math.ceil(rest));
      else void this.ask();
    }, delay);
  }

  private async ask(): Promise<void> {
    const { epoch, lastHeard } = this;
    const answered = await this.port.ping();
    if (epoch !== this.epoch) return;
    this.hasAnswered ||= answered;
    if (answered || this.lastHeard !== lastHeard) this.wait(this.interval);
    else if (this.hasAnswered) this.port.abort();
    // else: left alone for the rest of this connection
  }
}
