import type { ConnectionState } from '../../src/client/connection/connection.js';

/** How many attempts fail before that is told: at a deploy, a service on this machine often listens a moment after its clients. */
const FAILED_ATTEMPTS = 2;

/** Whether a service can be used, as people are told: `idle` where no connection is needed. */
export type Availability = 'connected' | 'disconnected' | 'idle';

/**
 * Decides what is told of a connection, by the states of one client after another: an outage, but no attempt that fails because a service is
 * only starting, and the same thing never twice.
 */
export class OutageDetector {
  private before: ConnectionState = 'idle';
  private failed = 0;
  private told: Availability | undefined;

  /** @param tells what is told at all; the rest is no news */
  constructor(private readonly tells: readonly Availability[] = ['connected', 'disconnected', 'idle']) {}

  /** Goes on with another client; `state` is its state so far. */
  begin(state: ConnectionState): void {
    this.before = state;
    this.failed = 0;
  }

  /** Takes the next state. Returns what is to be told, if anything: a connection that was lost at once, attempts that fail from the second on. */
  next(state: ConnectionState): Availability | undefined {
    const isLost = this.before === 'connected';
    this.before = state;
    if (state === 'connected') this.failed = 0;
    if (state === 'connecting') return undefined;
    if (state !== 'disconnected') return this.news(state === 'connected' ? state : 'idle');
    this.failed += 1;
    return isLost || this.failed >= FAILED_ATTEMPTS ? this.news(state) : undefined;
  }

  /** Returns this, which is how it stands, where that is not what was told last. */
  news(availability: Availability): Availability | undefined {
    if (this.told === availability || !this.tells.includes(availability)) return undefined;
    this.told = availability;
    return availability;
  }
}
