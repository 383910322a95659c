import { AkmError } from '../../errors.js';
import {
  Place,
  type PlacePort,
  type Registered,
  type RegistrationChange,
  type RegistrationObserver,
  type RegistrationState,
} from './registration.js';

/**
 * What the registrations of a connection come to: one stands, one is under way or is made again first, or neither: none was asked for, or
 * all were refused.
 */
export type RegistrationStatus = 'registered' | 'pending' | 'none';

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
export interface RegistrationPort extends PlacePort {
  readonly connected: boolean;
  /** Makes a new connection, so that the AppEndpoint forgets the registrations of this one. */
  renewConnection(): void;
}

/**
 * How long an App Value that its node let go stays registered, in milliseconds. A redeploy ends nodes and starts their successors a
 * moment later: they take over what is there, and nobody else's traffic is interrupted.
 */
const TAKEOVER_TIME = 250;

/** All registrations of one client, and the order in which they were asked for. */
export class Registrations {
  private readonly places = new Map<string, Place>();
  /** The same places by ATR ID: each send asks for those of its ATR, and there are few. */
  private readonly placesIn = new Map<number, Set<Place>>();
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
  acquire(atrId: number, appValue: number, observer: RegistrationObserver): Registration {
    const key = `${atrId}/${appValue}`;
    let place = this.places.get(key);
    if (!place) {
      if (this.places.size >= this.limit) {
        throw new AkmError(
          'AKM_QUEUE_FULL',
          `${this.limit} applications are registered already, which is the limit`,
        );
      }
      place = new Place(atrId, appValue, this.port, this.retry);
      this.add(key, place);
    }
    const held = place;
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
  status(atrId?: number): RegistrationStatus {
    const places = atrId === undefined ? this.places.values() : (this.placesIn.get(atrId) ?? []);
    let standing: RegistrationStatus = 'none';
    for (const place of places) {
      if (!place.wanted) continue;
      if (this.restoring > 0) return 'pending';
      if (place.state === 'registered') return 'registered';
      if (place.state === 'pending') standing = 'pending';
    }
    return standing;
  }

  /** What was told of each that still holds: one that is registered, or refused. */
  current(): RegistrationChange[] {
    return [...this.places.values()].flatMap((place) => place.outcome ?? []);
  }

  /** What can be said of sends in an ATR: `registered`, `pending`, or the error to fail them with. */
  stateOf(atrId: number): 'registered' | 'pending' | AkmError {
    const standing = this.status(atrId);
    return standing === 'none' ? this.notRegistered(atrId) : standing;
  }

  /** A connection stands: everything is registered again, in its first order. */
  connected(): void {
    const wanted = [...this.places.values()].filter((place) => place.wanted);
    this.restoring += wanted.length;
    for (const place of wanted) void this.restore(place);
  }

  /** The connection is gone, and with it every registration at the AppEndpoint. */
  lost(): void {
    for (const place of this.places.values()) place.forget();
  }

  /** Ends for good. */
  close(): void {
    this.closed = true;
    clearTimeout(this.takeover);
    this.lost();
    this.places.clear();
    this.placesIn.clear();
  }

  private add(key: string, place: Place): void {
    const { atrId } = place;
    this.places.set(key, place);
    this.placesIn.set(atrId, (this.placesIn.get(atrId) ?? new Set()).add(place));
  }

  private remove(key: string, place: Place): void {
    const inAtr = this.placesIn.get(place.atrId);
    this.places.delete(key);
    inAtr?.delete(place);
    if (inAtr?.size === 0) this.placesIn.delete(place.atrId);
  }

  private notRegistered(atrId: number): AkmError {
    const refused = [...(this.placesIn.get(atrId) ?? [])].find((place) => place.refusal);
    const why = refused?.refusal
      ? `: its registration of App Value ${refused.appValue} was refused. ${refused.refusal.message}`
      : '';
    return new AkmError(
      'AKM_NOT_REGISTERED',
      `This connection has no application registered in ATR ${atrId}${why}`,
      { cause: refused?.refusal },
    );
  }

  private async restore(place: Place): Promise<void> {
    await place.attempt(true);
    this.restoring -= 1;
    if (this.restoring === 0) for (const { atrId } of this.places.values()) this.port.changed(atrId);
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
    for (const [key, place] of this.places) {
      if (place.observers.size > 0) continue;
      known ||= place.askedOnThisConnection;
      place.drop();
      this.remove(key, place);
      this.port.changed(place.atrId);
    }
    // the protocol has no "unregister"; a registration ends with its connection
    if (known && this.port.connected) this.port.renewConnection();
  }
}
