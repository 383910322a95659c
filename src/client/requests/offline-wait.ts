import { Deadline } from '../connection/deadline.js';

/**
 * How long whoever asked for something waits for a connection that is missing: the request timeout, and one more for each step that a new
 * connection gets on. Steps on a connection that is lost again have won no time: a peer may take a few on each, and never get to what waits.
 */
export class OfflineWait {
  private deadline: Deadline | undefined;
  /** When the connection went missing. */
  private since = 0;

  /**
   * @param timeout the request timeout, in milliseconds
   * @param onOver is called when the wait was in vain
   */
  constructor(
    private readonly timeout: number,
    private readonly onOver: () => void,
  ) {}

  get isRunning(): boolean {
    return this.deadline !== undefined;
  }

  /** There is no connection from now on: begins the wait, or goes on with it. */
  begin(): void {
    if (!this.isRunning) this.since = performance.now();
    const left = this.since + this.timeout - performance.now();
    if (left > 0) this.run(left);
    else this.over();
  }

  /** A step was taken: one more timeout for whoever waits. */
  extend(): void {
    if (this.isRunning) this.run(this.timeout);
  }

  /** There is nothing to wait for any more. */
  end(): void {
    this.deadline?.cancel();
    this.deadline = undefined;
  }

  private run(milliseconds: number): void {
    this.end();
    this.deadline = new Deadline(milliseconds, () => this.over());
  }

  private over(): void {
    this.end();
    this.onOver();
  }
}
