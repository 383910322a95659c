/**
 * The messages that move most, encoded or decoded in code written for that message alone: what the compiled tables are measured against.
 * A client encodes SEND_APP_DATA, and decodes the other three.
 */
import { deepStrictEqual } from 'node:assert';
import { AMM_OPERATIONS, MAX_ATRS, MAX_ENDPOINTS } from '../../src/protocol/amm-messages.js';
import { RECEIVE_APP_DATA_RESPONSE, SEND_APP_DATA_REQUEST } from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT, HEADER_SIZE } from '../../src/protocol/header.js';
import { identifierOf, type Identifier } from '../../src/protocol/identifier.js';
import { decodeBody, encodeFrame } from '../../src/protocol/message.js';
import { ATR_ID, endpointList, OTHER_APP_VALUE, pushedFrame, TEXTS } from './wire.js';

/** One thing done in two ways. */
export interface Pair {
  readonly name: string;
  readonly ours: () => unknown;
  readonly byHand: () => unknown;
}

const CAPACITY = 4046;
const DATA = { atrId: ATR_ID, appValue: OTHER_APP_VALUE, data: TEXTS.short };

function encodeSend(): Buffer {
  const frame = Buffer.alloc(4070);
  frame.writeUInt32LE(0xa55a5aa5, 0);
  frame.writeUInt16LE(0x0100, 4);
  frame.writeUInt16LE(4058, 6);
  frame.writeUInt16LE(4058 ^ 0xffff, 8);
  frame.writeUInt32LE(0x05, 12);
  frame.writeUInt16LE(DATA.atrId, 16);
  frame.writeUInt16LE(DATA.appValue, 18);
  frame.writeUInt32LE(frame.write(DATA.data, 20), 20 + CAPACITY);
  return frame;
}

function decodeReceived(payload: Buffer): object {
  const length = payload.readUInt32LE(8 + CAPACITY);
  if (length > CAPACITY) throw new RangeError(`${length} bytes of data do not fit the buffer`);
  return {
    atrId: payload.readUInt16LE(4),
    appValue: payload.readUInt16LE(6),
    data: payload.subarray(8, 8 + length),
  };
}

function decodeEndpoints(payload: Buffer): object {
  const count = payload.readUInt32LE(8);
  const endpoints: Identifier[] = [];
  for (let n = 0; n < Math.min(count, 32); n += 1) endpoints.push(readIdentifier(payload, 12 + 16 * n));
  return { confirmation: payload.readUInt32LE(4), count, endpoints };
}

function decodeAtrs(payload: Buffer): object {
  const count = payload.readUInt32LE(8);
  const atrs: object[] = [];
  for (let n = 0; n < Math.min(count, 64); n += 1) {
    const at = 12 + 20 * n;
    atrs.push({ category: payload.readUInt32LE(at), id: readIdentifier(payload, at + 4) });
  }
  return { confirmation: payload.readUInt32LE(4), count, atrs };
}

function readIdentifier(payload: Buffer, at: number): Identifier {
  const half = (from: number): string =>
    payload.readBigUInt64LE(from).toString(16).toUpperCase().padStart(16, '0');
  const [lower, upper] = [half(at), half(at + 8)];
  return { id: `0x${upper}${lower}`, lower64: `0x${lower}`, upper64: `0x${upper}` };
}

/** The pairs, with lists as long as they can be. Both of a pair must give the same, or they cannot be compared. */
export function pairs(): Pair[] {
  const received = payloadOf(pushedFrame('short'));
  const endpoints = payloadOf(endpointList(MAX_ENDPOINTS));
  const atrs = payloadOf(atrList(MAX_ATRS));
  const made = [
    {
      name: 'encode SEND_APP_DATA_REQUEST',
      ours: () => encodeFrame(APP_DIALECT, SEND_APP_DATA_REQUEST, DATA),
      byHand: encodeSend,
    },
    {
      name: 'decode RECEIVE_APP_DATA_RESPONSE',
      ours: () => decodeBody(RECEIVE_APP_DATA_RESPONSE, received),
      byHand: () => decodeReceived(received),
    },
    {
      name: `decode LIST_ENDPOINTS_RESPONSE, ${MAX_ENDPOINTS} endpoints`,
      ours: () => decodeBody(AMM_OPERATIONS.LIST_ENDPOINTS.response, endpoints),
      byHand: () => decodeEndpoints(endpoints),
    },
    {
      name: `decode LIST_ATRS_RESPONSE, ${MAX_ATRS} ATRs`,
      ours: () => decodeBody(AMM_OPERATIONS.LIST_ATRS.response, atrs),
      byHand: () => decodeAtrs(atrs),
    },
  ];
  for (const { name, ours, byHand } of made) deepStrictEqual(ours(), byHand(), name);
  return made;
}

function payloadOf(frame: Buffer): Buffer {
  return frame.subarray(HEADER_SIZE);
}

function atrList(count: number): Buffer {
  const atrs = Array.from({ length: count }, (_, n) => ({
    category: n % 4,
    id: identifierOf(BigInt(n + 1), BigInt(n + 1) << 32n),
  }));
  return encodeFrame(AMM_DIALECT, AMM_OPERATIONS.LIST_ATRS.response, { confirmation: 0, count, atrs });
}
