import type { NodeMessage } from 'node-red';

/** What every message that one of our nodes sends carries at `msg.akm`. */
export interface AkmInfo {
  /** `amm`, `app`; `both` with the counters of both */
  service: string;
  /** The operation's name in the protocol's tables, e.g. `LIST_ENDPOINTS`. */
  operation: string;
  /** The name of the application that the message is from or for. */
  name?: string;
  /** The name of that application's ATR ID. */
  atrName?: string;
  [detail: string]: unknown;
}

/** A message in a flow, with the properties that our nodes set. */
export interface AkmMessage extends NodeMessage {
  akm?: AkmInfo;
  atrId?: unknown;
  appValue?: unknown;
  /** What an `http response` node is to send with the payload. */
  headers?: Record<string, string>;
  /** What `akm-provision` is to do, where it is set to take that from the message. */
  action?: unknown;
}
