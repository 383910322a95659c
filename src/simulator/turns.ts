/** How long the work of one turn of the event loop may take, in milliseconds. */
const LONGEST_TURN = 10;

/** How far a {@link Job} has come: all is done; it has more to do; or it cannot go on before a client has read something. */
export type Progress = 'done' | 'more' | 'stalled';

/** Work that may be more than one turn of the event loop should take. */
export interface Job {
  /** Works piece by piece, and asks {@link Turns.hasTime} before each. */
  work(): Progress;
}

/**
 * Shares the turns of the event loop among jobs. Frames of 12 bytes arrive by the hundred thousand in one go, and each costs time, whatever
 * is in it: without a limit, a client could keep everything else in this process waiting for as long as it writes.
 */
export class Turns {
  /** Jobs that are not done, the one that has waited longest first. */
  private readonly waiting = new Set<Job>();
  /** When the turn began; undefined when nothing has been done in it yet. */
  private begun: number | undefined;

  /** Whether this turn has time left for another piece of work, which then counts. */
  hasTime(): boolean {
    this.begin();
    return this.isShort;
  }

  /** Works on a job at once if this turn has time, otherwise in later turns. Returns whether it is done. */
  submit(job: Job): boolean {
    this.waiting.add(job);
    if (this.hasTime() && job.work() === 'done') this.waiting.delete(job);
    return !this.waiting.has(job);
  }

  /** A client has read something, or has gone: jobs that were stalled may go on. */
  wake(): void {
    if (this.waiting.size > 0) this.begin();
  }

  private get isShort(): boolean {
    return this.begun === undefined || performance.now() - this.begun < LONGEST_TURN;
  }

  private begin(): void {
    if (this.begun !== undefined) return;
    this.begun = performance.now();
    setImmediate(this.next);
  }

  /** The next turn. Jobs that are stalled do not make another one: only `wake` does. */
  private readonly next = (): void => {
    this.begun = undefined;
    let more = false;
    for (const job of [...this.waiting]) {
      if (!this.isShort) {
        more = true;
        break;
      }
      this.waiting.delete(job);
      const progress = job.work();
      if (progress !== 'done') this.waiting.add(job); // behind the others
      if (progress === 'more') more = true;
    }
    if (more) this.begin();
  };
}
