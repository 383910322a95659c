import { AkmError, messageOf, kindOf } from '../../errors.js';
import { APP_OPERATIONS, checkAppData, RECEIVE_APP_DATA_RESPONSE } from '../../protocol/app-messages.js';
import { APP_DIALECT } from '../../protocol/header.js';
import { parseInteger, U16_MAX } from '../../protocol/integer.js';
import type { Decoded } from '../../protocol/layout.js';
import { RESPONSE_OFFSET } from '../../protocol/message.js';
import {
  infoOf,
  type Response,
  type AskOptions,
  type ExchangeOptions,
  type RawResponse,
} from '../requests/exchange.js';
import { WriteBatcher } from './write-batcher.js';
import { checkOptions, type ClientOptions } from '../options.js';
import { SendQueue, type Send } from './send-queue.js';
import type { Registered, RegistrationChange, RegistrationObserver } from './registration.js';
import { decodeAppData } from './received-data.js';
import { Registrations, type Registration, type RegistrationStatus } from './registrations.js';
import { ServiceClient } from '../service-client.js';
import { Subscriptions, type DataFilter, type DataListener } from './subscriptions.js';

/** The AppEndpoint's TCP port (documented). */
export const APP_PORT = 49600;

/** Application data to send. */
export interface OutgoingData {
  /** U16 */
  atrId: number;
  /** App Value of the target, U16. */
  appValue: number;
  /** At most 4046 bytes; a string is sent as UTF-8. */
  data: Buffer | string;
  /**
   * Without a connection: `error` fails at once (but waits for an attempt that is under way), `queue` waits for as long as it
   * takes. Default `error`.
   */
  offline?: 'error' | 'queue';
}

type ResponseFields<K extends keyof typeof APP_OPERATIONS> = Decoded<
  (typeof APP_OPERATIONS)[K]['response']['body']['fields']
>;

/** A live connection to an AKM AppEndpoint. */
export class AppClient extends ServiceClient {
  private readonly registrations: Registrations;
  private readonly outbox: SendQueue;
  private readonly packer: WriteBatcher;
  private readonly subscriptions = new Subscriptions((error) =>
    this.fault(new Error(`A receiver of application data failed: ${messageOf(error)}`, { cause: error })),
  );
  private readonly watchers = new Set<() => void>();
  /** Set while the watchers are about to be told of changes. */
  private announcing = false;
  /** Set when the connection is to be renewed as soon as no request is in flight. */
  private renewal = false;

  /** @throws AkmError `AKM_INVALID_INPUT` naming the option */
  constructor(options: ClientOptions = {}) {
    super(APP_DIALECT, checkOptions(options, APP_PORT));
    const { reconnectMin: min, reconnectMax: max, queueLimit } = this.options;
    const { connection } = this;
    this.registrations = new Registrations(
      {
        get connected() {
          return connection.state === 'connected';
        },
        register: (atrId, appValue, urgent, permit) =>
          this.registerApp(atrId, appValue, { priority: urgent, beforeWrite: permit }),
        renewConnection: () => {
          this.renewal = true;
          if (!this.queue.busy) this.onIdle();
        },
        changed: () => {
          this.outbox.flush();
          this.announce();
        },
        told: (change) => this.tell('A listener of registrations', () => this.emit('registration', change)),
        tell: (call) => this.tell('An observer of a registration', call),
      },
      { min, max },
      queueLimit,
    );
    const failed = (error: AkmError): void => this.failed(error, 'SEND_APP_DATA');
    this.packer = new WriteBatcher((frames, taken, count) => connection.write(frames, taken, count), failed);
    this.outbox = new SendQueue(
      {
        get writable() {
          return connection.writable;
        },
        offline: () =>
          connection.state === 'disconnected' || connection.state === 'closed'
            ? connection.notConnected()
            : undefined,
        registration: (atrId) => this.registrations.stateOf(atrId),
        write: (data, done) => this.packer.add(data, done),
        failed,
      },
      this.budget,
    );
    this.on('state', (state) => {
      if (state === 'disconnected') this.outbox.wentOffline(connection.notConnected());
    });
  }

  /** How many requests and sends wait. */
  get waiting(): number {
    return this.budget.waiting;
  }

  /**
   * Takes hold of an application's place in an ATR. Call `register` on it to register; from then on it is registered again on every
   * new connection before anything is sent, until it is released.
   *
   * @throws AkmError `AKM_INVALID_INPUT`, `AKM_QUEUE_FULL`
   */
  acquire(atrId: number, appValue: number, observer: RegistrationObserver = {}): Registration {
    const [atr, app] = [
      parseInteger(atrId, 'The ATR ID', U16_MAX),
      parseInteger(appValue, 'The App Value', U16_MAX),
    ];
    return this.onBehalfOf('REGISTER_APP', () => this.registrations.acquire(atr, app, observer));
  }

  /** How it is with the registrations in an ATR, or in any: what is sent in an ATR needs one there. */
  registrationStatus(atrId?: number): RegistrationStatus {
    return this.registrations.status(atrId);
  }

  override currentRegistrations(): RegistrationChange[] {
    return this.registrations.current();
  }

  /** Calls `watcher` soon after {@link registrationStatus} may have changed, until the returned function is called. */
  watchStanding(watcher: () => void): () => void {
    const watch = (): void => watcher();
    this.watchers.add(watch);
    return () => {
      this.watchers.delete(watch);
    };
  }

