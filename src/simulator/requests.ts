import { AMM_OPERATIONS } from '../protocol/amm-messages.js';
import { APP_OPERATIONS, SEND_APP_DATA_REQUEST } from '../protocol/app-messages.js';
import type { Service } from '../protocol/header.js';
import { CODE_SIZE, codeOf, decodeWholeBody, type Message, type Operation } from '../protocol/message.js';

/** A request as a simulated service has received it. */
export interface PeerRequest {
  /** The U32 in front of the body. */
  readonly code: number;
  /** The message's name, e.g. `LIST_ENDPOINTS_REQUEST`; undefined when the service has no request of this code. */
  readonly name: string | undefined;
  /** The decoded body by field name, e.g. `{ atrId: 1, appValue: 100 }`; for an unknown code `{ body }`, a Buffer. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Bytes of payload, code included. */
  readonly length: number;
}

const requestsOf = (operations: Record<string, Operation>): Message[] =>
  Object.values(operations).map(({ request }) => request);

const byCode = (messages: readonly Message[]): ReadonlyMap<number, Message> =>
  new Map(messages.map((message) => [message.code, message]));

const REQUESTS: Readonly<Record<Service, ReadonlyMap<number, Message>>> = {
  amm: byCode(requestsOf(AMM_OPERATIONS)),
  app: byCode([...requestsOf(APP_OPERATIONS), SEND_APP_DATA_REQUEST]),
};

/**
 * A client of an AppEndpoint sends the same code alone, GET_ENDPOINT_INFO, to see who is there. The simulated AMM answers that too, so that
 * one can see what a client makes of ports that are exchanged; what a real one does is not documented.
 */
const { request: LIST_ENDPOINTS } = AMM_OPERATIONS.LIST_ENDPOINTS;

/**
 * Reads a request from a payload, which may be overwritten afterwards.
 * @returns undefined when the payload is too short to have a code
 * @throws AkmError `AKM_PROTOCOL` when the body does not have its layout
 */
export function readRequest(service: Service, payload: Buffer): PeerRequest | undefined {
  const code = codeOf(payload);
  if (code === undefined) return undefined;
  const { length } = payload;
  if (service === 'amm' && code === LIST_ENDPOINTS.code && length === CODE_SIZE)
    return { code, name: LIST_ENDPOINTS.name, fields: { filter: 0 }, length };
  const message = REQUESTS[service].get(code);
  return message
    ? { code, name: message.name, fields: copyBuffers(decodeWholeBody(message, payload)), length }
    : { code, name: undefined, fields: { body: Buffer.from(payload.subarray(CODE_SIZE)) }, length };
}

/** Decoded buffers are views of the payload. */
function copyBuffers(fields: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(fields))
    if (Buffer.isBuffer(value)) fields[name] = Buffer.from(value);
  return fields;
}
