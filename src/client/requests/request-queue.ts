import { AkmError } from '../../errors.js';
import type { Connection } from '../connection/connection.js';
import { Deadline } from '../connection/deadline.js';
import { Fifo } from '../fifo.js';
import { OfflineWait } from './offline-wait.js';
import type { QueueLimit } from './queue-limit.js';

/** How a request is made, whatever is asked. */
export interface RequestOptions {
  /** From the write to the response, in milliseconds. Default: the client's request timeout. */
  timeout?: number | undefined;
  /**
   * Cancels the request. One that waits is never written. One in flight is no longer waited for, but its response is: the connection stays
   * as it is, or is replaced after the timeout, as with any request.
   */
  signal?: AbortSignal | undefined;
  /** Lets `signal` cancel the request only while it waits: one in flight comes to its end. Default false. */
  finishInFlight?: boolean | undefined;
  /**
   * Keeps the connection if no response comes: else it is replaced, since the response may still come and would be taken for that of
   * the next request with the same code.
   */
  toleratesNoReply?: boolean | undefined;
}

/** One request and what to make of its response. */
export interface Request<T> extends RequestOptions {
  /** The message's name, for errors. */
  readonly name: string;
  readonly frame: Buffer;
  /** The only code that is taken for the response. */
  readonly responseCode: number;
  /** Called with the whole payload, a view, and the time from write to response in milliseconds. What it throws fails the request. */
  readonly decode: (payload: Buffer, latencyMs: number) => T;
  /** Called right before the write; throws to prevent it. */
  readonly beforeWrite?: (() => void) | undefined;
  /** Goes before what waits already. Such requests are made for one connection and fail with it. */
  readonly priority?: boolean | undefined;
  /** The client asks by itself: the queue limit does not count, and a failure is nobody's. There must be few of these at a time. */
  readonly internal?: boolean | undefined;
}

/** What a {@link RequestQueue} reports to its client. None of these may throw. */
export interface RequestListener {
  /** Nothing waits and nothing is in flight any more. */
  onIdle(): void;
  /** A response has come, so many milliseconds after its request. */
  onResponse(latencyMs: number): void;
  /** A response has come to a request that is not waited for any more. */
  onLateResponse(code: number, payload: Buffer): void;
  /** A request has failed that somebody has made. */
  onFailure(error: unknown, name: string): void;
  /** The connection is about to be renewed: last chance to write. */
  onRenewal(): void;
  /** Whoever has waited for a connection has waited long enough. */
  onWaitedInVain(error: AkmError): void;
}

/** What the queue uses of its connection. */
type QueueConnection = Pick<
  Connection,
  'state' | 'peer' | 'chunks' | 'isBehind' | 'write' | 'abort' | 'reconnectGracefully' | 'notConnected'
>;

/**
 * How many times the timeout a request may take while its response may have arrived already, behind what a flow is slow to take. A flow
 * that needs longer for what was read at one time, 256 kB, has other troubles.
 */
const LONGEST_BACKLOG = 10;

interface Job {
  readonly request: Omit<Request<unknown>, 'decode'>;
  readonly succeed: (payload: Buffer, latencyMs: number) => void;
  readonly fail: (error: unknown) => void;
  /** Whether its promise is settled: it was cancelled. */
  ended: boolean;
  /** Whether the connection was renewed for it already. */
  hasRenewed: boolean;
}

interface InFlight {
  readonly job: Job;
  readonly writtenAt: number;
  /** What had been read before it was written: a message that began to arrive with that is no response to it. */
  readonly chunks: number;
  deadline: Deadline;
}

/**
 * Requests one at a time and in order, since no message carries a correlation number: a response is known by its code and by order
 * alone.
 *
 * A request made without a connection waits for one as long as {@link OfflineWait} says. After that every request fails at once until
 * there is a connection again.
 */
export class RequestQueue {
  private readonly priority = new Fifo<Job>();
  private readonly waiting = new Fifo<Job>();
  private inFlight: InFlight | undefined;
  /** The last one with which a connection began. */
  private first: Job | undefined;
  private readonly offlineWait: OfflineWait;
  /** The frames of requests that got no response on this connection, by response code: it may still come. */
  private readonly unanswered = new Map<number, Buffer>();
  private renewal = false;

  constructor(
    private readonly connection: QueueConnection,
    private readonly timeout: number,
    private readonly limit: QueueLimit,
    private readonly listener: RequestListener,
  ) {
    this.offlineWait = new OfflineWait(timeout, () => this.onWaitedInVain());
  }

