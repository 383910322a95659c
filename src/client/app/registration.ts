import { AkmError } from '../../errors.js';
import { Backoff } from '../connection/backoff.js';
import type { ExchangeInfo } from '../requests/exchange.js';
import type { QueueLimit } from '../requests/queue-limit.js';

/** The AppEndpoint's yes to a registration. */
export interface Registered extends ExchangeInfo {
  /** 0 if the response held none: the code alone counts as success (inferred). */
  status: number;
}

/** Whether the AppEndpoint knows the application, on the connection there is now. */
export type RegistrationState = 'pending' | 'registered' | 'refused';

/** What a registration reports to whoever has acquired it. */
export interface RegistrationObserver {
  /** The client has registered by itself: after a reconnect, or by trying again. */
  registered?(response: Registered): void;
  /** Every change of state; `error` says why it was refused. */
  stateChanged?(state: RegistrationState, error?: AkmError): void;
}

/** What became of a registration. */
export interface RegistrationChange {
  /** `lost`: with the connection, or because nobody wants it any more. */
  event: 'registered' | 'refused' | 'lost';
  atrId: number;
  appValue: number;
  /** Why it was refused. */
  error?: AkmError;
}

/** What a {@link Registration} needs of its client. */
export interface RegistrationContext {
  readonly limit: QueueLimit;
  readonly isConnected: boolean;
  /**
   * Starts to connect if that is needed.
   * @throws AkmError `AKM_NOT_CONNECTED`, `AKM_CLOSED` if there is no connection to wait for
   */
  requireConnection(): void;
  /** Asks the AppEndpoint. `beforeWrite` is called right before the write. */
  ask(registration: Registration, options: AskOptions): Promise<Registered>;
  /** Sends in this ATR may now be possible, or have become hopeless. */
  onStatusChange(): void;
  onChange(change: RegistrationChange): void;
  /** Calls an observer, whatever it may throw. */
  callSafely(whom: string, call: () => unknown): void;
}

/** How a {@link Registration} asks. */
export interface AskOptions {
  priority: boolean;
  signal: AbortSignal;
  beforeWrite: () => void;
}

/** Who waits for what comes of asking. */
interface Waiter {
  readonly resolve: (response: Registered) => void;
  readonly reject: (error: unknown) => void;
}

/** One REGISTER_APP request: in the queue, then in flight. */
interface Asking {
  readonly canceller: AbortController;
  waiters: Waiter[];
  isWritten: boolean;
}

/** After so many refusals in a row, a registration that never stood is not expected to succeed any more; it is tried all the same. */
const REFUSED_FOR_GOOD = 3;

/**
 * One App Value in one ATR, whoever has acquired it.
 *
 * While it is wanted and not registered, something that ends that is always under way: without a connection the next one
 * ({@link onConnected}); with one, a request ({@link asking}) or a pause before the next ({@link retryTimer}). {@link keepGoing} sees to it
 * after everything that can end one of these.
 */
export class Registration {
  state: RegistrationState = 'pending';
  /** Why it was refused, while it is. */
  refusal: AkmError | undefined;
  /** Whether it was ever asked for, and so is to be kept up. */
  wanted = false;
  /** Whether the AppEndpoint may hold it for the connection there is. */
  askedOnThisConnection = false;
  readonly observers = new Set<RegistrationObserver>();
  private isDropped = false;
  private response: Registered | undefined;
  /** The requests on this connection, in their order: the last may still wait. */
  private readonly asking: Asking[] = [];
  /** Who waits for the next connection. */
  private waiters: Waiter[] = [];
  private retryTimer: NodeJS.Timeout | undefined;
  private readonly backoff: Backoff;
  private refusals = 0;
  private hasStood = false;

  constructor(
    readonly atrId: number,
    readonly appValue: number,
    private readonly context: RegistrationContext,
    retry: { min: number; max: number },
  ) {
    this.backoff = new Backoff(retry.min, retry.max);
  }

  /** What was reported of it and still holds: that it is registered, or was refused. */
  get outcome(): RegistrationChange | undefined {
    return this.state === 'pending' ? undefined : this.changeTo(this.state);
  }

  /** Whether it may still succeed: it stood before, or was not refused time and again. */
  get isHopeful(): boolean {
    return this.hasStood || this.refusals < REFUSED_FOR_GOOD;
  }

  /**
   * Wants it from now on, and waits for what comes of asking.
   * @param again asks the AppEndpoint even if it is registered
   * @throws AkmError (as a rejection) `AKM_QUEUE_FULL`, `AKM_NOT_CONNECTED`, `AKM_CLOSED`, `AKM_REJECTED` or what else a request fails with
   */
  async register(again: boolean): Promise<Registered> {
    this.wanted = true;
    if (this.response && !again) return this.response;
    this.context.requireConnection();
    return new Promise((resolve, reject) => this.addWaiter(again, { resolve, reject }));
  }

