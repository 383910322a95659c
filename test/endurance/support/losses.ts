import type { News } from './accounts.js';
import type { Machine } from './machine.js';

/** Something that was disturbed, and when, in milliseconds since 1970. */
export interface Disturbed {
  readonly what: string;
  readonly from: number;
  readonly to: number;
  /** Whether a fault broke a connection to the AppEndpoint. */
  readonly broke: boolean;
  /** By how many milliseconds this process, through which all bytes go, was late at most: so much longer they were under way. */
  readonly late: number;
}

/** Bytes that were taken so many milliseconds before a fault may still have been under way when it struck, on a machine that is in time. */
const UNDER_WAY = 300;

/**
 * What was sent and never arrived. The protocol has no acknowledgement, so bytes that the socket took may be lost where a fault breaks
 * the connection; that is allowed there, and nowhere else.
 */
export class Losses {
  /** How much the socket took. */
  taken = 0;
  /** Sends that were taken, and lost where a fault broke the connection. */
  allowed = 0;
  /** Pushes that were lost where a connection was broken or redeployed. */
  allowedPushes = 0;
  /** What may not be: in words. */
  readonly forbidden: string[] = [];
  private readonly disturbed: Disturbed[] = [];
  private pending: (readonly [number: number, time: number])[] = [];

  constructor(private readonly machine: Machine) {}

  disturbance(disturbed: Disturbed): void {
    this.disturbed.push(disturbed);
  }

  /** Takes what Node-RED tells. What has not arrived now may still be under way until the next time. */
  take({ taken, gaps }: News): void {
    this.taken += taken.length;
    for (const [number, time] of this.missing()) {
      if (this.at(time).some(({ broke }) => broke)) this.allowed += 1;
      else this.forbidden.push(`send ${number}, taken ${timeOf(time)}, never arrived; ${this.around(time)}`);
    }
    this.pending = [...taken];
    for (const { stream, after, before } of gaps) {
      for (let number = after + 1; number < before; number += 1) {
        const time = this.machine.pushTimes.get(stream)?.[number] ?? 0;
        if (this.at(time).length > 0) this.allowedPushes += 1;
        else
          this.forbidden.push(
            `push ${number} of ${stream}, at ${timeOf(time)}, was not received; ${this.around(time)}`,
          );
      }
    }
  }

  /** What was taken by the last time and has not arrived by now. */
  missing(): (readonly [number: number, time: number])[] {
    return this.pending.filter(([number]) => !this.machine.arrived.has(number));
  }

  private at(time: number): Disturbed[] {
    return this.disturbed.filter(({ from, to, late }) => from - UNDER_WAY - late <= time && time <= to);
  }

  /** What was disturbed before and after, in words: what to look at first. */
  private around(time: number): string {
    const words = ({ what, from, to, broke, late }: Disturbed): string =>
      `${what} from ${timeOf(from)} to ${timeOf(to)}${broke ? ', which broke a connection' : ''} (${Math.round(late)} ms late)`;
    const before = this.disturbed.filter(({ from }) => from <= time).at(-1);
    const after = this.disturbed.find(({ from }) => from > time);
    return [before, after].map((disturbed) => (disturbed ? words(disturbed) : 'nothing')).join('; then ');
  }
}

function timeOf(time: number): string {
  return new Date(time).toISOString();
}