  /** Whether anything waits or is in flight. */
  get busy(): boolean {
    return this.inFlight !== undefined || this.priority.length + this.waiting.length > 0;
  }

  /** Whether a request that is made now would be written, or wait; else it fails with {@link Connection.notConnected}. */
  get accepts(): boolean {
    return this.connection.state === 'connected' || this.offlineWait.isRunning;
  }

  /**
   * @throws AkmError (as a rejection) `AKM_NOT_CONNECTED`, `AKM_CONNECTION_LOST`, `AKM_TIMEOUT`, `AKM_QUEUE_FULL`, `AKM_CLOSED`, what
   *   `beforeWrite` and `decode` throw, or the reason of `signal`
   */
  request<T>(request: Request<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const job = this.jobFor(request, resolve, reject);
      if (job.ended) return;
      try {
        if (!this.accepts) throw this.connection.notConnected();
        if (!request.internal) this.limit.acquire(request.frame.length);
      } catch (error) {
        job.fail(error);
        return;
      }
      (request.priority ? this.priority : this.waiting).push(job);
      this.pump();
    });
  }

  /** Writes a request at once: the one with which a new connection begins. If no response comes, it is up to the caller what to do. */
  requestFirst<T>(request: Request<T>): Promise<T> {
    this.unanswered.clear();
    return new Promise<T>((resolve, reject) => {
      this.first = this.jobFor(request, resolve, reject);
      this.write(this.first);
      this.offlineWait.extend(); // behind the request's own deadline: what comes of that may help those who wait
    });
  }

  /** There is no connection from now on, but one is being made. */
  onOffline(): void {
    this.offlineWait.begin();
  }

  /** The peer was confirmed. What waits behind priority requests is no better off yet: a peer may never answer those. */
  onConnected(): void {
    if (this.waiting.length === 0) this.offlineWait.end();
    else this.offlineWait.extend();
    this.pump();
  }

  /** The connection is gone. What was written fails; what was not waits for the next connection. */
  onLost(error: AkmError): void {
    this.renewal = false;
    this.takeInFlight()?.job.fail(error);
    void this.priority.takeAll().drain((job) => this.failWaiting(job, error));
    this.onOffline();
    this.reportIdle();
  }

  /** Whether this payload was a response: that of the request in flight, or one that comes too late and is dropped. */
  onFrame(code: number, payload: Buffer, chunk: number): boolean {
    const { inFlight } = this;
    if (inFlight?.job.request.responseCode !== code || chunk <= inFlight.chunks)
      return this.isLate(code, payload);
    this.takeInFlight();
    this.offlineWait.extend(); // the peer answers: whoever waits for its turn goes on waiting
    const latencyMs = performance.now() - inFlight.writtenAt;
    this.listener.onResponse(latencyMs);
    inFlight.job.succeed(payload, latencyMs);
    this.pump();
    return true;
  }

  /** Renews the connection as soon as no request is in flight, whatever waits: that goes out on the next one. */
  renewConnection(): void {
    this.renewal = true;
    this.pump();
  }

  /** Fails all there is, and resolves when that is done. */
  async close(error: AkmError): Promise<void> {
    this.offlineWait.end();
    this.renewal = false;
    this.takeInFlight()?.job.fail(error);
    const fail = (job: Job): void => this.failWaiting(job, error);
    await Promise.all([this.priority.takeAll().drain(fail), this.waiting.takeAll().drain(fail)]);
  }

  /** Writes the next request, unless one is in flight. */
  private pump(): void {
    while (!this.inFlight && this.connection.state === 'connected') {
      if (this.renewal) {
        this.renew();
        return;
      }
      const queue = this.priority.length > 0 ? this.priority : this.waiting;
      const job = queue.peek();
      if (!job) break;
      const isAmbiguous = !job.ended && this.isAmbiguous(job.request);
      if (isAmbiguous && !job.hasRenewed) {
        job.hasRenewed = true;
        this.renew(); // here nobody could tell its response from the late one
        return;
      }
      queue.shift();
      if (job.ended) continue;
      if (!job.request.internal) this.limit.release(job.request.frame.length);
      if (isAmbiguous) {
        job.fail(this.indistinguishable(job.request)); // a peer that never answers the first question of a connection
        continue;
      }
      if (!job.request.priority) this.offlineWait.end();
      this.write(job);
    }
    this.reportIdle();
  }

  private isLate(code: number, payload: Buffer): boolean {
    const isLate = this.unanswered.has(code);
    if (isLate) this.listener.onLateResponse(code, payload);
    return isLate;
  }

  private renew(): void {
    this.renewal = false;
    this.listener.onRenewal();
    this.connection.reconnectGracefully();
  }

  /** Whether a response may still come that would be taken for the one to this request. A late one to the same question will do. */
  private isAmbiguous({ responseCode, frame, toleratesNoReply }: Job['request']): boolean {
    const asked = this.unanswered.get(responseCode);
    if (asked === undefined) return false;
    const isFirst = asked === this.first?.request.frame; // what it asks does not change while the connection lasts
    return !((toleratesNoReply === true || isFirst) && asked.equals(frame));
  }

  private jobFor<T>(request: Request<T>, resolve: (value: T) => void, reject: (error: unknown) => void): Job {
    const { signal, internal, name } = request;
    const end = (): void => {
      job.ended = true;
      signal?.removeEventListener('abort', cancel);
    };
    const cancel = (): void => {
      const isInFlight = this.inFlight?.job === job;
      if (isInFlight && request.finishInFlight) return;
      if (!isInFlight && !internal) this.limit.release(request.frame.length);
      end();
      reject(signal?.reason);
    };
    const job: Job = {
      request,
      ended: false,
      hasRenewed: false,
      succeed: (payload, latencyMs) => {
        if (job.ended) return;
        try {
          const value = request.decode(payload, latencyMs);
          end();
          resolve(value);
        } catch (error) {
          job.fail(error);
        }
      },
      fail: (error) => {
        if (job.ended) return;
        end();
        if (!internal) this.listener.onFailure(error, name);
        reject(error);
      },
    };
    if (signal?.aborted) {
      end();
      reject(signal.reason);
    } else {
      signal?.addEventListener('abort', cancel);
    }
    return job;
  }

  private write(job: Job): void {
    try {
      job.request.beforeWrite?.();
    } catch (error) {
      job.fail(error);
      return;
    }
    const { chunks } = this.connection;
    this.inFlight = { job, chunks, writtenAt: performance.now(), deadline: this.deadlineFor(job) };
    this.connection.write(job.request.frame);
  }

  /** The limit for the response. What we are slow to read does not count as the peer's silence, within reason. */
  private deadlineFor(job: Job, waited = 1): Deadline {
    return new Deadline(job.request.timeout ?? this.timeout, () => {
      if (this.inFlight && this.connection.isBehind && waited < LONGEST_BACKLOG) {
        this.inFlight.deadline = this.deadlineFor(job, waited + 1);
        this.offlineWait.extend(); // whoever waits behind it, too
      } else {
        this.onTimeout(job);
      }
    });
  }

  private takeInFlight(): InFlight | undefined {
    const { inFlight } = this;
    inFlight?.deadline.cancel();
    this.inFlight = undefined;
    return inFlight;
  }

  private onTimeout(job: Job): void {
    this.takeInFlight();
    const { name, timeout = this.timeout, toleratesNoReply, responseCode, frame } = job.request;
    const error = new AkmError(
      'AKM_TIMEOUT',
      `${this.connection.peer} did not answer ${name} within ${timeout} ms`,
    );
    if (toleratesNoReply || job === this.first) this.unanswered.set(responseCode, frame);
    job.fail(error);
    if (job === this.first) return;
    if (toleratesNoReply) {
      this.pump();
    } else {
      this.connection.abort(error);
    }
  }

  private indistinguishable({ name }: Job['request']): AkmError {
    const { peer } = this.connection;
    return new AkmError(
      'AKM_TIMEOUT',
      `${name} was not sent: ${peer} has left a request without a response whose late response could not be told from this one`,
    );
  }

  private failWaiting(job: Job, error: AkmError): void {
    if (!job.ended && !job.request.internal) this.limit.release(job.request.frame.length);
    job.fail(error);
  }

  private reportIdle(): void {
    if (!this.busy) this.listener.onIdle();
  }

  private onWaitedInVain(): void {
    const error = this.waitedInVain();
    void this.waiting.takeAll().drain((job) => this.failWaiting(job, error));
    this.listener.onWaitedInVain(error);
    this.reportIdle();
  }

  private waitedInVain(): AkmError {
    const { connection, timeout } = this;
    if (connection.state !== 'connected') return connection.notConnected();
    const message = `${connection.peer} is connected but did not confirm a pending registration within ${timeout} ms`;
    return new AkmError('AKM_NOT_CONNECTED', message);
  }
}
