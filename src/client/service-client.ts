import { EventEmitter } from 'node:events';
import { AkmError, isAkmError, messageOf, kindOf } from '../errors.js';
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
import type { Dialect } from '../protocol/header.js';
import { parseInteger, U32_MAX } from '../protocol/integer.js';
import type { Decoded, Encodable } from '../protocol/layout.js';
import { Connection, type ConnectionState } from './connection/connection.js';
import { Counters, roundLatency, type CounterValues } from './counters.js';
import type { Response, ExchangeOptions, RawResponse } from './requests/exchange.js';
import { Heartbeat } from './connection/heartbeat.js';
import type { CheckedOptions } from './options.js';
import type { RegistrationChange } from './app/registration.js';
import { QueueLimit } from './requests/queue-limit.js';
import { RequestQueue } from './requests/request-queue.js';
import { requireSuccess, type StatusField } from './requests/rejection.js';

/** What every client emits. There is no `error` event: nothing that a peer does may end the process. */
export interface ClientEvents {
  /** Every change of state; the error says why it is `disconnected`. */
  state: [state: ConnectionState, error?: AkmError];
  /** A message was thrown away: it makes no sense, or whoever receives such messages failed. */
  fault: [error: Error];
  /** A request or a send has failed that a flow has made; `operation` is its name. Who made it has the error as well. */
  failure: [error: AkmError, operation: string];
  /** An application's place in an ATR is held, was refused, or is held no more (AppEndpoint only). */
  registration: [change: RegistrationChange];
}

/**
 * What the two clients have in common: a connection, requests one at a time, a heartbeat.
 *
 * A client may be made long before its peer is there: it connects by itself as soon as it can, and again whenever it must.
 */
export abstract class ServiceClient extends EventEmitter<ClientEvents> {
  protected readonly connection: Connection;
  protected readonly queue: RequestQueue;
  protected readonly budget: QueueLimit;
  private readonly counted = new Counters();
  private readonly heartbeat: Heartbeat;

  protected constructor(
    private readonly dialect: Dialect,
    protected readonly options: CheckedOptions,
  ) {
    super();
    this.setMaxListeners(0); // one listener for each of a flow's nodes, however many there are
    this.connection = new Connection(dialect, options, {
      stateChanged: (state, error) => {
        if (state !== 'connected') this.heartbeat.stop();
        this.tell('A listener of the state', () => this.emit('state', state, ...(error ? [error] : [])));
      },
      connected: () => {
        this.heartbeat.start();
        this.onConnected?.();
        this.queue.connected();
      },
      counters: this.counted,
      onActivity: () => this.heartbeat.onActivity(),
      onFrame: (payload) => this.take(payload),
      settled: () => this.queue.pump(),
      drained: () => {
        this.onDrained?.();
      },
      lost: (error) => {
        this.queue.lost(error);
        this.onLost?.(error);
      },
    });
    this.budget = new QueueLimit(options.queueLimit);
    this.queue = new RequestQueue(this.connection, options.requestTimeout, this.budget, {
      becameIdle: () => {
        this.onIdle?.();
      },
      answered: (latencyMs) => {
        this.counted.latencyMs = latencyMs;
      },
      failed: (error, name) => this.failed(error, name),
    });
    this.heartbeat = new Heartbeat(options.heartbeat, {
      ping: () => this.ping(),
      abort: () => {
        const { heartbeat, requestTimeout } = options;
        this.connection.abort(
          new AkmError(
            'AKM_CONNECTION_LOST',
            `The connection to ${this.peer} was given up: silence for ${heartbeat} ms, and no answer within ${requestTimeout} ms`,
          ),
        );
      },
    });
  }

  /** Whether there is a connection. */
  get state(): ConnectionState {
    return this.connection.state;
  }

  /** When the connection was made, went missing, or was let go; milliseconds since 1970. 0 before anything of that. */
  get since(): number {
    return this.connection.since;
  }

  /** Why there is no connection: what the last attempt failed with, or how the connection was lost. Undefined where none is missing. */
  get lastError(): AkmError | undefined {
    return this.connection.lastError;
  }

  /** The peer as a person would name it. */
  get peer(): string {
    return this.connection.peer;
  }

  /** What has been counted since the client was made, and how things stand. */
  counters(): CounterValues {
    return this.counted.values(this.budget.waiting, this.state === 'connected' ? this.since : undefined);
  }

  /** What the events `registration` have told that still holds, for who listens only now: none but an AppEndpoint knows any. */
  currentRegistrations(): RegistrationChange[] {
    return [];
  }

  /** Starts to connect; from then on the client keeps itself connected. */
  open(): void {
    if (this.state !== 'idle') return;
    this.queue.outage();
    this.connection.open();
  }

  /** Closes for good, within two seconds; what waits fails with `AKM_CLOSED`. Never rejects. */
  async close(): Promise<void> {
    const error = new AkmError('AKM_CLOSED', `The connection to ${this.peer} was closed`);
    this.onClose?.(error);
    this.queue.close(error);
    this.heartbeat.stop();
    await this.connection.close();
  }

  /** Asks the peer something harmless. Resolves to whether it answered. */
  protected abstract ping(): Promise<boolean>;

  /** A connection stands; urgent requests made here go before those that waited for it. */
  protected onConnected?(): void;

