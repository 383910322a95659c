/**
 * How fast messages are encoded and decoded, each beside a loop written by hand for that one message, in the same run. Prints a
 * table; with `--json FILE` it writes the figures to a file as well.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Bench } from 'tinybench';
import { AMM_OPERATIONS } from '../src/protocol/amm-messages.js';
import { RECEIVE_APP_DATA_RESPONSE, SEND_APP_DATA_REQUEST } from '../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT, HEADER_SIZE } from '../src/protocol/header.js';
import { decodeBody, decodeWholeBody, encodeFrame } from '../src/protocol/message.js';
import * as byHand from './by-hand.js';

interface Pair {
  name: string;
  ours: () => unknown;
  byHand: () => unknown;
}

const TEXT = 'temperature 21.5 °C';
const identifiers = Array.from({ length: 32 }, (_, n) => `0x${(n + 1).toString(16).padStart(32, '0')}`);
const { LIST_ENDPOINTS, LIST_ATRS } = AMM_OPERATIONS;

const listEndpoints = encodeFrame(AMM_DIALECT, LIST_ENDPOINTS.response, {
  confirmation: 0,
  count: 32,
  endpoints: identifiers,
}).subarray(HEADER_SIZE);
const listAtrs = encodeFrame(AMM_DIALECT, LIST_ATRS.response, {
  confirmation: 0,
  count: 32,
  atrs: identifiers.map((id) => ({ category: 3, id })),
}).subarray(HEADER_SIZE);
const received = encodeFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE, {
  atrId: 1,
  appValue: 100,
  data: TEXT,
}).subarray(HEADER_SIZE);

const pairs: Pair[] = [
  {
    name: 'encode LIST_ENDPOINTS_REQUEST',
    ours: () => encodeFrame(AMM_DIALECT, LIST_ENDPOINTS.request, { filter: 0 }),
    byHand: () => byHand.encodeListRequest(0x01, 0),
  },
  {
    name: 'decode LIST_ENDPOINTS_RESPONSE, 32 endpoints',
    ours: () => decodeBody(LIST_ENDPOINTS.response, listEndpoints),
    byHand: () => byHand.decodeEndpoints(listEndpoints),
  },
  {
    name: 'decode LIST_ATRS_RESPONSE, 32 ATRs',
    ours: () => decodeBody(LIST_ATRS.response, listAtrs),
    byHand: () => byHand.decodeAtrs(listAtrs),
  },
  {
    name: 'encode SEND_APP_DATA_REQUEST, short text',
    ours: () => encodeFrame(APP_DIALECT, SEND_APP_DATA_REQUEST, { atrId: 1, appValue: 200, data: TEXT }),
    byHand: () => byHand.encodeSend(1, 200, TEXT),
  },
  {
    name: 'decode RECEIVE_APP_DATA_RESPONSE, short text',
    ours: () => decodeWholeBody(RECEIVE_APP_DATA_RESPONSE, received).data.toString(),
    byHand: () => byHand.decodeReceived(received).data.toString(),
  },
];

const bench = new Bench({ time: 1000, warmupTime: 200 });
for (const { name, ours, byHand: other } of pairs) bench.add(name, ours).add(`${name}, by hand`, other);
await bench.run();

/** Operations a second in the median. */
function rate(name: string): number {
  const result = bench.getTask(name)?.result;
  if (result?.state !== 'completed') throw new Error(`${name} did not complete`);
  return result.throughput.p50;
}

const rows = pairs.map(({ name }) => {
  const ours = rate(name);
  const other = rate(`${name}, by hand`);
  return {
    message: name,
    'ours/s': Math.round(ours),
    'by hand/s': Math.round(other),
    ratio: Number((ours / other).toFixed(2)),
  };
});
console.table(rows);
const { values } = parseArgs({ options: { json: { type: 'string' } } });
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
