import { AkmError } from '../../errors.js';
import { applicationKey } from '../../protocol/application-key.js';
import {
  Registration,
  type Registered,
  type RegistrationChange,
  type RegistrationContext,
  type RegistrationObserver,
  type RegistrationState,
} from './registration.js';

/**
 * What the registrations of a connection come to: one is registered; one is under way or is made again first; or neither: none was asked
 * for, or all were refused.
 */
export type RegistrationStatus = 'registered' | 'pending' | 'none';

/** An application in an ATR, kept registered over any number of connections until it is released. */
export interface RegistrationHandle {
  readonly atrId: number;
  readonly appValue: number;
  readonly state: RegistrationState;
  /**
   * Resolves once the application is registered: at once if it is, with the response that is waited for if the AppEndpoint is being
   * asked already, else after asking.
   * @param again asks the AppEndpoint in any case
   * @throws AkmError (as a rejection) `AKM_REJECTED` with the status, or what any request may fail with; the client keeps trying
   */
  register(again?: boolean): Promise<Registered>;
  /** Gives it up: the App Value is freed at the AppEndpoint when nobody else has acquired it. */
  release(): void;
}

/** What the {@link Registrations} need of their client. */
export interface RegistrationsContext extends RegistrationContext {
  /** Makes a new connection, so that the AppEndpoint forgets the registrations of this one. */
  renewConnection(): void;
  /** What somebody has asked for has failed. */
  onFailure(error: AkmError): void;
}

/**
 * How long an App Value that its node has released stays registered, in milliseconds. A redeploy ends nodes and starts their successors a
 * moment later: they take over what is there, and nobody else's traffic is interrupted.
 */
const TAKEOVER_TIME = 250;

/** All registrations of one client, in the order in which they were asked for. */
export class Registrations {
  private readonly all = new Map<number, Registration>();
  /** The same by ATR ID: each send asks for those of its ATR, and there are few. */
  private readonly byAtr = new Map<number, Set<Registration>>();
  /** Those that a new connection begins with: until they are settled nothing else is sent. */
  private readonly restoring = new Set<Registration>();
  private takeover: NodeJS.Timeout | undefined;
  private isClosed = false;

  /**
   * @param retry the pauses before a registration is tried again, in milliseconds
   * @param most how many there may be
   */
  constructor(
    private readonly context: RegistrationsContext,
    private readonly retry: { min: number; max: number },
    private readonly most: number,
  ) {}

  /**
   * Acquires a registration. Nothing is asked before `register` is called; after that it is kept up.
   * @throws AkmError `AKM_QUEUE_FULL` if there are too many
   */
  acquire(atrId: number, appValue: number, observer: RegistrationObserver): RegistrationHandle {
    const registration = this.find(atrId, appValue);
    registration.observers.add(observer);
    return {
      atrId,
      appValue,
      get state() {
        return registration.state;
      },
      register: (again = false) => this.register(registration, again),
      release: () => {
        if (registration.observers.delete(observer) && registration.observers.size === 0) this.dropLater();
      },
    };
  }

  /** How the registrations in an ATR stand, or in any. Asked for each send: it costs next to nothing. */
  status(atrId?: number): RegistrationStatus {
    const registrations = atrId === undefined ? this.all.values() : (this.byAtr.get(atrId) ?? []);
    let status: RegistrationStatus = 'none';
    for (const registration of registrations) {
      if (!registration.wanted) continue;
      if (this.restoring.size > 0) return 'pending';
      if (registration.state === 'registered') return 'registered';
      if (registration.state === 'pending') status = 'pending';
    }
    return status;
  }

  /** Whether a registration in this ATR that is refused now may still succeed. */
  isHopeful(atrId: number): boolean {
    return [...(this.byAtr.get(atrId) ?? [])].some(({ wanted, isHopeful }) => wanted && isHopeful);
  }

  /** What was reported of each that still holds: one that is registered, or refused. */
  current(): RegistrationChange[] {
    return [...this.all.values()].flatMap((registration) => registration.outcome ?? []);
  }

  /** There is a connection: everything is registered again, in its first order. */
  onConnected(): void {
    for (const registration of this.all.values()) if (registration.wanted) this.restoring.add(registration);
    for (const registration of [...this.restoring]) registration.onConnected();
  }

  /** What a new connection began with was answered, or has failed. */
  onSettled(registration: Registration): void {
    if (this.restoring.delete(registration) && this.restoring.size === 0) this.context.onStatusChange();
  }

  /** The connection is gone, and with it every registration at the AppEndpoint. */
  onLost(): void {
    this.restoring.clear();
    for (const registration of this.all.values()) registration.onLost();
  }

  /** Whoever waits for a connection has waited long enough. */
  failWaiters(error: AkmError): void {
    for (const registration of this.all.values()) registration.failWaiters(error);
  }

  /** Ends for good. */
  close(error: AkmError): void {
    this.isClosed = true;
    clearTimeout(this.takeover);
    this.restoring.clear();
    for (const registration of this.all.values()) registration.drop(error);
    this.all.clear();
    this.byAtr.clear();
  }

  /** Why nothing can be sent in an ATR. */
  notRegistered(atrId: number): AkmError {
    const refused = [...(this.byAtr.get(atrId) ?? [])].find(({ refusal }) => refusal);
    const why = refused?.refusal
      ? `: its registration of App Value ${refused.appValue} was refused. ${refused.refusal.message}`
      : '';
    return new AkmError(
      'AKM_NOT_REGISTERED',
      `This connection has no application registered in ATR ${atrId}${why}`,
      { cause: refused?.refusal },
    );
  }

  private async register(registration: Registration, again: boolean): Promise<Registered> {
    try {
      return await registration.register(again);
    } catch (error) {
      this.context.onFailure(error as AkmError);
      throw error;
    }
  }

  private find(atrId: number, appValue: number): Registration {
    const key = applicationKey(atrId, appValue);
    const known = this.all.get(key);
    if (known) return known;
    if (this.all.size >= this.most) {
      throw new AkmError(
        'AKM_QUEUE_FULL',
        `Queue full: ${this.all.size} applications are registered (queue limit ${this.most})`,
      );
    }
    const registration = new Registration(atrId, appValue, this.context, this.retry);
    this.all.set(key, registration);
    this.byAtr.set(atrId, (this.byAtr.get(atrId) ?? new Set()).add(registration));
    return registration;
  }

  private remove(registration: Registration): void {
    const { atrId, appValue } = registration;
    const inAtr = this.byAtr.get(atrId);
    this.all.delete(applicationKey(atrId, appValue));
    inAtr?.delete(registration);
    if (inAtr?.size === 0) this.byAtr.delete(atrId);
  }

  private dropLater(): void {
    if (this.isClosed) return;
    this.takeover ??= setTimeout(() => {
      this.takeover = undefined;
      this.dropAbandoned();
    }, TAKEOVER_TIME);
  }

  private dropAbandoned(): void {
    let isKnown = false;
    const error = new AkmError(
      'AKM_CLOSED',
      'The registration was released before the AppEndpoint confirmed it',
    );
    for (const registration of [...this.all.values()]) {
      if (registration.observers.size > 0) continue;
      isKnown ||= registration.askedOnThisConnection;
      this.remove(registration);
      registration.drop(error);
      this.onSettled(registration);
    }
    this.context.onStatusChange();
    // the protocol has no "unregister"; a registration ends with its connection
    if (isKnown && this.context.isConnected) this.context.renewConnection();
  }
}
