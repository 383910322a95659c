import { LONGEST_DELAY, U16_MAX, U32_MAX } from '../protocol/literals.js';
import { customMessages, type Layouts } from '../protocol/custom-layout.js';
import { checkHost } from '../settings/check-host.js';
import { parseInteger } from '../protocol/integer.js';
import type { Message } from '../protocol/message.js';

/** A whole number, or a string that holds one: decimal or `0x` hexadecimal. */
export type NumberInput = number | string;

/** Where a service is and how patient to be with it. All times are in milliseconds. */
export interface ClientOptions {
  /** Host name or address. Default `127.0.0.1`. */
  host?: string;
  /** TCP port, 1 to 65535. Default 49200 (AMM) or 49600 (AppEndpoint). */
  port?: NumberInput;
  /**
   * From the write of a request to its response. It also bounds a connection attempt, and how long a request waits for a
   * connection that is being made. Default 5000.
   */
  requestTimeout?: NumberInput;
  /** Shortest pause between connection attempts. Default 500. */
  reconnectMin?: NumberInput;
  /** Longest pause between connection attempts. Default 30000. */
  reconnectMax?: NumberInput;
  /** Silence after which the peer is asked something harmless; 0 for never. Default 30000. */
  heartbeat?: NumberInput;
  /** Requests and sends that may wait at one time. Default 1000. */
  queueLimit?: NumberInput;
  /**
   * The confirmation or status (U32) that means success on changing requests and registration; `undefined` takes every
   * answer for a yes. Default 0 (inferred: the guides document no value).
   */
  successCode?: NumberInput | undefined;
  /**
   * The integrator's own layouts of messages whose body is only inferred, by message name, e.g.
   * `{ PROVISION_ENDPOINT_REQUEST: 'name:text[32] role:u16 id:id128' }`.
   */
  layouts?: Layouts;
}

/** {@link ClientOptions}, checked and complete. */
export interface CheckedOptions {
  host: string;
  port: number;
  requestTimeout: number;
  reconnectMin: number;
  reconnectMax: number;
  heartbeat: number;
  queueLimit: number;
  successCode: number | undefined;
  /** Own layouts, compiled. */
  messages: ReadonlyMap<string, Message>;
}

/** @throws AkmError `AKM_INVALID_INPUT` */
export function checkDelay(value: NumberInput, what: string, min = 0): number {
  return parseInteger(value, what, LONGEST_DELAY, min);
}

/** @throws AkmError `AKM_INVALID_INPUT` naming the option */
export function checkOptions(options: ClientOptions, defaultPort: number): CheckedOptions {
  const reconnectMin = checkDelay(options.reconnectMin ?? 500, 'The shortest reconnection pause (ms)', 1);
  const successCode = 'successCode' in options ? options.successCode : 0;
  return {
    host: checkHost(options.host ?? '127.0.0.1', 'The host'),
    port: parseInteger(options.port ?? defaultPort, 'The port', U16_MAX, 1),
    requestTimeout: checkDelay(options.requestTimeout ?? 5000, 'The request timeout (ms)', 1),
    reconnectMin,
    reconnectMax: checkDelay(
      options.reconnectMax ?? 30_000,
      'The longest reconnection pause (ms)',
      reconnectMin,
    ),
    heartbeat: checkDelay(options.heartbeat ?? 30_000, 'The heartbeat (ms)'),
    queueLimit: parseInteger(options.queueLimit ?? 1000, 'The queue limit', U32_MAX, 1),
    successCode:
      successCode === undefined ? undefined : parseInteger(successCode, 'The success code', U32_MAX),
    messages: customMessages(options.layouts ?? {}),
  };
}
