import { AkmError, isAkmError, messageOf } from '../errors.js';
import type { Dialect } from '../protocol/header.js';
import type { Decoded, Encodable } from '../protocol/layout.js';
import {
  CODE_SIZE,
  codeOf,
  decodeBody,
  encodeFrame,
  encodeRawFrame,
  rawOffsetOf,
  sourceOf,
  type Operation,
} from '../protocol/message.js';
import { Connection, type ConnectionState } from './connection/connection.js';
import { Heartbeat } from './connection/heartbeat.js';
import { NonsenseLimit } from './connection/nonsense-limit.js';
import { Counters, roundLatency, type CounterValues } from './counters.js';
import type { CheckedOptions } from './options.js';
import type { ExchangeOptions, RawResponse, Response } from './requests/exchange.js';
import { QueueLimit } from './requests/queue-limit.js';
import { requireSuccess, type StatusField } from './requests/rejection.js';
import { RequestQueue, type RequestOptions } from './requests/request-queue.js';
import { SafeEmitter } from './safe-emitter.js';

/** What a message means: it was delivered to a flow, makes sense, makes none to us, or is wrong. */
export type Sense = 'delivered' | boolean | AkmError;

/** The question with which a connection begins: code `0x01` only reads, on both services (documented). */
export interface Identification {
  readonly operation: Operation;
  /** The request's fields by name. */
  readonly values: object;
}

/**
 * What the two clients have in common: a connection, requests one at a time, a heartbeat.
 *
 * A client may be made long before its peer is there: it connects by itself as soon as it can, and again whenever it must.
 */
export abstract class ServiceClient extends SafeEmitter {
  protected readonly connection: Connection;
  protected readonly queue: RequestQueue;
  protected readonly limit: QueueLimit;
  protected readonly counted = new Counters();
  private readonly heartbeat: Heartbeat;
  private readonly nonsense = new NonsenseLimit();
  /** Whether nonsense was reported on this connection. */
  private isNonsenseReported = false;

  protected constructor(
    private readonly dialect: Dialect,
    protected readonly options: CheckedOptions,
  ) {
    super();
    this.setMaxListeners(0); // one listener for each of a flow's nodes, however many there are
    this.connection = new Connection(dialect, options, {
      counters: this.counted,
      onStateChange: (state, error) => {
        if (state !== 'connected') this.heartbeat.stop();
        if (state === 'disconnected') this.onDisconnected?.();
        this.notify('state', state, ...(error ? [error] : []));
      },
      onEstablished: () => void this.identify(),
      onConnected: () => {
        this.onConnected?.();
        this.queue.onConnected();
      },
      onActivity: () => this.heartbeat.onActivity(),
      onFrame: (payload, chunk) => this.onFrame(payload, chunk),
      onDrain: () => this.onDrain?.(),
      onLost: (error) => {
        this.onLost?.(error); // first: whoever waits for the next connection may have waited long enough by now
        this.queue.onLost(error);
      },
    });
    this.limit = new QueueLimit(options.queueLimit);
    this.queue = new RequestQueue(this.connection, options.requestTimeout, this.limit, {
      onIdle: () => this.onIdle?.(),
      onResponse: (latencyMs) => {
        this.counted.latencyMs = latencyMs;
      },
      onLateResponse: (code, payload) => this.onLateResponse(code, payload),
      onFailure: (error, name) => this.onFailure(error, name),
      onRenewal: () => this.onRenewal?.(),
      onWaitedInVain: (error) => this.onWaitedInVain?.(error),
    });
    this.heartbeat = new Heartbeat(
      options.heartbeat,
      () => this.ping(),
      () => {
        const { heartbeat, requestTimeout } = options;
        this.connection.abort(
          this.connection.lostError(
            `silence for ${heartbeat} ms, and no answer within ${requestTimeout} ms`,
            undefined,
          ),
        );
      },
    );
  }

  /** Whether there is a connection. */
  get state(): ConnectionState {
    return this.connection.state;
  }

  /** When the connection was made, went missing, or was suspended; milliseconds since 1970. 0 before anything of that. */
  get since(): number {
    return this.connection.since;
  }

  /** Why there is no connection: what the last attempt failed with, or how the connection was lost. Undefined while none is missing. */
  get lastError(): AkmError | undefined {
    return this.connection.lastError;
  }

  /** Whether there is no connection because another service answers at the port: no attempt helps before somebody changes that. */
  get isWrongService(): boolean {
    return this.connection.isWrongService;
  }