  /** There is a connection, and the AppEndpoint knows nothing yet. */
  onConnected(): void {
    if (this.wanted) this.ask(true);
  }

  /** The connection is gone, and what the AppEndpoint knew. */
  onLost(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    this.response = undefined;
    this.askedOnThisConnection = false;
    for (const asking of this.asking.splice(0)) {
      if (asking.isWritten) continue; // whoever waits hears that it was lost
      this.waiters.push(...asking.waiters.splice(0));
      asking.canceller.abort();
    }
    this.change('pending');
  }

  /** Whoever waits for a connection has waited long enough. */
  failWaiters(error: unknown): void {
    for (const waiter of this.waiters.splice(0)) waiter.reject(error);
  }

  /** Nobody wants it any more. */
  drop(error: AkmError): void {
    this.isDropped = true;
    this.wanted = false;
    this.onLost();
    this.failWaiters(error);
  }

  private addWaiter(again: boolean, waiter: Waiter): void {
    const { limit } = this.context;
    const last = this.asking.at(-1);
    const joins = last && !(again && last.isWritten) ? last : undefined;
    const others = joins?.waiters ?? this.waiters;
    if (others.length > 0) {
      // the first is one for each registration, of which there are not many; the others are as many messages as a flow likes
      try {
        limit.acquire(0);
      } catch (error) {
        waiter.reject(error);
        return;
      }
      const { resolve, reject } = waiter;
      waiter = {
        resolve: (response) => {
          limit.release(0);
          resolve(response);
        },
        reject: (error) => {
          limit.release(0);
          reject(error);
        },
      };
    }
    others.push(waiter);
    if (!joins && this.context.isConnected) this.ask(false);
  }

  private ask(priority: boolean): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    const asking = {
      canceller: new AbortController(),
      waiters: this.waiters.splice(0),
      isWritten: false,
    };
    this.asking.push(asking);
    void this.request(asking, priority);
  }

  private async request(asking: Asking, priority: boolean): Promise<void> {
    try {
      const { signal } = asking.canceller;
      const beforeWrite = (): void => {
        asking.isWritten = true;
        this.askedOnThisConnection = true;
      };
      const response = await this.context.ask(this, { priority, signal, beforeWrite });
      if (this.end(asking)) this.succeeded(response, asking.waiters.length === 0);
      for (const waiter of asking.waiters) waiter.resolve(response);
    } catch (error) {
      if (this.end(asking)) this.failed(error);
      for (const waiter of asking.waiters) waiter.reject(error);
    }
  }

  /** Returns whether the request was made on the connection there is: what comes of another says nothing about this one. */
  private end(asking: Asking): boolean {
    const index = this.asking.indexOf(asking);
    if (index >= 0) this.asking.splice(index, 1);
    return index >= 0;
  }

  private succeeded(response: Registered, isAutomatic: boolean): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    this.response = response;
    this.refusals = 0;
    this.hasStood = true;
    this.backoff.reset();
    this.change('registered');
    if (isAutomatic) this.tellObservers((observer) => observer.registered?.(response));
  }

  private failed(error: unknown): void {
    // asked again for what it holds already, the peer may say no; it holds it all the same
    if (this.state !== 'registered' && error instanceof AkmError && error.code === 'AKM_REJECTED') {
      this.refusals += 1;
      this.change('refused', error);
    }
    this.keepGoing();
  }

  /** It may succeed later: after a reconnect the peer can still hold the App Value for the connection it has not missed yet. */
  private keepGoing(): void {
    const isUnderWay = this.asking.length > 0 || this.retryTimer !== undefined;
    if (!this.wanted || this.isDropped || this.response || isUnderWay || !this.context.isConnected) return;
    this.retryTimer = setTimeout(() => {
      this.retryTimer = undefined;
      this.ask(true);
    }, this.backoff.next());
  }

  private change(state: RegistrationState, refusal?: AkmError): void {
    this.refusal = refusal;
    const before = this.state;
    if (before === state) {
      if (refusal) this.context.onStatusChange(); // it may have become hopeless
      return;
    }
    this.state = state;
    const change = this.outcome ?? (before === 'registered' ? this.changeTo('lost') : undefined);
    this.context.onStatusChange();
    this.tellObservers((observer) => observer.stateChanged?.(state, refusal));
    if (change) this.context.onChange(change);
  }

  private tellObservers(tell: (observer: RegistrationObserver) => void): void {
    for (const observer of [...this.observers])
      this.context.callSafely('An observer of a registration', () => tell(observer));
  }

  private changeTo(event: RegistrationChange['event']): RegistrationChange {
    const { atrId, appValue, refusal: error } = this;
    return { event, atrId, appValue, ...(error && { error }) };
  }
}
