import type { Node } from 'node-red';
import type { ConnectionState } from '../../src/client/connection/connection.js';
import type { ServiceClient } from '../../src/client/service-client.js';
import type { AkmError } from '../../src/errors.js';
import { OutageDetector } from './outage-detector.js';

/** How long a connection lasts that is no part of an outage any more, in milliseconds. */
const LASTED = 10_000;

/** How often an outage that repeats is told of, and how long one lasts that does not, in milliseconds: longer than pauses between attempts are. */
const SUMMARY = 60_000;

/** Outages one after another: the connection comes back, and does not last. */
interface Repeats {
  /** How often it was lost and made again since `begun`. */
  count: number;
  /** By `performance.now()`. */
  begun: number;
}

/**
 * Logs each outage of one client once, when it begins and when it ends, however many attempts are made in between. One that repeats, as with
 * two clients that push each other out, is one as well: a line a minute, until the connection lasts or stays away.
 */
export class OutageLog {
  private readonly detector = new OutageDetector(['connected', 'disconnected']);
  /** When the connection was made that there is or was last, by `performance.now()`. */
  private madeAt: number | undefined;
  /** Whether the log has told of a connection that was lost: only then does another loss repeat it. */
  private isToldOfLoss = false;
  private repeats: Repeats | undefined;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param node whose log it is
   * @param client whose outages these are
   * @param question what a person is asked where an outage repeats
   */
  constructor(
    private readonly node: Node,
    private readonly client: Pick<ServiceClient, 'peer'>,
    private readonly question: string,
  ) {}

  /** Takes each change of the client's state. */
  readonly onState = (state: ConnectionState, error?: AkmError): void => {
    if (state === 'closed') this.end();
    const news = this.detector.next(state);
    if (news === 'connected') this.made();
    else if (news === 'disconnected') this.lost(error);
  };

  private made(): void {
    const { peer } = this.client;
    this.madeAt = performance.now();
    if (this.repeats) {
      this.repeats.count += 1;
      this.settleIn(LASTED, () => this.node.log(`Connected to ${peer}; it ${this.history()}`));
    } else {
      this.node.log(`Connected to ${peer}`);
    }
  }

  private lost(error: AkmError | undefined): void {
    const { peer } = this.client;
    const tell = (): void =>
      this.node.warn(`No connection to ${peer}; trying until there is one: ${error?.message ?? ''}`);
    const now = performance.now();
    const lasted = this.madeAt === undefined || now - this.madeAt >= LASTED;
    if (!this.repeats && (lasted || !this.isToldOfLoss)) {
      this.isToldOfLoss ||= this.madeAt !== undefined;
      tell();
      return;
    }
    if (this.repeats && now - this.repeats.begun >= SUMMARY) this.summarize();
    this.repeats ??= { count: 0, begun: now };
    this.settleIn(SUMMARY, tell);
  }

  /** The connection stays as it is: that is told, and what comes next is told as if nothing had been. */
  private settleIn(delay: number, tell: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      tell();
      this.repeats = undefined;
    }, delay);
  }

  private summarize(): void {
    if (this.repeats && this.repeats.count > 0)
      this.node.warn(`The connection to ${this.client.peer} ${this.history()}. ${this.question}`);
    this.repeats = undefined;
  }

  /** What became of the connection since that was told last. */
  private history(): string {
    const { count, begun } = this.repeats ?? { count: 0, begun: 0 };
    const seconds = Math.round((performance.now() - begun) / 1000);
    return `was lost and made again ${count === 1 ? 'once' : `${count} times`} in ${seconds} s`;
  }

  private end(): void {
    clearTimeout(this.timer);
    this.summarize();
  }
}
