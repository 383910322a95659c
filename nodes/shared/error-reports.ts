import type { Node } from 'node-red';
import { isAkmError } from '../../src/errors.js';
import { EventThrottle } from './events/event-throttle.js';
import type { AkmMessage } from './messages.js';

/** How long errors of one kind are counted before a line reports them, in milliseconds. */
const PERIOD = 10_000;

interface Report {
  error: Error;
  msg: AkmMessage;
}

/**
 * Reports errors that no message of the flow is to blame for: a peer causes them, as many a second as it likes. Catch nodes get each. Where
 * none does, the log gets the first of a kind whole, and then one line in ten seconds, with how many more there were.
 */
export class ErrorReports {
  /** By error code. */
  private readonly throttles = new Map<string, EventThrottle<Report>>();

  /** @param isCaught whether a Catch node takes the node's errors: then Node-RED writes none of them to the log */
  constructor(
    private readonly node: Node,
    private readonly isCaught: () => boolean,
  ) {}

  /** @param msg what a Catch node gets the error with */
  report(error: Error, msg: AkmMessage): void {
    if (this.isCaught()) this.node.error(error, msg);
    else this.throttleOf(error).add({ error, msg });
  }

  /** Writes what has been counted; the node ends. */
  end(): void {
    for (const throttle of this.throttles.values()) throttle.end();
  }

  private throttleOf(error: Error): EventThrottle<Report> {
    const kind = isAkmError(error) ? error.code : '';
    let throttle = this.throttles.get(kind);
    if (!throttle) {
      throttle = new EventThrottle<Report>(1, this.write, { period: PERIOD, flush: true });
      this.throttles.set(kind, throttle);
    }
    return throttle;
  }

  private readonly write = ({ error, msg }: Report, suppressed: number): void => {
    if (suppressed === 0) this.node.error(error, msg);
    else
      this.node.error(
        `${suppressed + 1} more errors like this in ${PERIOD / 1000} s, the last one: ${error.message}`,
      );
  };
}
