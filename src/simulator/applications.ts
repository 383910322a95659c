import { applicationKey } from '../protocol/application-key.js';
import type { SimulatorRegistration } from './events.js';
import type { Session } from './peer-service.js';

/** How many applications one connection can register: more than any flow needs. */
const MOST_PER_CONNECTION = 4096;
/** How many applications all connections together can register, so that no number of clients can fill the memory. */
const MOST_IN_ALL = 65_536;

/** What one connection has registered. */
interface Registered {
  readonly keys: Set<number>;
  /** Its App Value by ATR ID, which others see as the sender. The last registration in an ATR counts. */
  readonly senders: Map<number, number>;
}

/** The applications that are registered at the simulated AppEndpoint. */
export class Applications {
  private readonly sessions = new Map<number, Session>();
  private readonly bySession = new Map<Session, Registered>();

  /** The session that has registered this App Value in this ATR. */
  get(atrId: number, appValue: number): Session | undefined {
    return this.sessions.get(applicationKey(atrId, appValue));
  }

  /** The sessions with at least one application in this ATR. */
  *inAtr(atrId: number): Iterable<Session> {
    for (const [session, { senders }] of this.bySession) if (senders.has(atrId)) yield session;
  }

  /** The App Value that what this session sends in this ATR comes from. */
  senderOf(session: Session, atrId: number): number | undefined {
    return this.bySession.get(session)?.senders.get(atrId);
  }

  /** Registers an application, which no other session may have. Returns false when there are too many. */
  register(session: Session, atrId: number, appValue: number): boolean {
    const key = applicationKey(atrId, appValue);
    const { keys, senders } = this.bySession.get(session) ?? { keys: new Set(), senders: new Map() };
    if (!keys.has(key) && (keys.size >= MOST_PER_CONNECTION || this.sessions.size >= MOST_IN_ALL))
      return false;
    keys.add(key);
    senders.set(atrId, appValue);
    this.bySession.set(session, { keys, senders });
    this.sessions.set(key, session);
    return true;
  }

  /** Frees all that a session has registered. */
  release(session: Session): void {
    for (const key of this.bySession.get(session)?.keys ?? []) this.sessions.delete(key);
    this.bySession.delete(session);
  }

  list(): SimulatorRegistration[] {
    return [...this.sessions].map(([key, { connection }]) => ({
      connection,
      atrId: key >>> 16,
      appValue: key & 0xffff,
    }));
  }
}
