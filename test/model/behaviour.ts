/** What a peer does to one answer. */
export type Treatment =
  | { as: 'late'; ms: number }
  | { as: 'lost' }
  | { as: 'twice' }
  | { as: 'twice, the second in parts' }
  | { as: 'bytewise' }
  | { as: 'prompt' };

const PROMPT: Treatment = { as: 'prompt' };

/** How a peer misbehaves: what becomes of the next answers, and which registrations it refuses. */
export class Behaviour {
  private readonly treatments: Treatment[] = [];
  private refusals = 0;
  private refusingUntil = 0;
  /** What waits for its time; called at once when the peer is to behave. */
  private readonly pauses = new Map<NodeJS.Timeout, () => void>();

  /** The next answers, so many, are treated like this, behind those that were told so before. */
  treat(treatment: Treatment, answers: number): void {
    for (let n = 0; n < answers; n += 1) this.treatments.push(treatment);
  }

  /** Refuses the next registrations, so many. */
  refuse(registrations: number): void {
    this.refusals += registrations;
  }

  /** Refuses all registrations for so long, in milliseconds. */
  refuseFor(ms: number): void {
    this.refusingUntil = performance.now() + ms;
  }

  nextTreatment(): Treatment {
    return this.treatments.shift() ?? PROMPT;
  }

  /** Whether the registration that is asked for now is to be refused. */
  refuses(): boolean {
    if (performance.now() < this.refusingUntil) return true;
    if (this.refusals === 0) return false;
    this.refusals -= 1;
    return true;
  }

  /** Calls `then` after so many milliseconds, or as soon as the peer is to behave. */
  after(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.pauses.delete(timer);
      then();
    }, ms);
    this.pauses.set(timer, then);
  }

  /** Misbehaves no more; what was put off happens now. */
  heal(): void {
    this.treatments.length = 0;
    this.refusals = 0;
    this.refusingUntil = 0;
    const pauses = [...this.pauses];
    this.pauses.clear();
    for (const [timer, then] of pauses) {
      clearTimeout(timer);
      then();
    }
  }
}
