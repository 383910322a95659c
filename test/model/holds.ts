import type { Hold } from './client.js';
import { FIRST_REFUSED } from './peer.js';

/** What is known of one App Value in one ATR. */
class Held {
  readonly holds = new Map<number, Hold>();
  /** Whether anybody who holds it has asked for it. */
  wanted = false;
  /** Whether it was registered since it is held. */
  stood = false;
  /** Counts how often it was given up: what is said of one time does not hold for the next. */
  times = 0;

  constructor(
    readonly atrId: number,
    readonly appValue: number,
  ) {}

  get key(): string {
    return `${this.atrId}/${this.appValue}`;
  }

  get isHopeless(): boolean {
    return this.appValue >= FIRST_REFUSED;
  }
}

/** Who holds which App Values in an episode: what the client should have registered. */
export class Holds {
  private readonly applications = new Map<string, Held>();

  of(atrId: number, appValue: number): Held {
    const key = `${atrId}/${appValue}`;
    const held = this.applications.get(key) ?? new Held(atrId, appValue);
    this.applications.set(key, held);
    return held;
  }

  /** Those that somebody wants. */
  get wanted(): Held[] {
    return [...this.applications.values()].filter(({ wanted }) => wanted);
  }

  /** Those that nobody holds any more. */
  get released(): Held[] {
    return [...this.applications.values()].filter(({ holds }) => holds.size === 0);
  }

  release(held: Held, slot: number): void {
    held.holds.get(slot)?.release();
    held.holds.delete(slot);
    if (held.holds.size > 0) return;
    held.wanted = false;
    held.stood = false;
    held.times += 1;
  }

  /** Marks of those in an ATR that have stood, for {@link lasted}. */
  stoodIn(atrId: number): { held: Held; times: number }[] {
    return [...this.applications.values()]
      .filter((held) => held.atrId === atrId && held.stood)
      .map((held) => ({ held, times: held.times }));
  }

  /** Whether one of them was never given up since. */
  lasted(marks: readonly { held: Held; times: number }[]): boolean {
    return marks.some(({ held, times }) => held.times === times);
  }
}
