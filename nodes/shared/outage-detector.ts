import type { ConnectionState } from '../../src/client/connection/connection.js';

/** How many attempts fail before that is told: at a deploy, a service on this machine often listens a moment after its clients. */
const FAILED_ATTEMPTS = 2;

/** Tells an outage from an attempt that fails because a service is only starting, by the states of one client. */
export class OutageDetector {
  private failed = 0;

  /** @param before the client's state so far */
  constructor(private before: ConnectionState) {}

  /**
   * Takes the next state.
   * @returns whether there is an outage: a connection that was lost begins one at once, attempts that fail do from the second on
   */
  isOutage(state: ConnectionState): boolean {
    const isLost = this.before === 'connected';
    this.before = state;
    if (state === 'connected') this.failed = 0;
    if (state !== 'disconnected') return false;
    this.failed += 1;
    return isLost || this.failed >= FAILED_ATTEMPTS;
  }
}