  /** The peer as a person would name it. */
  get peer(): string {
    return this.connection.peer;
  }

  /** What has been counted since the client was made, and how things stand. */
  counters(): CounterValues {
    return this.counted.values(this.limit.waiting, this.state === 'connected' ? this.since : undefined);
  }

  /** Starts to connect; from then on the client keeps itself connected. */
  open(): void {
    if (this.state !== 'idle') return;
    this.queue.onOffline();
    this.connection.open();
  }

  /** Closes for good, within two seconds; what waits fails with `AKM_CLOSED`. Never rejects. */
  async close(): Promise<void> {
    const error = new AkmError('AKM_CLOSED', `The connection to ${this.peer} was closed`);
    const closing = this.onClose?.(error);
    this.heartbeat.stop();
    await Promise.all([this.connection.close(), closing, this.queue.close(error)]);
  }

  /** The question that tells whether the peer is the service it should be; a heartbeat asks it too. */
  protected abstract readonly identification: Identification;

  /** What is wrong with a response to {@link identification}: an `AKM_PROTOCOL` error if it is not one of this service. */
  protected abstract wrongIdentity(payload: Buffer): AkmError | undefined;

  /** The peer has not answered {@link identification} in time, for this reason, and never did before. */
  protected abstract onUnidentified(error: AkmError): void;

  /** There is a connection; priority requests made here go before those that waited for it. */
  protected onConnected?(): void;

  /**
   * A message that responds to no request, and can never be the response to another one.
   * @returns whether it makes sense and a flow has got it, or what is wrong with it
   */
  protected onUnasked?(code: number, payload: Buffer): Sense;

  /** The socket takes more again. */
  protected onDrain?(): void;

  /** The connection is gone; requests are seen to right after. */
  protected onLost?(error: AkmError): void;

  /** The state is `disconnected`. */
  protected onDisconnected?(): void;

  /** No request waits or is in flight any more. */
  protected onIdle?(): void;

  /** The connection is about to be renewed: last chance to write. */
  protected onRenewal?(): void;

  /** Whoever has waited for a connection has waited long enough. */
  protected onWaitedInVain?(error: AkmError): void;

  /** The client closes; requests are seen to right after. */
  protected onClose?(error: AkmError): void | Promise<void>;

  /**
   * Makes one request of any code around a ready-made body.
   * @param body any kind of bytes
   * @throws AkmError (as a rejection) `AKM_INVALID_INPUT`, `AKM_PAYLOAD_TOO_LARGE`, or what any request may fail with
   */
  protected async exchangeRaw(
    { requestCode, responseCode }: Pick<RawResponse, 'requestCode' | 'responseCode'>,
    body: Uint8Array,
    options: RequestOptions,
  ): Promise<RawResponse> {
    const name = `request 0x${requestCode.toString(16)}`;
    const frame = this.onBehalfOf(name, () => encodeRawFrame(this.dialect, requestCode, body));
    this.open();
    return this.queue.request({
      ...options,
      name,
      frame,
      responseCode,
      decode: (payload, latencyMs) => ({
        requestCode,
        responseCode,
        latencyMs: roundLatency(latencyMs),
        layout: 'custom',
        body: Buffer.from(payload.subarray(CODE_SIZE)),
      }),
    });
  }

  /** Makes one request and decodes its response. */
  protected async exchange<O extends Operation>(
    declared: O,
    values: Encodable<O['request']['body']['fields']>,
    { beforeWrite, own, ...options }: ExchangeOptions = {},
  ): Promise<Response<Decoded<O['response']['body']['fields']>>> {
    const operation = this.asEntered(declared);
    const { request, response } = operation;
    const frame = this.onBehalfOf(request.name, () =>
      encodeFrame(this.dialect, request, request.source === 'custom' && own ? (own as never) : values),
    );
    this.open();
    return this.queue.request({
      ...options,
      name: request.name,
      frame,
      responseCode: response.code,
      beforeWrite: beforeWrite && (() => beforeWrite(operation)),
      decode: (payload, latencyMs) => {
        const kept = Buffer.from(payload); // the fields may hold views of it
        return {
          requestCode: request.code,
          responseCode: response.code,
          latencyMs: roundLatency(latencyMs),
          layout: sourceOf(operation),
          fields: decodeBody(response, kept),
          raw: kept.subarray(rawOffsetOf(response)),
        };
      },
    });
  }

