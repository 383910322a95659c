import { AkmError } from '../../errors.js';
import { Backoff } from '../connection/backoff.js';
import type { ExchangeInfo } from '../requests/exchange.js';

/** The AppEndpoint's yes to a registration. */
export interface Registered extends ExchangeInfo {
  /** 0 where the answer held none: the code alone counts as success (inferred). */
  status: number;
}

/** Whether the AppEndpoint knows the application, on the connection there is now. */
export type RegistrationState = 'pending' | 'registered' | 'refused';

/** What a registration tells the one who holds it. */
export interface RegistrationObserver {
  /** It was made by the client itself: after a reconnect, or by trying again. */
  registered?(answer: Registered): void;
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

/** What a place needs of the client whose connection it is held by. */
export interface PlacePort {
  /** Asks the AppEndpoint. `permit` is called right before the write, and throws to prevent it. */
  register(atrId: number, appValue: number, urgent: boolean, permit: () => void): Promise<Registered>;
  /** Sends in this ATR may now be possible, or have become hopeless. */
  changed(atrId: number): void;
  /** Tells whoever listens, and holds nothing, what became of a registration. */
  told(change: RegistrationChange): void;
  /** Calls an observer, whatever it may throw. */
  tell(call: () => void): void;
}

/** One App Value in one ATR, whoever holds it. */
export class Place {
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
    private readonly port: PlacePort,
    retry: { min: number; max: number },
  ) {
    this.backoff = new Backoff(retry.min, retry.max);
  }

  /** What was told of it and still holds: that it is registered, or was refused. */
  get outcome(): RegistrationChange | undefined {
    return this.state === 'pending' ? undefined : this.changeTo(this.state);
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
    const told = this.outcome ?? (before === 'registered' ? this.changeTo('lost') : undefined);
    for (const observer of this.observers) this.port.tell(() => observer.stateChanged?.(state, refusal));
    this.port.changed(this.atrId);
    if (told) this.port.told(told);
  }

  private changeTo(event: RegistrationChange['event']): RegistrationChange {
    const { atrId, appValue, refusal: error } = this;
    return { event, atrId, appValue, ...(error && { error }) };
  }
}
