import { AkmError } from '../errors.js';
import { Backoff } from './backoff.js';
import type { ExchangeInfo, RegistrationChange } from './service-client.js';

/** The AppEndpoint's yes to a registration. */
export interface Registered extends ExchangeInfo {
  /** 0 where the answer held none: the code alone counts as success (inferred). */
  status: number;
}

/** Whether the AppEndpoint knows the application, on the connection there is now. */
export type RegistrationState = 'pending' | 'registered' | 'refused';

/**
 * What the registrations of a connection come to: one stands, one is under way or is made again first, or neither: none was asked for, or
 * all were refused.
 */
export type Standing = 'registered' | 'pending' | 'none';

/** What a registration tells the one who holds it. */
export interface RegistrationObserver {
  /** It was made by the client itself: after a reconnect, or by trying again. */
  registered?(answer: Registered): void;
  /** Every change of state; `error` says why it was refused. */
  stateChanged?(state: RegistrationState, error?: AkmError): void;
}

/** An application's place in an ATR, kept up over any number of connections until it is released. */
export interface Registration {
  readonly atrId: number;
  readonly appValue: number;
  readonly state: RegistrationState;
  /**
   * Resolves once the application is registered: at once where it is, with the answer that is waited for where the AppEndpoint is being
   * asked already, else after asking.
   * @param again asks the AppEndpoint in any case
   * @throws AkmError (as a rejection) `AKM_REJECTED` with the status, or what any request may fail with; the client goes on trying
   */
  register(again?: boolean): Promise<Registered>;
  /** Gives the place up: the App Value is freed at the AppEndpoint when nobody else holds it. */
  release(): void;
}

/** What the registrations need of their client. */
export interface RegistrationPort {
  readonly connected: boolean;
  /** Asks the AppEndpoint. `permit` is called right before the write, and throws to prevent it. */
  register(atrId: number, appValue: number, urgent: boolean, permit: () => void): Promise<Registered>;
  /** Makes a new connection, so that the AppEndpoint forgets the registrations of this one. */
  renewConnection(): void;
  /** Sends in this ATR may now be possible, or have become hopeless. */
  changed(atrId: number): void;
  /** Tells whoever listens, and holds nothing, what became of a registration. */
  told(change: RegistrationChange): void;
  /** Calls an observer, whatever it may throw. */
  tell(call: () => void): void;
}

/**
 * How long an App Value that its node let go stays registered, in milliseconds. A redeploy ends nodes and starts their successors a
 * moment later: they take over what is there, and nobody else's traffic is interrupted.
 */
const TAKEOVER_TIME = 250;

/** All registrations of one client, and the order in which they were asked for. */
export class Registrations {
  private readonly entries = new Map<string, Entry>();
  /** The same entries by ATR ID: each send asks for those of its ATR, and there are few. */
  private readonly entriesIn = new Map<number, Set<Entry>>();
  /** Registrations being made again on a new connection: until they are settled nothing else is sent. */
  private restoring = 0;
  private takeover: NodeJS.Timeout | undefined;
  private closed = false;

  /** @param limit how many there may be */
  constructor(
    private readonly port: RegistrationPort,
    private readonly retry: { min: number; max: number },
    private readonly limit: number,
  ) {}

  /**
   * Takes hold of a place. Nothing is asked before `register` is called; after that it is kept up.
   * @throws AkmError `AKM_QUEUE_FULL` where there are too many
   */
  hold(atrId: number, appValue: number, observer: RegistrationObserver): Registration {
    const key = `${atrId}/${appValue}`;
    let entry = this.entries.get(key);
    if (!entry) {
      if (this.entries.size >= this.limit) {
        throw new AkmError(
          'AKM_QUEUE_FULL',
          `${this.limit} applications are registered already, which is the limit`,
        );
      }
      entry = new Entry(atrId, appValue, this.port, this.retry);
      this.add(key, entry);
    }
    const held = entry;
    held.observers.add(observer);
    return {
      atrId,
      appValue,
      get state() {
        return held.state;
      },
      register: (again = false) => held.register(again),
      release: () => {
        if (held.observers.delete(observer) && held.observers.size === 0) this.takeOverLater();
      },
    };
  }

