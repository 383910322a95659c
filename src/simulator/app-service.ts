import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
  TOTAL_ATRS_ALLOWED,
} from '../protocol/app-messages.js';
import { APP_DIALECT } from '../protocol/header.js';
import { identifierOf } from '../protocol/identifier.js';
import type { Decoded, Encodable } from '../protocol/layout.js';
import { encodeFrame, type Operation } from '../protocol/message.js';
import { Applications } from './applications.js';
import type { Report, SimulatorRegistration } from './events.js';
import type { Behaviour } from './faults.js';
import type { CheckedInjection } from './injection.js';
import type { PeerService, Session } from './peer-service.js';
import type { PeerRequest } from './requests.js';
import type { SimulatorState } from './simulator-state.js';

/**
 * The status numbers with which the simulated AppEndpoint answers registrations. They are the simulator's own: none but 0 is even
 * inferred.
 *
 * @example
 * await assert.rejects(client.acquire(99, 1).register(), { status: REGISTER_STATUS.unknownAtr });
 */
export const REGISTER_STATUS = {
  success: 0,
  /** Another connection has registered this App Value in this ATR. */
  appValueTaken: 1,
  /** There is no operational ATR of this ID. */
  unknownAtr: 2,
  /** The fault `reject` is set. */
  refused: 3,
  /** The connection has registered 4096 applications already, or all connections together 65536. */
  tooMany: 4,
} as const;

type Operations = typeof APP_OPERATIONS;

type Handlers = {
  [K in keyof Operations]: (
    request: Decoded<Operations[K]['request']['body']['fields']>,
    session: Session,
  ) => Encodable<Operations[K]['response']['body']['fields']>;
};
type Handler = (fields: unknown, session: Session) => Encodable<Operation['response']['body']['fields']>;
type AppData = Decoded<(typeof SEND_APP_DATA_REQUEST)['body']['fields']>;

/** The version that the simulated AppEndpoint reports. */
const VERSION = { major: 1, minor: 0, patch: 0, build: 0 };

/** The simulated AppEndpoint: registers applications and carries data between them. */
export class AppService implements PeerService {
  readonly dialect = APP_DIALECT;
  private readonly applications = new Applications();
  private readonly operations = new Map<number, { operation: Operation; handler: Handler }>();

  constructor(
    private readonly state: SimulatorState,
    private readonly behaviour: Behaviour,
    private readonly report: Report,
  ) {
    const handlers = this.handlers();
    for (const name of Object.keys(APP_OPERATIONS) as (keyof Operations)[]) {
      const operation = APP_OPERATIONS[name];
      this.operations.set(operation.request.code, { operation, handler: handlers[name] as Handler });
    }
  }

  /** The applications that are registered. */
  get registrations(): SimulatorRegistration[] {
    return this.applications.list();
  }

  received(session: Session, { code, fields }: PeerRequest): boolean {
    if (code === SEND_APP_DATA_REQUEST.code) return this.carry(session, fields as AppData);
    const found = this.operations.get(code);
    if (found)
      session.write(encodeFrame(APP_DIALECT, found.operation.response, found.handler(fields, session)));
    return true;
  }

  closed(session: Session): void {
    this.applications.release(session);
  }

  /** Writes application data to those that it is for, unless they are full. Returns to how many it was written. */
  inject({ atrId, appValue, target, data }: CheckedInjection): number {
    const frame = encodeFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE, { atrId, appValue, data });
    const found = target === undefined ? undefined : this.applications.get(atrId, target);
    const receivers = target === undefined ? [...this.applications.inAtr(atrId)] : found ? [found] : [];
    const ready = receivers.filter((session) => !session.isFull);
    for (const session of ready) session.write(frame);
    return ready.length;
  }

  private handlers(): Handlers {
    const { state } = this;
    return {
      GET_VERSION: () => VERSION,
      GET_ENDPOINT_INFO: () => ({
        id: state.endpoints[0] ?? identifierOf(0n, 0n),
        status: 0,
        name: 'AKM simulator',
      }),
      GET_ATR_INFO: () => {
        const atrs = state.atrs
          .flatMap(({ atrId, category, id }) => (atrId ? [{ atrId, reserved: 0, category, id }] : []))
          .slice(0, TOTAL_ATRS_ALLOWED);
        return { count: atrs.length, atrs };
      },
      REGISTER_APP: ({ atrId, appValue }, session) => {
        const { connection } = session;
        const { name } = APP_OPERATIONS.REGISTER_APP.request;
        const status = this.register(session, atrId, appValue);
        if (status === REGISTER_STATUS.success) this.report('registered', { connection, atrId, appValue });
        else this.report('refused', { service: 'app', connection, name, number: status });
        return { status };
      },
    };
  }

  private register(session: Session, atrId: number, appValue: number): number {
    if (this.behaviour.fault === 'reject') return REGISTER_STATUS.refused;
    if (!this.state.hasAtrId(atrId)) return REGISTER_STATUS.unknownAtr;
    if ((this.applications.get(atrId, appValue) ?? session) !== session) return REGISTER_STATUS.appValueTaken;
    return this.applications.register(session, atrId, appValue)
      ? REGISTER_STATUS.success
      : REGISTER_STATUS.tooMany;
  }

  /**
   * Data from nobody, or for nobody, is dropped: the protocol has no answer that could say so.
   * @returns false when the target is full
   */
  private carry(from: Session, { atrId, appValue: target, data }: AppData): boolean {
    const appValue = this.applications.senderOf(from, atrId);
    if (appValue === undefined) return true;
    const receiver = this.applications.get(atrId, target);
    if (receiver?.isFull) return false;
    receiver?.write(encodeFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE, { atrId, appValue, data }));
    return true;
  }
}
