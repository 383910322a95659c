import { AkmError, kindOf, messageOf } from '../../errors.js';
import { APP_OPERATIONS, RECEIVE_APP_DATA_RESPONSE } from '../../protocol/app-messages.js';
import { bytesOf } from '../../protocol/bytes.js';
import { APP_DIALECT } from '../../protocol/header.js';
import { parseInteger, U16_MAX } from '../../protocol/integer.js';
import type { Decoded } from '../../protocol/layout.js';
import { isEndpointList } from '../amm/endpoint-list.js';
import { checkOptions, type ClientOptions, type NumberInput } from '../options.js';
import { codesOf, infoOf, type RawResponse, type Response } from '../requests/exchange.js';
import type { RequestOptions } from '../requests/request-queue.js';
import { ServiceClient, type Sense } from '../service-client.js';
import { checkAppData, decodeAppData } from './app-data.js';
import type {
  AskOptions,
  Registered,
  Registration,
  RegistrationChange,
  RegistrationObserver,
} from './registration.js';
import { Registrations, type RegistrationHandle, type RegistrationStatus } from './registrations.js';
import { SendQueue, type Send } from './send-queue.js';
import { Subscriptions, type DataFilter, type DataListener, type SubscribeOptions } from './subscriptions.js';
import { WriteBatcher } from './write-batcher.js';

/** The AppEndpoint's TCP port (documented). */
export const APP_PORT = 49600;

/** Application data to send. */
export interface OutgoingData {
  /** U16 */
  atrId: NumberInput;
  /** App Value of the target, U16. */
  appValue: NumberInput;
  /** At most 4046 bytes of any kind; a string is sent as UTF-8. */
  data: Uint8Array | string;
  /**
   * Without a connection: `error` fails at once (but waits for an attempt that is under way), `queue` waits for as long as it
   * takes. Default `error`.
   */
  offline?: 'error' | 'queue';
  /** Cancels the send while it waits: it fails with the signal's reason, and is never written. */
  signal?: AbortSignal;
}

/** Called once: without an error when the operating system has taken the bytes. */
export type SendCallback = (error?: AkmError) => unknown;

/** The code of a response to SEND_APP_DATA, if there is one (not documented). */
const SEND_RESPONSE = 0x45;

type ResponseFields<K extends keyof typeof APP_OPERATIONS> = Decoded<
  (typeof APP_OPERATIONS)[K]['response']['body']['fields']
>;

/** A live connection to an AKM AppEndpoint. */
export class AppClient extends ServiceClient {
  private readonly registrations: Registrations;
  private readonly batcher: WriteBatcher;
  private readonly sendQueue: SendQueue;
  private readonly subscriptions = new Subscriptions((error) =>
    this.fault(new Error(`A receiver of application data failed: ${messageOf(error)}`, { cause: error })),
  );
  /** Set while the listeners are about to hear of changes. */
  private isAnnouncing = false;
  private isWarned = false;
  /** Undocumented responses to sends. */
  private sendResponses = 0;

  /** @throws AkmError `AKM_INVALID_INPUT` naming the option */
  constructor(options: ClientOptions = {}) {
    super(APP_DIALECT, checkOptions(options, APP_PORT));
    const { reconnectMin: min, reconnectMax: max } = this.options;
    const { connection, queue, limit } = this;
    this.registrations = new Registrations(
      {
        limit,
        get isConnected() {
          return connection.state === 'connected';
        },
        requireConnection: () => {
          this.open();
          if (!queue.accepts) throw connection.notConnected();
        },
        onFailure: (error) => {
          if (error.code !== 'AKM_REJECTED') this.onFailure(error, 'REGISTER_APP'); // a refusal is counted once, whoever waits for it
        },
        ask: (registration, how) => this.registerApp(registration, how),
        renewConnection: () => queue.renewConnection(),
        onStatusChange: () => {
          this.sendQueue.flush();
          this.announce();
        },
        onChange: (change) => this.notify('registration', change),
        callSafely: (whom, call) => this.callSafely(whom, call),
      },
      { min, max },
      limit.items,
    );
    this.batcher = new WriteBatcher(connection);
    this.sendQueue = new SendQueue(connection, this.registrations, this.batcher, limit);
  }

