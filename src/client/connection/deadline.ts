/**
 * A time limit that is judged only after everything which had arrived by then was read. Timers run before sockets are read: after a flow has
 * blocked the event loop, an answer that arrived in time would count as silence.
 */
export class Deadline {
  private readonly timer: NodeJS.Timeout;
  private immediate: NodeJS.Immediate | undefined;

  /**
   * @param milliseconds from now on
   * @param judge is called once, unless the deadline is cancelled before
   */
  constructor(milliseconds: number, judge: () => void) {
    this.timer = setTimeout(() => {
      this.immediate = setImmediate(judge);
    }, milliseconds);
  }

  cancel(): void {
    clearTimeout(this.timer);
    clearImmediate(this.immediate);
  }
}