  /** How it is with the registrations in an ATR, or in any. Asked for each send: it costs next to nothing. */
  standing(atrId?: number): Standing {
    const entries = atrId === undefined ? this.entries.values() : (this.entriesIn.get(atrId) ?? []);
    let standing: Standing = 'none';
    for (const entry of entries) {
      if (!entry.wanted) continue;
      if (this.restoring > 0) return 'pending';
      if (entry.state === 'registered') return 'registered';
      if (entry.state === 'pending') standing = 'pending';
    }
    return standing;
  }

  /** What was told of each that still holds: one that is registered, or refused. */
  standingOnes(): RegistrationChange[] {
    return [...this.entries.values()].flatMap(({ state: event, atrId, appValue, refusal }) =>
      event === 'pending' ? [] : [{ event, atrId, appValue, ...(refusal ? { error: refusal } : {}) }],
    );
  }

  /** What can be said of sends in an ATR: `registered`, `pending`, or the error to fail them with. */
  stateOf(atrId: number): 'registered' | 'pending' | AkmError {
    const standing = this.standing(atrId);
    return standing === 'none' ? this.notRegistered(atrId) : standing;
  }

  /** A connection stands: everything is registered again, in its first order. */
  connected(): void {
    const wanted = [...this.entries.values()].filter((entry) => entry.wanted);
    this.restoring += wanted.length;
    for (const entry of wanted) void this.restore(entry);
  }

  /** The connection is gone, and with it every registration at the AppEndpoint. */
  lost(): void {
    for (const entry of this.entries.values()) entry.forget();
  }

  /** Ends for good. */
  close(): void {
    this.closed = true;
    clearTimeout(this.takeover);
    this.lost();
    this.entries.clear();
    this.entriesIn.clear();
  }

  private add(key: string, entry: Entry): void {
    const { atrId } = entry;
    this.entries.set(key, entry);
    this.entriesIn.set(atrId, (this.entriesIn.get(atrId) ?? new Set()).add(entry));
  }

  private remove(key: string, entry: Entry): void {
    const inAtr = this.entriesIn.get(entry.atrId);
    this.entries.delete(key);
    inAtr?.delete(entry);
    if (inAtr?.size === 0) this.entriesIn.delete(entry.atrId);
  }

  private notRegistered(atrId: number): AkmError {
    const refused = [...(this.entriesIn.get(atrId) ?? [])].find((entry) => entry.refusal);
    const why = refused?.refusal
      ? `: its registration of App Value ${refused.appValue} was refused. ${refused.refusal.message}`
      : '';
    return new AkmError(
      'AKM_NOT_REGISTERED',
      `This connection has no application registered in ATR ${atrId}${why}`,
      { cause: refused?.refusal },
    );
  }

  private async restore(entry: Entry): Promise<void> {
    await entry.attempt(true);
    this.restoring -= 1;
    if (this.restoring === 0) for (const { atrId } of this.entries.values()) this.port.changed(atrId);
  }

  private takeOverLater(): void {
    if (this.closed) return;
    this.takeover ??= setTimeout(() => {
      this.takeover = undefined;
      this.dropAbandoned();
    }, TAKEOVER_TIME);
  }

  private dropAbandoned(): void {
    let known = false;
    for (const [key, entry] of this.entries) {
      if (entry.observers.size > 0) continue;
      known ||= entry.askedOnThisConnection;
      entry.drop();
      this.remove(key, entry);
      this.port.changed(entry.atrId);
    }
    // the protocol has no "unregister"; a registration ends with its connection
    if (known && this.port.connected) this.port.renewConnection();
  }
}

