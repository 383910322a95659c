/** Each message of both tables with values to encode, by the table and by hand. */
import { deepStrictEqual } from 'node:assert';
import { AMM_OPERATIONS, MAX_ATRS, MAX_ENDPOINTS } from '../../src/protocol/amm-messages.js';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
  TOTAL_ATRS_ALLOWED,
} from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT, HEADER_SIZE, type Dialect } from '../../src/protocol/header.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import type { Encodable, Fields } from '../../src/protocol/layout.js';
import { decodeBody, encodeFrame, type Message } from '../../src/protocol/message.js';
import { TEXTS } from '../programs/wire.js';
import * as amm from './amm.js';
import * as app from './app.js';
import type { ByHand } from './bytes.js';

/** One thing done in two ways. */
export interface Pair {
  readonly name: string;
  readonly ours: () => unknown;
  readonly byHand: () => unknown;
}

const identifiers = Array.from({ length: MAX_ENDPOINTS }, (_, n) =>
  identifierOf(0x0123456789abcdefn * BigInt(n + 1), 0x0fedcba987n * BigInt(n + 1)),
);
const [id = identifierOf(1n, 2n)] = identifiers;
const atrs = Array.from({ length: MAX_ATRS }, (_, n) => ({ category: n % 4, id: identifiers[n % 32] ?? id }));
const atrInfos = Array.from({ length: TOTAL_ATRS_ALLOWED }, (_, n) => ({
  atrId: n,
  reserved: 0,
  category: 3,
  id,
}));
const data = { atrId: 1, appValue: 200, data: TEXTS.short };

/** LIST_ENDPOINTS responses with so many endpoints. */
export function endpointLists(count: number): Pair[] {
  const { response } = AMM_OPERATIONS.LIST_ENDPOINTS;
  const values = { confirmation: 0, count, endpoints: identifiers.slice(0, count) };
  return pairsOf(AMM_DIALECT, response, values, amm.endpointList, `, ${count} endpoints`);
}

/** Encoding and decoding of every message. */
export function allPairs(): Pair[] {
  const ammPair = <F extends Fields, V extends Encodable<F>>(
    message: Message<F>,
    values: V,
    byHand: ByHand<V>,
  ) => pairsOf(AMM_DIALECT, message, values, byHand);
  const appPair = <F extends Fields, V extends Encodable<F>>(
    message: Message<F>,
    values: V,
    byHand: ByHand<V>,
  ) => pairsOf(APP_DIALECT, message, values, byHand);
  const operations = { ...AMM_OPERATIONS, ...APP_OPERATIONS };
  const { LIST_ENDPOINTS, LIST_ATRS, GET_ENDPOINT_DETAILS, PROVISION_ENDPOINT } = operations;
  const { CREATE_OPERATIONAL_ATR, DELETE_ENDPOINT, DELETE_ATR } = operations;
  const { GET_ENDPOINT_INFO, GET_ATR_INFO, GET_VERSION, REGISTER_APP } = operations;
  return [
    ...ammPair(LIST_ENDPOINTS.request, { filter: 0 }, amm.listRequest(0x01)),
    ...endpointLists(MAX_ENDPOINTS),
    ...ammPair(LIST_ATRS.request, { filter: 0 }, amm.listRequest(0x05)),
    ...ammPair(LIST_ATRS.response, { confirmation: 0, count: MAX_ATRS, atrs }, amm.atrList),
    ...ammPair(GET_ENDPOINT_DETAILS.request, { id }, amm.requestAboutOne(0x02)),
    ...ammPair(
      GET_ENDPOINT_DETAILS.response,
      { confirmation: 0, id, details: Buffer.from('a few bytes of detail') },
      amm.endpointDetails,
    ),
    ...ammPair(PROVISION_ENDPOINT.request, { id }, amm.requestAboutOne(0x03)),
    ...ammPair(PROVISION_ENDPOINT.response, { confirmation: 0 }, amm.confirmation(0x43)),
    ...ammPair(
      CREATE_OPERATIONAL_ATR.request,
      { count: 2, endpoints: identifiers.slice(0, 2) },
      amm.createAtr,
    ),
    ...ammPair(CREATE_OPERATIONAL_ATR.response, { confirmation: 0, id }, amm.createdAtr),
    ...ammPair(DELETE_ENDPOINT.request, { id }, amm.requestAboutOne(0x06)),
    ...ammPair(DELETE_ENDPOINT.response, { confirmation: 0 }, amm.confirmation(0x46)),
    ...ammPair(DELETE_ATR.request, { id }, amm.requestAboutOne(0x07)),
    ...ammPair(DELETE_ATR.response, { confirmation: 0 }, amm.confirmation(0x47)),
    ...appPair(GET_ENDPOINT_INFO.request, {}, app.codeAlone(0x01)),
    ...appPair(GET_ENDPOINT_INFO.response, { id, status: 0, name: 'pump station 7' }, app.endpointInfo),
    ...appPair(GET_ATR_INFO.request, {}, app.codeAlone(0x02)),
    ...appPair(GET_ATR_INFO.response, { count: atrInfos.length, atrs: atrInfos }, app.atrInfo),
    ...appPair(GET_VERSION.request, {}, app.codeAlone(0x03)),
    ...appPair(GET_VERSION.response, { major: 1, minor: 2, patch: 3, build: 4 }, app.version),
    ...appPair(REGISTER_APP.request, { atrId: 1, appValue: 100 }, app.registration),
    ...appPair(REGISTER_APP.response, { status: 0 }, app.registered),
    ...appPair(SEND_APP_DATA_REQUEST, data, app.appData(0x05)),
    ...appPair(RECEIVE_APP_DATA_RESPONSE, data, app.appData(0x46)),
  ];
}

/** Both ways must come to the same, or they are not worth comparing. */
function pairsOf<F extends Fields, V extends Encodable<F>>(
  dialect: Dialect,
  message: Message<F>,
  values: V,
  byHand: ByHand<V>,
  which = '',
): Pair[] {
  const frame = encodeFrame(dialect, message, values);
  const payload = frame.subarray(HEADER_SIZE);
  const pairs: Pair[] = [
    {
      name: `encode ${message.name}${which}`,
      ours: () => encodeFrame(dialect, message, values),
      byHand: () => byHand.encode(values),
    },
    {
      name: `decode ${message.name}${which}`,
      ours: () => decodeBody(message, payload),
      byHand: () => byHand.decode(payload),
    },
  ];
  for (const pair of pairs) deepStrictEqual(pair.ours(), pair.byHand(), pair.name);
  return pairs;
}