  /**
   * Acquires the registration of an application in an ATR. Call `register` on it to register; from then on it is registered again on
   * every new connection before anything is sent, until it is released.
   *
   * @throws AkmError `AKM_INVALID_INPUT`, `AKM_QUEUE_FULL`
   */
  acquire(
    atrId: NumberInput,
    appValue: NumberInput,
    observer: RegistrationObserver = {},
  ): RegistrationHandle {
    const atr = parseInteger(atrId, 'The ATR ID', U16_MAX);
    const app = parseInteger(appValue, 'The App Value', U16_MAX);
    return this.onBehalfOf('REGISTER_APP', () => this.registrations.acquire(atr, app, observer));
  }

  /** How the registrations in an ATR stand, or in any: what is sent in an ATR needs one there. */
  registrationStatus(atrId?: number): RegistrationStatus {
    return this.registrations.status(atrId);
  }

  /** What the events `registration` have reported that still holds, for whoever listens only now. */
  currentRegistrations(): RegistrationChange[] {
    return this.registrations.current();
  }

  /**
   * Sends application data. A registration in the ATR that is under way is waited for.
   *
   * @param callback called exactly once: without an error when the operating system has taken the bytes (the protocol has no
   *   acknowledgement), else with one. Without it a promise is returned, which may be ignored: whatever fails is a `failure` event too
   * @throws AkmError (to the callback, or as a rejection) `AKM_INVALID_INPUT`, `AKM_PAYLOAD_TOO_LARGE`, `AKM_NOT_REGISTERED`,
   *   `AKM_NOT_CONNECTED`, `AKM_CONNECTION_LOST`, `AKM_QUEUE_FULL` or `AKM_CLOSED`
   */
  send(message: OutgoingData): Promise<void>;
  send(message: OutgoingData, callback: SendCallback): void;
  send(message: OutgoingData, callback?: SendCallback): Promise<void> | undefined {
    if (callback === undefined) return this.sendAndWait(message);
    if (typeof callback !== 'function') {
      throw new AkmError('AKM_INVALID_INPUT', `The callback is ${kindOf(callback)}; a function is needed`);
    }
    const taken = (error?: AkmError): void => {
      if (error) this.onFailure(error, 'SEND_APP_DATA');
      this.callSafely('A callback of a send', () => callback(error));
    };
    let send: Send;
    try {
      send = this.checked(message, taken);
    } catch (error) {
      taken(error as AkmError);
      return undefined;
    }
    this.sendQueue.send(send);
    return undefined;
  }

  /**
   * Hands application data that matches to a listener, until the returned function is called.
   * @throws AkmError `AKM_INVALID_INPUT`
   */
  subscribe(filter: DataFilter, listener: DataListener, options: SubscribeOptions = {}): () => void {
    if (typeof listener !== 'function')
      throw new AkmError('AKM_INVALID_INPUT', `The listener is ${kindOf(listener)}; a function is needed`);
    const { atrId, appValue } = filter;
    const checked = {
      atrId: atrId === undefined ? undefined : parseInteger(atrId, 'The ATR ID', U16_MAX),
      appValue: appValue === undefined ? undefined : parseInteger(appValue, 'The App Value', U16_MAX),
    };
    return this.subscriptions.add(checked, listener, options);
  }

  /** Asks for the version. The layout of the request is documented, of the response inferred. */
  getVersion(options: RequestOptions = {}): Promise<Response<ResponseFields<'GET_VERSION'>>> {
    return this.exchange(APP_OPERATIONS.GET_VERSION, {}, options);
  }

  /** Asks for name, identifier and status of the endpoint. The layout of the request is documented, of the response inferred. */
  getEndpointInfo(options: RequestOptions = {}): Promise<Response<ResponseFields<'GET_ENDPOINT_INFO'>>> {
    return this.exchange(APP_OPERATIONS.GET_ENDPOINT_INFO, {}, options);
  }

  /** Asks for the endpoint's trust relationships. The layout of the request is documented, of the response inferred. */
  getAtrInfo(options: RequestOptions = {}): Promise<Response<ResponseFields<'GET_ATR_INFO'>>> {
    return this.exchange(APP_OPERATIONS.GET_ATR_INFO, {}, options);
  }

  /**
   * Makes any request around a ready-made body.
   * @param code U32
   * @param body what follows the code: any kind of bytes
   * @param responseCode U32; the only code that is taken for the response. Default: the request's and 0x40. Not 0x46: that is always a push
   * @throws AkmError (as a rejection) `AKM_INVALID_INPUT`, or what any request may fail with
   */
  async request(
    code: NumberInput,
    body: Uint8Array,
    responseCode?: NumberInput,
    options: RequestOptions = {},
  ): Promise<RawResponse> {
    const codes = codesOf(code, responseCode);
    if (codes.responseCode === RECEIVE_APP_DATA_RESPONSE.code) {
      throw new AkmError(
        'AKM_INVALID_INPUT',
        'The response code is 0x46, which is application data and never a response',
      );
    }
    return this.exchangeRaw(codes, body, options);
  }