/** One App Value in one ATR, whoever holds it. */
class Entry {
  state: RegistrationState = 'pending';
  /** Why it was refused, while it is. */
  refusal: AkmError | undefined;
  /** Whether it was ever asked for, and so is to be kept up. */
  wanted = false;
  /** Whether the AppEndpoint may hold it for the connection there is. */
  askedOnThisConnection = false;
  readonly observers = new Set<RegistrationObserver>();
  private dropped = false;
  /** Counts what was forgotten, so that an answer that comes just then is not taken for the next connection's. */
  private epoch = 0;
  private epochAsked = 0;
  private answer: Registered | undefined;
  private underWay: Promise<Registered> | undefined;
  private retryTimer: NodeJS.Timeout | undefined;
  private readonly backoff: Backoff;

  constructor(
    readonly atrId: number,
    readonly appValue: number,
    private readonly port: RegistrationPort,
    retry: { min: number; max: number },
  ) {
    this.backoff = new Backoff(retry.min, retry.max);
  }

  async register(again: boolean): Promise<Registered> {
    this.wanted = true;
    if (this.answer && !again) return this.answer;
    return (again ? undefined : this.underWay) ?? this.ask(false);
  }

  /** Registers without anybody waiting for it; who holds it is told. */
  async attempt(urgent: boolean): Promise<void> {
    try {
      if (this.underWay) {
        await this.underWay; // whoever asked gets the answer
        return;
      }
      const answer = await this.ask(urgent);
      for (const observer of this.observers) this.port.tell(() => observer.registered?.(answer));
    } catch {
      // a refusal was told already and is tried again; anything else is made good with the next connection
    }
  }

  /** What the AppEndpoint knew is gone. */
  forget(): void {
    clearTimeout(this.retryTimer);
    this.epoch += 1;
    this.answer = undefined;
    this.askedOnThisConnection = false;
    this.change('pending');
  }

  /** Nobody wants it any more. */
  drop(): void {
    this.dropped = true;
    this.forget();
  }

  private ask(urgent: boolean): Promise<Registered> {
    clearTimeout(this.retryTimer);
    const request = this.request(urgent).finally(() => {
      if (this.underWay === request) this.underWay = undefined;
    });
    this.underWay = request;
    return request;
  }

  private async request(urgent: boolean): Promise<Registered> {
    try {
      const answer = await this.port.register(this.atrId, this.appValue, urgent, this.permit);
      if (this.epochAsked === this.epoch) {
        clearTimeout(this.retryTimer);
        this.answer = answer;
        this.backoff.reset();
        this.change('registered');
      }
      return answer;
    } catch (error) {
      const isCurrent = this.epochAsked === this.epoch;
      if (isCurrent && error instanceof AkmError && error.code === 'AKM_REJECTED') this.refused(error);
      throw error;
    }
  }

  private readonly permit = (): void => {
    if (this.dropped) throw new AkmError('AKM_CLOSED', 'The registration was given up while it waited');
    this.epochAsked = this.epoch;
    this.askedOnThisConnection = true;
  };

  private refused(error: AkmError): void {
    // asked again for what it holds already, the peer may say no; what it holds stands all the same
    if (this.state === 'registered') return;
    this.answer = undefined;
    this.change('refused', error);
    // it may succeed later: after a reconnect the peer can still hold the App Value for the connection it has not missed yet
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => void this.attempt(true), this.backoff.next());
  }

  private change(state: RegistrationState, refusal?: AkmError): void {
    this.refusal = refusal;
    const before = this.state;
    if (before === state) return;
    this.state = state;
    for (const observer of this.observers) this.port.tell(() => observer.stateChanged?.(state, refusal));
    this.port.changed(this.atrId);
    const event = state !== 'pending' ? state : before === 'registered' ? 'lost' : undefined;
    const { atrId, appValue } = this;
    if (event) this.port.told({ event, atrId, appValue, ...(refusal ? { error: refusal } : {}) });
  }
}