  /**
   * A message that answers no request. Without this it is ignored: it can never be the answer to another request.
   * @returns whether it was handed on to a flow
   */
  protected onPush?(code: number, payload: Buffer): boolean;

  /** The socket takes more again. */
  protected onDrained?(): void;

  /** The connection is gone; requests are seen to already. */
  protected onLost?(error: AkmError): void;

  /** No request waits or is in flight any more. */
  protected onIdle?(): void;

  /** The client closes; requests are seen to right after. */
  protected onClose?(error: AkmError): void;

  /**
   * Makes one request of any code around a ready-made body.
   * @returns the payload of the answer, behind its code
   * @throws AkmError (as a rejection) `AKM_INVALID_INPUT`, `AKM_PAYLOAD_TOO_LARGE`, or what any request may fail with
   */
  protected async exchangeRaw(code: number, responseCode: number, body: Buffer): Promise<RawResponse> {
    parseInteger(code, 'The request code', U32_MAX);
    parseInteger(responseCode, 'The response code', U32_MAX);
    if (!Buffer.isBuffer(body)) {
      throw new AkmError('AKM_INVALID_INPUT', `The body is ${kindOf(body)}; a Buffer is needed`);
    }
    const name = `request 0x${code.toString(16)}`;
    const frame = this.onBehalfOf(name, () => encodeRawFrame(this.dialect, code, body));
    if (this.state === 'idle') this.open();
    return this.queue.request({
      name,
      frame,
      responseCode,
      decode: (payload, latencyMs) => ({
        requestCode: code,
        responseCode,
        latencyMs: roundLatency(latencyMs),
        layout: 'custom',
        body: Buffer.from(payload.subarray(CODE_SIZE)),
      }),
    });
  }

  /** Makes one request and decodes its answer. */
  protected async exchange<O extends Operation>(
    declared: O,
    values: Encodable<O['request']['body']['fields']>,
    { beforeWrite: permit, own, priority: urgent, toleratesNoReply: forgiving }: ExchangeOptions = {},
  ): Promise<Response<Decoded<O['response']['body']['fields']>>> {
    const operation = this.asEntered(declared);
    const { request, response } = operation;
    const frame = this.onBehalfOf(request.name, () =>
      encodeFrame(this.dialect, request, request.source === 'custom' && own ? (own as never) : values),
    );
    if (this.state === 'idle') this.open();
    return this.queue.request({
      name: request.name,
      frame,
      responseCode: response.code,
      priority: urgent,
      toleratesNoReply: forgiving,
      beforeWrite: permit && (() => permit(operation)),
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

  /** The operation with the layouts that the integrator has entered for it. */
  private asEntered(operation: Operation): Operation {
    const { messages } = this.options;
    if (messages.size === 0) return operation;
    const request = messages.get(operation.request.name) ?? operation.request;
    const response = messages.get(operation.response.name) ?? operation.response;
    return { ...operation, request, response };
  }

  /** For {@link ping}: makes a request whose missing answer is no failure by itself. */
  protected async answers<O extends Operation>(
    operation: O,
    values: Encodable<O['request']['body']['fields']>,
  ): Promise<boolean> {
    try {
      await this.exchange(operation, values, { toleratesNoReply: true });
      return true;
    } catch {
      return false; // lost, closed or silent: in each case there was no answer
    }
  }

  private take(payload: Buffer): boolean {
    const code = codeOf(payload);
    const answers = this.queue.payload(code, payload);
    if (code === undefined) {
      this.fault(
        new AkmError(
          'AKM_PROTOCOL',
          `${this.peer} sent a message of ${payload.length} bytes, too few for a code`,
        ),
      );
      return false;
    }
    return !answers && (this.onPush?.(code, payload) ?? false);
  }

  /** Calls what is not ours: where it throws, that is told, and disturbs nothing here. */
  protected tell(whom: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.fault(new Error(`${whom} failed: ${messageOf(error)}`, { cause: error }));
    }
  }

  /** Counts what a flow has asked for in vain, and tells of it. A mistake in what was asked for is the flow's alone: nothing was tried. */
  protected failed(thrown: unknown, name: string): void {
    const error = isAkmError(thrown)
      ? thrown
      : new AkmError('AKM_PROTOCOL', messageOf(thrown), { cause: thrown });
    if (error.code === 'AKM_INVALID_INPUT') return;
    this.counted.errors += 1;
    const operation = name.replace(/_REQUEST$/, '');
    this.tell('A listener of failures', () => this.emit('failure', error, operation));
  }

  /** Does a part of a request that lies before or behind its exchange: where that fails, so has the request. */
  protected onBehalfOf<T>(name: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.failed(error, name);
      throw error;
    }
  }

  /**
   * {@link requireSuccess} of a request's answer.
   * @throws AkmError `AKM_REJECTED`
   */
  protected requireSuccess(name: string, said: StatusField): void {
    this.onBehalfOf(name, () => requireSuccess(name, said, this.options.successCode));
  }

  /** Tells of a message that was thrown away. */
  protected fault(error: Error): void {
    this.counted.errors += 1;
    try {
      this.emit('fault', error);
    } catch {
      // who should be told of failures fails: there is no one left to tell
    }
  }
}
