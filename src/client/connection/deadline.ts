/**
 * A time limit on something that may arrive on a socket.
 *
 * A timer that is due runs before the sockets are read: after a flow has kept the event loop busy for longer than the limit, an answer that
 * arrived long ago would count as silence. So the limit is judged one turn later, when what has arrived was read.
 */
export class Deadline {
  private readonly timer: NodeJS.Timeout;
  private turn: NodeJS.Immediate | undefined;

  /**
   * @param milliseconds from now
   * @param judge is called once, unless the deadline was cancelled before
   */
  constructor(milliseconds: number, judge: () => void) {
    this.timer = setTimeout(() => {
      this.turn = setImmediate(judge);
    }, milliseconds);
  }

  cancel(): void {
    clearTimeout(this.timer);
    clearImmediate(this.turn);
  }
}