  /** Counts what somebody has asked for in vain, and reports it. A mistake in what was asked for is theirs alone: nothing was tried. */
  protected onFailure(thrown: unknown, name: string): void {
    const error = isAkmError(thrown)
      ? thrown
      : new AkmError('AKM_PROTOCOL', messageOf(thrown), { cause: thrown });
    if (error.code === 'AKM_INVALID_INPUT') return;
    this.counted.errors += 1;
    this.notify('failure', error, name.replace(/_REQUEST$/, ''));
  }

  /** Does a part of a request that comes before or after its exchange: if that fails, so has the request. */
  protected onBehalfOf<T>(name: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.onFailure(error, name);
      throw error;
    }
  }

  /**
   * {@link requireSuccess} of the response to a request.
   * @throws AkmError `AKM_REJECTED`
   */
  protected requireSuccess(name: string, field: StatusField): void {
    this.onBehalfOf(name, () => requireSuccess(name, field, this.options.successCode));
  }

  /** Reports a message that was dropped, or whoever receives messages and failed. */
  protected override fault(error: Error): void {
    this.counted.errors += 1;
    this.notify('fault', error);
  }

  /** The operation with the layouts that the integrator has entered for it. */
  private asEntered(operation: Operation): Operation {
    const { messages } = this.options;
    if (messages.size === 0) return operation;
    const request = messages.get(operation.request.name) ?? operation.request;
    const response = messages.get(operation.response.name) ?? operation.response;
    return { ...operation, request, response };
  }

  /** Whoever answers at the port is not necessarily whom we want, and the same codes mean other things to the other service. */
  private async identify(): Promise<void> {
    const { operation, values } = this.identification;
    const { request, response } = operation;
    this.isNonsenseReported = false;
    this.nonsense.onSense();
    try {
      await this.queue.requestFirst({
        name: request.name,
        frame: encodeFrame(this.dialect, request, values as never),
        responseCode: response.code,
        internal: true,
        decode: (payload) => {
          // at once: what else was read with it must find the connection as it is then
          const wrong = this.wrongIdentity(payload);
          if (wrong) this.connection.reject(wrong);
          else this.accept(true);
        },
      });
    } catch (error) {
      const { code } = error as AkmError;
      if (code !== 'AKM_TIMEOUT') return; // it is lost or closed, and seen to
      if (this.heartbeat.hasAnswered) this.connection.abort(error as AkmError);
      else this.onUnidentified(error as AkmError);
    }
  }

  /** A peer that says who it is after all. */
  private onLateResponse(code: number, payload: Buffer): void {
    if (code !== this.identification.operation.response.code) return;
    const wrong = this.wrongIdentity(payload);
    if (wrong) this.connection.reject(wrong);
  }

  /**
   * The peer is the right service.
   * @param hasAnswered whether it has said so, or that is only as far as can be known
   */
  protected accept(hasAnswered: boolean): void {
    this.heartbeat.start(hasAnswered);
    this.connection.confirm();
  }

  private async ping(): Promise<boolean> {
    const { operation, values } = this.identification;
    try {
      await this.exchange(operation, values as never, { toleratesNoReply: true, internal: true });
      return true;
    } catch {
      return false; // lost, closed or silent: in each case there was no answer
    }
  }

  private onFrame(payload: Buffer, chunk: number): boolean {
    const code = codeOf(payload);
    const sense = code === undefined ? this.tooShort(payload) : this.senseOf(code, payload, chunk);
    if (sense === 'delivered' || sense === true) this.nonsense.onSense();
    else this.onNonsense(sense);
    return sense === 'delivered';
  }

  private senseOf(code: number, payload: Buffer, chunk: number): Sense {
    return this.queue.onFrame(code, payload, chunk) || (this.onUnasked?.(code, payload) ?? false);
  }

  private tooShort({ length }: Buffer): AkmError {
    return new AkmError(
      'AKM_PROTOCOL',
      `${this.peer} sent a ${length}-byte message; a message code takes ${CODE_SIZE}`,
    );
  }

  /** @param error what is wrong with the message; false for one that may make sense to others */
  private onNonsense(error: false | AkmError): void {
    if (error && this.isNonsenseReported) this.counted.errors += 1;
    else if (error) this.fault(error);
    this.isNonsenseReported ||= error !== false;
    if (!this.nonsense.onNonsense()) return;
    const reason = `${this.peer} broke the protocol: it sends nothing but messages that make no sense`;
    this.connection.abort(new AkmError('AKM_PROTOCOL', reason));
  }
}
