import { AkmError } from '../../errors.js';
import type { QueueLimit } from './queue-limit.js';

/** One request and what to make of its answer. */
export interface Request<T> {
  /** The message's name, for errors. */
  readonly name: string;
  readonly frame: Buffer;
  /** The only code that is taken for the answer. */
  readonly responseCode: number;
  /** Called with the whole payload, a view, and the time from write to answer. What it throws fails the request. */
  readonly decode: (payload: Buffer, latencyMs: number) => T;
  /** Called right before the write; throws to prevent it. */
  readonly beforeWrite?: (() => void) | undefined;
  /** Goes before what waits already and is not urgent. */
  readonly priority?: boolean | undefined;
  /**
   * Without an answer the connection is usually replaced, since the answer may still come and would be taken for the next
   * one's. `forgiving` keeps it instead, for as long as nobody asks for an answer of the same code.
   */
  readonly toleratesNoReply?: boolean | undefined;
}

/** What the queue tells its client of the requests. None of these may throw. */
export interface RequestObserver {
  /** Nothing waits and nothing is in flight any more. */
  becameIdle?(): void;
  /** An answer has come, so long after its request. */
  answered?(latencyMs: number): void;
  /** A request has failed that a flow has made. */
  failed?(error: unknown, name: string): void;
}

/** What the queue needs of a connection. */
export interface RequestPort {
  readonly state: string;
  readonly receiving: boolean;
  /** Whether a message has begun to arrive, and not ended yet. */
  readonly midFrame: boolean;
  /** Whether more has arrived than could be handed on yet: the answer may be among it. */
  readonly behind: boolean;
  readonly peer: string;
  write(frame: Buffer): void;
  abort(reason: AkmError): void;
  /** Ends the connection in an orderly way and makes a new one; requests that wait go out on that. */
  reconnectGracefully(): void;
  notConnected(): AkmError;
}

/** How many times the timeout a request may take while its answer may have arrived already, behind what a flow is slow to take. */
const LONGEST_BACKLOG = 10;

interface Job {
  readonly request: Omit<Request<unknown>, 'decode'>;
  readonly answer: (payload: Buffer, latencyMs: number) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Requests one at a time and in order, since no message carries a correlation number: an answer is known by its code and by order
 * alone.
 *
 * A request made without a connection waits for one, but not longer than the request timeout after the connection went missing;
 * after that every request fails at once until there is a connection again.
 */
export class RequestQueue {
  private readonly urgent: Job[] = [];
  private readonly waiting: Job[] = [];
  /** `overtaken`: a message had begun to arrive before the request was written, so that one is no answer to it. */
  private inFlight: { job: Job; writtenAt: number; timer: NodeJS.Timeout; overtaken: boolean } | undefined;
  /** Runs while a missing connection is still waited for. */
  private patience: NodeJS.Timeout | undefined;
  /** When what waits has waited long enough without a connection that gets to it. */
  private deadline = 0;
  /** How many forgiving requests were not answered, by response code: as many answers that come now answer nothing else. */
  private readonly overdue = new Map<number, number>();

  constructor(
    private readonly port: RequestPort,
    private readonly timeout: number,
    private readonly budget: QueueLimit,
    private readonly observer: RequestObserver = {},
  ) {}

  /** Whether anything waits or is in flight. */
  get busy(): boolean {
    return this.inFlight !== undefined || this.urgent.length + this.waiting.length > 0;
  }

