import { AkmError, describe } from '../errors.js';
import { parseInteger, U32_MAX } from '../protocol/integer.js';

/** Where a service is and how patient to be with it. All times are in milliseconds. */
export interface ClientOptions {
  /** Host name or address. Default `127.0.0.1`. */
  host?: string;
  /** TCP port, 1 to 65535. Default 49200 (AMM) or 49600 (AppEndpoint). */
  port?: number;
  /**
   * From the write of a request to its response. It also bounds a connection attempt, and how long a request waits for a
   * connection that is being made. Default 5000.
   */
  requestTimeout?: number;
  /** Shortest pause between connection attempts. Default 500. */
  reconnectMin?: number;
  /** Longest pause between connection attempts. Default 30000. */
  reconnectMax?: number;
  /** Silence after which the peer is asked something harmless; 0 for never. Default 30000. */
  heartbeat?: number;
  /** Requests and sends that may wait at one time. Default 1000. */
  queueLimit?: number;
  /**
   * The confirmation or status (U32) that means success on changing requests and registration; `undefined` takes every
   * answer for a yes. Default 0 (inferred: the guides document no value).
   */
  successCode?: number | undefined;
}

/** {@link ClientOptions}, checked and complete. */
export type CheckedOptions = Required<Omit<ClientOptions, 'successCode'>> & {
  successCode: number | undefined;
};

/** Longest delay a Node.js timer can keep. */
const LONGEST_DELAY = 0x7fff_ffff;

/** @throws AkmError `AKM_INVALID_INPUT` naming the option */
export function checkOptions(options: ClientOptions, defaultPort: number): CheckedOptions {
  const { host = '127.0.0.1' } = options;
  if (typeof host !== 'string' || host.trim() === '') {
    throw new AkmError(
      'AKM_INVALID_INPUT',
      `The host is ${describe(host)}; a host name or an address is needed`,
    );
  }
  const delay = (value: number, what: string, min: number): number =>
    parseInteger(value, what, LONGEST_DELAY, min);
  const reconnectMin = delay(options.reconnectMin ?? 500, 'The shortest reconnection pause (ms)', 1);
  const successCode = 'successCode' in options ? options.successCode : 0;
  return {
    host: host.trim(),
    port: parseInteger(options.port ?? defaultPort, 'The port', 65535, 1),
    requestTimeout: delay(options.requestTimeout ?? 5000, 'The request timeout (ms)', 1),
    reconnectMin,
    reconnectMax: delay(options.reconnectMax ?? 30_000, 'The longest reconnection pause (ms)', reconnectMin),
    heartbeat: delay(options.heartbeat ?? 30_000, 'The heartbeat (ms)', 0),
    queueLimit: parseInteger(options.queueLimit ?? 1000, 'The queue limit', U32_MAX, 1),
    successCode:
      successCode === undefined ? undefined : parseInteger(successCode, 'The success code', U32_MAX),
  };
}