  /**
   * Sends application data. A registration in the ATR that is under way is waited for.
   *
   * @param done called exactly once: without an error when the operating system has taken the bytes (the protocol has no
   *   acknowledgement), else with `AKM_INVALID_INPUT`, `AKM_PAYLOAD_TOO_LARGE`, `AKM_NOT_REGISTERED`, `AKM_NOT_CONNECTED`,
   *   `AKM_CONNECTION_LOST`, `AKM_QUEUE_FULL` or `AKM_CLOSED`
   */
  send({ atrId, appValue, data, offline = 'error' }: OutgoingData, done: (error?: AkmError) => void): void {
    let send: Send;
    try {
      if (this.state === 'closed') throw this.connection.notConnected();
      if (typeof data !== 'string' && !Buffer.isBuffer(data)) {
        throw new AkmError(
          'AKM_INVALID_INPUT',
          `The data is ${kindOf(data)}; a Buffer or a string is needed`,
        );
      }
      checkAppData(data);
      send = {
        atrId: parseInteger(atrId, 'The ATR ID', U16_MAX),
        appValue: parseInteger(appValue, 'The App Value', U16_MAX),
        data,
        patient: offline === 'queue',
        done,
      };
    } catch (error) {
      this.failed(error, 'SEND_APP_DATA');
      done(error as AkmError);
      return;
    }
    this.outbox.send(send);
  }

  /** Hands on application data that matches, until the returned function is called. */
  subscribe(filter: DataFilter, listener: DataListener): () => void {
    return this.subscriptions.add(filter, listener);
  }

  /** Asks for the version. The layout of the request is documented, of the response inferred. */
  getVersion(options: AskOptions = {}): Promise<Response<ResponseFields<'GET_VERSION'>>> {
    return this.exchange(APP_OPERATIONS.GET_VERSION, {}, options);
  }

  /** Asks for name, identifier and status of the endpoint. The layout of the request is documented, of the response inferred. */
  getEndpointInfo(options: AskOptions = {}): Promise<Response<ResponseFields<'GET_ENDPOINT_INFO'>>> {
    return this.exchange(APP_OPERATIONS.GET_ENDPOINT_INFO, {}, options);
  }

  /** Asks for the endpoint's trust relationships. The layout of the request is documented, of the response inferred. */
  getAtrInfo(options: AskOptions = {}): Promise<Response<ResponseFields<'GET_ATR_INFO'>>> {
    return this.exchange(APP_OPERATIONS.GET_ATR_INFO, {}, options);
  }

  /**
   * Makes any request around a ready-made body.
   * @param code U32
   * @param body what stands behind the code
   * @param responseCode U32; the only code that is taken for the answer. Not 0x46: that is always a push
   * @throws AkmError (as a rejection) `AKM_INVALID_INPUT`, or what any request may fail with
   */
  async request(code: number, body: Buffer, responseCode = code + RESPONSE_OFFSET): Promise<RawResponse> {
    if (responseCode === RECEIVE_APP_DATA_RESPONSE.code) {
      throw new AkmError(
        'AKM_INVALID_INPUT',
        'The response code is 0x46, which is application data and never an answer',
      );
    }
    return this.exchangeRaw(code, responseCode, body);
  }

  protected override ping(): Promise<boolean> {
    return this.answers(APP_OPERATIONS.GET_VERSION, {});
  }

  protected override onConnected(): void {
    this.registrations.connected();
    this.outbox.flush();
  }

  protected override onPush(code: number, payload: Buffer): boolean {
    if (code !== RECEIVE_APP_DATA_RESPONSE.code) return false; // 0x45 may answer a send, and is to disturb nothing
    try {
      this.subscriptions.dispatch(decodeAppData(payload));
    } catch (error) {
      this.fault(error as AkmError);
    }
    return true;
  }

  protected override onDrained(): void {
    this.outbox.flush();
  }

  protected override onLost(error: AkmError): void {
    this.renewal = false;
    // the timeout that ended the connection, say, is that of a request, and none of what was on its way
    const { code, message } = error;
    this.packer.fail(code === 'AKM_CONNECTION_LOST' ? error : this.connection.lost(message, error));
    this.registrations.lost();
  }

  protected override onIdle(): void {
    if (!this.renewal) return;
    this.renewal = false;
    this.packer.flush();
    this.connection.reconnectGracefully();
  }

  protected override onClose(error: AkmError): void {
    this.renewal = false;
    this.packer.flush();
    this.registrations.close();
    this.outbox.close(error);
  }

  /** Tells the watchers once of all that changes in one go: a lost connection changes every registration. */
  private announce(): void {
    if (this.announcing) return;
    this.announcing = true;
    queueMicrotask(() => {
      this.announcing = false;
      for (const watcher of this.watchers) this.tell('A watcher of the registrations', watcher);
    });
  }

  private async registerApp(atrId: number, appValue: number, options: ExchangeOptions): Promise<Registered> {
    const operation = APP_OPERATIONS.REGISTER_APP;
    const answer = await this.exchange(operation, { atrId, appValue }, options);
    const status = typeof answer.fields.status === 'number' ? answer.fields.status : undefined;
    this.requireSuccess(operation.request.name, { status });
    return { ...infoOf(answer), status: status ?? 0 };
  }
}
