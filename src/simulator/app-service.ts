import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
  TOTAL_ATRS_ALLOWED,
} from '../protocol/app-messages.js';
import { applicationKey } from '../protocol/application-key.js';
import { APP_DIALECT } from '../protocol/header.js';
import { identifierOf } from '../protocol/identifier.js';
import type { Decoded, Encodable } from '../protocol/layout.js';
import { decodeWholeBody, encodeFrame, type Operation } from '../protocol/message.js';
import type { PeerService, Session } from './peer-server.js';
import type { SimulatorState } from './simulator-state.js';

/** What the simulated AppEndpoint answers to registrations. The numbers are the simulator's own: none but 0 is even inferred. */
export const REGISTER_STATUS = {
  success: 0,
  /** Another connection has registered this App Value in this ATR. */
  appValueTaken: 1,
  /** There is no operational ATR of this ID. */
  unknownAtr: 2,
  /** A fault that was asked for. */
  refused: 3,
  /** The connection has {@link MAX_REGISTRATIONS} already. */
  tooMany: 4,
} as const;

/** How many applications one connection can register: more than any flow needs, so that no client can fill the memory. */
const MAX_REGISTRATIONS = 4096;

type Operations = typeof APP_OPERATIONS;

type Handlers = {
  [K in keyof Operations]: (
    request: Decoded<Operations[K]['request']['body']['fields']>,
    session: Session,
  ) => Encodable<Operations[K]['response']['body']['fields']>;
};

/** The version that the simulated AppEndpoint reports. */
const VERSION = { major: 1, minor: 0, patch: 0, build: 0 };

/** The simulated AppEndpoint: registers applications and carries data between them. */
export class AppService implements PeerService {
  readonly dialect = APP_DIALECT;
  /** Who is registered, by {@link applicationKey}. */
  private readonly applications = new Map<number, Session>();
  /**
   * How many registrations each session has, and its App Value by ATR ID: what others see as the sender. The last registration in an
   * ATR counts.
   */
  private readonly senders = new Map<Session, { registered: number; values: Map<number, number> }>();
  private readonly answers = new Map<number, (payload: Buffer, session: Session) => Buffer>();

  /** @param refusing whether every registration is refused */
  constructor(
    private readonly world: SimulatorState,
    private readonly refusing: boolean,
  ) {
    const handlers = this.handlers();
    for (const name of Object.keys(APP_OPERATIONS) as (keyof Operations)[]) {
      const operation: Operation = APP_OPERATIONS[name];
      const handler = handlers[name] as (
        request: unknown,
        session: Session,
      ) => Encodable<Operation['response']['body']['fields']>;
      this.answers.set(operation.request.code, (payload, session) =>
        encodeFrame(
          APP_DIALECT,
          operation.response,
          handler(decodeWholeBody(operation.request, payload), session),
        ),
      );
    }
  }

  received(session: Session, code: number, payload: Buffer): void {
    if (code === SEND_APP_DATA_REQUEST.code) this.carry(session, payload);
    const answer = this.answers.get(code);
    if (answer) session.write(answer(payload, session), session);
  }

  closed(session: Session): void {
    this.senders.delete(session);
    for (const [key, holder] of this.applications) if (holder === session) this.applications.delete(key);
  }

  private handlers(): Handlers {
    const { world } = this;
    return {
      GET_VERSION: () => VERSION,
      GET_ENDPOINT_INFO: () => ({
        id: world.endpoints[0] ?? identifierOf(0n, 0n),
        status: 0,
        name: 'AKM simulator',
      }),
      GET_ATR_INFO: () => {
        const atrs = world.atrs
          .flatMap(({ atrId, category, id }) => (atrId ? [{ atrId, reserved: 0, category, id }] : []))
          .slice(0, TOTAL_ATRS_ALLOWED);
        return { count: atrs.length, atrs };
      },
      REGISTER_APP: ({ atrId, appValue }, session) => ({ status: this.register(session, atrId, appValue) }),
    };
  }

  private register(session: Session, atrId: number, appValue: number): number {
    if (this.refusing) return REGISTER_STATUS.refused;
    if (!this.world.hasAtrId(atrId)) return REGISTER_STATUS.unknownAtr;
    const key = applicationKey(atrId, appValue);
    if ((this.applications.get(key) ?? session) !== session) return REGISTER_STATUS.appValueTaken;
    const sender = this.senders.get(session) ?? { registered: 0, values: new Map<number, number>() };
    if (!this.applications.has(key)) {
      if (sender.registered >= MAX_REGISTRATIONS) return REGISTER_STATUS.tooMany;
      sender.registered += 1;
    }
    this.applications.set(key, session);
    sender.values.set(atrId, appValue);
    this.senders.set(session, sender);
    return REGISTER_STATUS.success;
  }

  /** Data from nobody, or for nobody, is dropped: the protocol has no answer that could say so. */
  private carry(from: Session, payload: Buffer): void {
    const { atrId, appValue: target, data } = decodeWholeBody(SEND_APP_DATA_REQUEST, payload);
    const appValue = this.senders.get(from)?.values.get(atrId);
    if (appValue === undefined) return;
    const frame = encodeFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE, { atrId, appValue, data });
    this.applications.get(applicationKey(atrId, target))?.write(frame, from);
  }
}
