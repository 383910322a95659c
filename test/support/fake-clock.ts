import assert from 'node:assert/strict';

interface Timer {
  readonly due: number;
  readonly action: () => void;
}

/**
 * Time that passes only when a test says so: `setTimeout`, `clearTimeout` and `performance.now` of this process. Sockets go on
 * in real time, so a test awaits what they do, and lets time pass in between. A deadline of minutes is then tested at once,
 * and no deadline is ever missed because the machine was busy.
 */
export class FakeClock {
  private now = 0;
  private readonly timers = new Set<Timer>();
  private restore: () => void = () => undefined;

  /** Milliseconds until each timer that is set, the next first. */
  get pending(): number[] {
    return [...this.timers].map(({ due }) => due - this.now).sort((a, b) => a - b);
  }

  install(): void {
    const real = { setTimeout, clearTimeout, now: performance.now.bind(performance) };
    globalThis.setTimeout = this.setTimeout as unknown as typeof setTimeout;
    globalThis.clearTimeout = this.clearTimeout as unknown as typeof clearTimeout;
    performance.now = () => this.now;
    this.restore = () => {
      globalThis.setTimeout = real.setTimeout;
      globalThis.clearTimeout = real.clearTimeout;
      performance.now = real.now;
    };
  }

  uninstall(): void {
    this.restore();
  }

  /** Lets time pass; what becomes due meanwhile happens in its order, each at its time. */
  advance(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (let timer = this.next(end); timer; timer = this.next(end)) {
      this.timers.delete(timer);
      this.now = Math.max(this.now, timer.due);
      timer.action();
    }
    this.now = end;
  }

  /** Lets time pass until the next timer is due. */
  advanceToNext(): void {
    const [next] = this.pending;
    if (next === undefined) throw new Error('No timer is set');
    this.advance(next);
  }

  private next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers)
      if (timer.due <= end && timer.due < (first?.due ?? Infinity)) first = timer;
    return first;
  }

  private readonly setTimeout = (action: () => void, delay = 0): Timer => {
    const timer = { due: this.now + delay, action };
    this.timers.add(timer);
    return timer;
  };

  private readonly clearTimeout = (timer?: Timer): void => {
    if (timer) this.timers.delete(timer);
  };
}

/** A clock of its own for each test of the suite this is called in. */
export function useFakeClock(): { readonly clock: FakeClock } {
  const held = { clock: new FakeClock() };
  beforeEach(() => {
    held.clock = new FakeClock();
    held.clock.install();
  });
  afterEach(() => held.clock.uninstall());
  return held;
}

/** After each test of the suite this is called in no timer may be left. Ask last, so that all is closed by then. */
export function requireNoTimersLeft(time: { readonly clock: FakeClock }): void {
  afterEach(() => assert.deepEqual(time.clock.pending, [], 'timers were left behind'));
}