  protected override readonly identification = { operation: APP_OPERATIONS.GET_ENDPOINT_INFO, values: {} };

  protected override wrongIdentity(payload: Buffer): AkmError | undefined {
    if (!isEndpointList(payload)) return undefined;
    return new AkmError(
      'AKM_PROTOCOL',
      `The ports seem to be exchanged: an AMM answers as ${this.peer}. Nothing else was sent there. Check the ports of the connection`,
    );
  }

  protected override onUnidentified(): void {
    this.accept(false);
    if (this.isWarned) return;
    this.isWarned = true;
    this.notify(
      'warning',
      `${this.peer} does not answer GET_ENDPOINT_INFO, so it could not be checked that it is an AppEndpoint. It is used all the same`,
    );
  }

  protected override onConnected(): void {
    this.registrations.onConnected();
    this.sendQueue.flush();
  }

  protected override onUnasked(code: number, payload: Buffer): Sense {
    if (code === RECEIVE_APP_DATA_RESPONSE.code) return this.onData(payload);
    return code === SEND_RESPONSE && this.onSendResponse();
  }

  protected override onDrain(): void {
    this.sendQueue.flush();
  }

  protected override onLost(error: AkmError): void {
    // the timeout that ended the connection, say, is that of a request, and none of what was on its way
    const { code, message } = error;
    this.batcher.fail(code === 'AKM_CONNECTION_LOST' ? error : this.connection.lostError(message, error));
    this.registrations.onLost();
  }

  protected override onDisconnected(): void {
    this.sendQueue.onOffline();
  }

  protected override onWaitedInVain(error: AkmError): void {
    this.registrations.failWaiters(error);
  }

  protected override onRenewal(): void {
    this.batcher.flush();
  }

  protected override onClose(error: AkmError): Promise<void> {
    this.batcher.flush();
    const closed = this.sendQueue.close(error);
    this.registrations.close(error);
    return closed;
  }

  private sendAndWait(message: OutgoingData): Promise<void> {
    const sent = new Promise<void>((resolve, reject) => {
      this.send(message, (error) => (error ? reject(error) : resolve()));
    });
    sent.catch(() => undefined); // whoever ignores it must not end the process
    return sent;
  }

  private checked(message: OutgoingData, taken: Send['taken']): Send {
    const { atrId, appValue, data, offline = 'error', signal } = message;
    if (this.state === 'closed') throw this.connection.notConnected();
    signal?.throwIfAborted();
    const bytes = typeof data === 'string' ? data : bytesOf(data);
    if (bytes === undefined) {
      throw new AkmError('AKM_INVALID_INPUT', `The data is ${kindOf(data)}; bytes or a string are needed`);
    }
    return {
      size: checkAppData(bytes),
      atrId: parseInteger(atrId, 'The ATR ID', U16_MAX),
      appValue: parseInteger(appValue, 'The App Value', U16_MAX),
      data: bytes,
      isPatient: offline === 'queue',
      signal,
      taken,
    };
  }

  private onData(payload: Buffer): Sense {
    try {
      return this.subscriptions.dispatch(decodeAppData(payload)) ? 'delivered' : true;
    } catch (error) {
      return error as AkmError;
    }
  }

  /** There may be one to each send, which is to disturb nothing; and no more of them than there were sends. */
  private onSendResponse(): boolean {
    this.sendResponses += 1;
    return this.sendResponses <= this.counted.framesOut;
  }

  /** Reports once what changes at one time: a lost connection changes every registration. */
  private announce(): void {
    if (this.isAnnouncing) return;
    this.isAnnouncing = true;
    queueMicrotask(() => {
      this.isAnnouncing = false;
      this.notify('registrationStatus');
    });
  }

  private async registerApp(
    registration: Registration,
    { priority, signal, beforeWrite }: AskOptions,
  ): Promise<Registered> {
    const operation = APP_OPERATIONS.REGISTER_APP;
    const { atrId, appValue } = registration;
    try {
      const options = { priority, signal, beforeWrite, internal: true };
      const response = await this.exchange(operation, { atrId, appValue }, options);
      const status = typeof response.fields.status === 'number' ? response.fields.status : undefined;
      this.requireSuccess(operation.request.name, { status });
      return { ...infoOf(response), status: status ?? 0 };
    } finally {
      this.registrations.onSettled(registration);
    }
  }
}
