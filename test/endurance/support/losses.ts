import type { News } from './accounts.js';
import type { Machine } from './machine.js';

/** A time in which something was disturbed, in milliseconds since 1970. */
interface Window {
  readonly from: number;
  readonly to: number;
}

/** Bytes that were taken so many milliseconds before a fault may still have been under way when it struck. */
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
  private readonly broken: Window[] = [];
  private readonly disturbed: Window[] = [];
  private pending: (readonly [number: number, time: number])[] = [];

  constructor(private readonly machine: Machine) {}

  /** Something was disturbed from then until now. @param broke whether a fault broke a connection to the AppEndpoint */
  disturbance(from: number, broke: boolean): void {
    const window = { from: from - UNDER_WAY, to: Date.now() };
    this.disturbed.push(window);
    if (broke) this.broken.push(window);
  }

  /** Takes what Node-RED tells. What has not arrived now may still be under way until the next time. */
  take({ taken, gaps }: News): void {
    this.taken += taken.length;
    for (const [number, time] of this.missing()) {
      if (isWithin(this.broken, time)) this.allowed += 1;
      else this.forbidden.push(`send ${number}, taken ${timeOf(time)}, never arrived`);
    }
    this.pending = [...taken];
    for (const { stream, after, before } of gaps) {
      for (let number = after + 1; number < before; number += 1) {
        const time = this.machine.pushTimes.get(stream)?.[number] ?? 0;
        if (isWithin(this.disturbed, time)) this.allowedPushes += 1;
        else this.forbidden.push(`push ${number} of ${stream}, at ${timeOf(time)}, was not received`);
      }
    }
  }

  /** What was taken by the last time and has not arrived by now. */
  missing(): (readonly [number: number, time: number])[] {
    return this.pending.filter(([number]) => !this.machine.arrived.has(number));
  }
}

function isWithin(windows: readonly Window[], time: number): boolean {
  return windows.some(({ from, to }) => from <= time && time <= to);
}

function timeOf(time: number): string {
  return new Date(time).toISOString();
}