  /**
   * @throws AkmError (as a rejection) `AKM_NOT_CONNECTED`, `AKM_CONNECTION_LOST`, `AKM_TIMEOUT`, `AKM_QUEUE_FULL`, `AKM_CLOSED`, or what
   *   `permit` and `decode` throw
   */
  request<T>(request: Request<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const end: (error: unknown) => void = reject;
      const fail = (error: unknown): void => {
        // what we ask by ourselves is asked again, or may stay without an answer
        if (isBudgeted(request)) this.observer.failed?.(error, request.name);
        end(error);
      };
      try {
        if (this.port.state !== 'connected' && !this.patience) throw this.port.notConnected();
        if (isBudgeted(request)) this.budget.acquire();
      } catch (error) {
        fail(error);
        return;
      }
      const job: Job = {
        request,
        answer: (payload, latencyMs) => resolve(request.decode(payload, latencyMs)),
        fail,
      };
      (request.priority ? this.urgent : this.waiting).push(job);
      this.pump();
    });
  }

  /** There is no connection from now on, but one is being made. */
  outage(): void {
    if (!this.patience) this.deadline = performance.now() + this.timeout;
    // answers on a connection that is gone again have won no time: a peer may give a few on each, and never get to what waits
    this.bePatientFor(this.deadline - performance.now());
  }

  /** There is a connection. What waits behind urgent requests is no better off yet: a peer may never answer those. */
  connected(): void {
    if (this.waiting.length === 0) this.clearPatience();
    this.overdue.clear();
    this.pump();
  }

  /** The connection is gone. What was written fails; what was not waits for the next connection. */
  lost(error: AkmError): void {
    this.land()?.job.fail(error);
    // urgent requests are made for a connection when it stands, and are made again for the next
    for (const job of this.urgent.splice(0)) this.fail(job, error);
    this.outage();
    this.checkIdle();
  }

  /** Whether this payload was the answer that is waited for, or a late one that is thrown away. */
  payload(code: number | undefined, payload: Buffer): boolean {
    const overtaken = this.inFlight?.overtaken;
    if (this.inFlight) this.inFlight.overtaken = false;
    if (code === undefined) return false;
    if (this.takeOverdue(code)) return true;
    if (overtaken || this.inFlight?.job.request.responseCode !== code) return false;
    const { job, writtenAt } = this.inFlight;
    this.land();
    if (this.patience) this.bePatientFor(this.timeout); // the peer answers: whoever waits for its turn goes on waiting
    const latencyMs = performance.now() - writtenAt;
    this.observer.answered?.(latencyMs);
    try {
      job.answer(payload, latencyMs);
    } catch (error) {
      job.fail(error);
    }
    return true;
  }

  /** Writes the next request, unless one is in flight. */
  pump(): void {
    // what has arrived already cannot be the answer to what is only written now: first it is all read
    while (!this.inFlight && this.port.state === 'connected' && !this.port.receiving) {
      const queue = this.urgent.length > 0 ? this.urgent : this.waiting;
      const [job] = queue;
      if (!job) break;
      if (this.overdue.has(job.request.responseCode) && !job.request.toleratesNoReply) {
        this.port.reconnectGracefully(); // here nobody could tell its answer from the late one
        break;
      }
      queue.shift();
      if (isBudgeted(job.request)) this.budget.release();
      this.fly(job);
    }
    this.checkIdle();
  }

  /** Fails all there is. */
  close(error: AkmError): void {
    this.clearPatience();
    this.land()?.job.fail(error);
    this.failWaiting(error);
  }

  private fly(job: Job): void {
    try {
      job.request.beforeWrite?.();
    } catch (error) {
      job.fail(error);
      return;
    }
    if (!job.request.priority) this.clearPatience();
    const timer = this.expect(job);
    this.inFlight = { job, writtenAt: performance.now(), timer, overtaken: this.port.midFrame };
    this.port.write(job.request.frame);
  }

  /** Waits for the answer. What we are slow to read does not count as the peer's silence, within reason. */
  private expect(job: Job, waited = 1): NodeJS.Timeout {
    return setTimeout(() => {
      if (this.inFlight && this.port.behind && waited < LONGEST_BACKLOG)
        this.inFlight.timer = this.expect(job, waited + 1);
      else this.timedOut(job);
    }, this.timeout);
  }

  private land(): { job: Job } | undefined {
    const landed = this.inFlight;
    clearTimeout(landed?.timer);
    this.inFlight = undefined;
    return landed;
  }

  private timedOut(job: Job): void {
    this.land();
    const error = new AkmError(
      'AKM_TIMEOUT',
      `${this.port.peer} did not answer ${job.request.name} within ${this.timeout} ms`,
    );
    job.fail(error);
    const { toleratesNoReply: forgiving, responseCode } = job.request;
    if (forgiving) {
      this.overdue.set(responseCode, (this.overdue.get(responseCode) ?? 0) + 1);
      this.pump();
    } else {
      this.port.abort(error);
    }
  }

  /** Whether this is one of the answers that come too late, which is then no longer expected. */
  private takeOverdue(code: number): boolean {
    const late = this.overdue.get(code);
    if (late === undefined) return false;
    if (late > 1) this.overdue.set(code, late - 1);
    else this.overdue.delete(code);
    return true;
  }

  private failWaiting(error: AkmError): void {
    for (const job of [...this.urgent.splice(0), ...this.waiting.splice(0)]) this.fail(job, error);
  }

  private failStarved(): void {
    const error = new AkmError(
      'AKM_NOT_CONNECTED',
      `${this.port.peer} is connected, but did not answer what must be asked first within ${this.timeout} ms`,
    );
    for (const job of this.waiting.splice(0)) this.fail(job, error);
  }

  private fail(job: Job, error: AkmError): void {
    if (isBudgeted(job.request)) this.budget.release();
    job.fail(error);
  }

  private checkIdle(): void {
    if (!this.busy) this.observer.becameIdle?.();
  }

  private bePatientFor(milliseconds: number): void {
    clearTimeout(this.patience);
    this.patience = setTimeout(() => {
      this.patience = undefined;
      if (this.port.state === 'connected') this.failStarved();
      else this.failWaiting(this.port.notConnected());
      this.checkIdle();
    }, milliseconds);
  }

  private clearPatience(): void {
    clearTimeout(this.patience);
    this.patience = undefined;
  }
}

/**
 * Registrations that are made again and heartbeats do not count: with a full queue they are what empties it. There are never more of them
 * than registrations, and one heartbeat.
 */
function isBudgeted({
  priority: urgent = false,
  toleratesNoReply: forgiving = false,
}: Pick<Request<unknown>, 'priority' | 'toleratesNoReply'>): boolean {
  return !urgent && !forgiving;
}
