import { EventEmitter } from 'node:events';
import { AkmError, messageOf } from '../errors.js';
import {
  codeOf,
  decodeBody,
  encodeFrame,
  sourceOf,
  type Operation,
  type Source,
} from '../protocol/message.js';
import type { Dialect } from '../protocol/header.js';
import type { Decoded, Encodable } from '../protocol/layout.js';
import { Connection, type ConnectionState } from './connection.js';
import { Heartbeat } from './heartbeat.js';
import type { CheckedOptions } from './options.js';
import { QueueBudget } from './queue-budget.js';
import { RequestQueue, type Request } from './request-queue.js';

/** What every client emits. There is no `error` event: nothing that a peer does may end the process. */
export interface ClientEvents {
  /** Every change of state; the error says why it is `disconnected`. */
  state: [state: ConnectionState, error?: AkmError];
  /** A message was thrown away: it makes no sense, or whoever receives such messages failed. */
  fault: [error: Error];
}

/** How an exchange went, beside what was said in it. */
export interface ExchangeInfo {
  requestCode: number;
  responseCode: number;
  /** From the write of the request to its response, in milliseconds. */
  latencyMs: number;
  /** What is known of the two bodies. */
  layout: Source;
}

/** A decoded answer. */
export interface Answer<T> extends ExchangeInfo {
  /** The response's fields that were there. */
  fields: Partial<T>;
  /** The response's bytes from `rawFrom` on: a copy. */
  raw: Buffer;
}

/** The part of an answer that says how the exchange went. */
export function infoOf({ requestCode, responseCode, latencyMs, layout }: ExchangeInfo): ExchangeInfo {
  return { requestCode, responseCode, latencyMs, layout };
}

/** How to make a request; see {@link Request}. */
export type ExchangeOptions = Pick<Request<unknown>, 'permit' | 'urgent' | 'forgiving'>;

/**
 * What the two clients have in common: a connection, requests one at a time, a heartbeat.
 *
 * A client may be made long before its peer is there: it connects by itself as soon as it can, and again whenever it must.
 */
export abstract class ServiceClient extends EventEmitter<ClientEvents> {
  protected readonly connection: Connection;
  protected readonly queue: RequestQueue;
  protected readonly budget: QueueBudget;
  private readonly heartbeat: Heartbeat;

  /** @param rawFrom offset in a response's payload from which its bytes are also handed on undecoded */
  protected constructor(
    private readonly dialect: Dialect,
    protected readonly options: CheckedOptions,
    private readonly rawFrom: number,
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
      payload: (payload) => {
        this.heartbeat.heard();
        this.take(payload);
      },
      settled: () => {
        this.queue.pump();
      },
      drained: () => {
        this.onDrained?.();
      },
      lost: (error) => {
        this.queue.lost(error);
        this.onLost?.(error);
      },
    });
    this.budget = new QueueBudget(options.queueLimit);
    this.queue = new RequestQueue(this.connection, options.requestTimeout, this.budget, () => {
      this.onIdle?.();
    });
    this.heartbeat = new Heartbeat(options.heartbeat, {
      probe: () => this.probe(),
      replace: () => {
        const { heartbeat, requestTimeout } = options;
        this.connection.replace(
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

  /** The peer as a person would name it. */
  get peer(): string {
    return this.connection.peer;
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
  protected abstract probe(): Promise<boolean>;

  /** A connection stands; urgent requests made here go before those that waited for it. */
  protected onConnected?(): void;

  /** A message that answers no request. Without this it is ignored: it can never be the answer to another request. */
  protected onPush?(code: number, payload: Buffer): void;

  /** The socket takes more again. */
  protected onDrained?(): void;

  /** The connection is gone; requests are seen to already. */
  protected onLost?(error: AkmError): void;

  /** No request waits or is in flight any more. */
  protected onIdle?(): void;

  /** The client closes; requests are seen to right after. */
  protected onClose?(error: AkmError): void;

  /** Makes one request and decodes its answer. */
  protected exchange<O extends Operation>(
    operation: O,
    values: Encodable<O['request']['body']['fields']>,
    options: ExchangeOptions = {},
  ): Promise<Answer<Decoded<O['response']['body']['fields']>>> {
    const { request, response } = operation;
    if (this.state === 'idle') this.open();
    return this.queue.request({
      ...options,
      name: request.name,
      frame: encodeFrame(this.dialect, request, values),
      responseCode: response.code,
      decode: (payload, latencyMs) => ({
        requestCode: request.code,
        responseCode: response.code,
        latencyMs: Math.round(latencyMs * 1000) / 1000,
        layout: sourceOf(operation),
        fields: decodeBody(response, payload),
        raw: Buffer.from(payload.subarray(this.rawFrom)),
      }),
    });
  }

  /** For {@link probe}: makes a request whose missing answer is no failure by itself. */
  protected async answers<O extends Operation>(
    operation: O,
    values: Encodable<O['request']['body']['fields']>,
  ): Promise<boolean> {
    try {
      await this.exchange(operation, values, { forgiving: true });
      return true;
    } catch {
      return false; // lost, closed or silent: in each case there was no answer
    }
  }

  private take(payload: Buffer): void {
    const code = codeOf(payload);
    const answers = this.queue.payload(code, payload);
    if (code === undefined) {
      this.fault(
        new AkmError(
          'AKM_PROTOCOL',
          `${this.peer} sent a message of ${payload.length} bytes, too few for a code`,
        ),
      );
    } else if (!answers) {
      this.onPush?.(code, payload);
    }
  }

  /** Calls what is not ours: where it throws, that is told, and disturbs nothing here. */
  protected tell(whom: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.fault(new Error(`${whom} failed: ${messageOf(error)}`, { cause: error }));
    }
  }

  /** Tells of a message that was thrown away. */
  protected fault(error: Error): void {
    try {
      this.emit('fault', error);
    } catch {
      // who should be told of failures fails: there is no one left to tell
    }
  }
}
