import assert from 'node:assert/strict';
import {
  AMM_OPERATIONS,
  ATR_CATEGORIES,
  categoryName,
  MAX_ATRS,
  MAX_ENDPOINTS,
} from '../../src/protocol/amm-messages.js';
import {
  APP_OPERATIONS,
  MAX_APP_BUFFER_SIZE,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
  TOTAL_ATRS_ALLOWED,
} from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT, HEADER_SIZE, MAX_APP_PAYLOAD_SIZE } from '../../src/protocol/header.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import {
  CODE_SIZE,
  codeOf,
  encodeFrame,
  encodeRawFrame,
  sourceOf,
  type Operation,
} from '../../src/protocol/message.js';
import { thrown } from '../support/promises.js';

const OPERATIONS: readonly Operation[] = [...Object.values(AMM_OPERATIONS), ...Object.values(APP_OPERATIONS)];

describe('message tables', () => {
  it('give the documented sizes', () => {
    assert.equal(CODE_SIZE + (AMM_OPERATIONS.LIST_ENDPOINTS.request.body.size ?? NaN), 8);
    assert.equal(
      CODE_SIZE +
        AMM_OPERATIONS.LIST_ENDPOINTS.response.body.sizeOf({ confirmation: 0, count: 0, endpoints: [] }, ''),
      524,
    );
    assert.equal(
      CODE_SIZE + AMM_OPERATIONS.LIST_ATRS.response.body.sizeOf({ confirmation: 0, count: 0, atrs: [] }, ''),
      1292,
    );
    assert.equal(CODE_SIZE + (APP_OPERATIONS.REGISTER_APP.request.body.size ?? NaN), 8);
    assert.equal(CODE_SIZE + (SEND_APP_DATA_REQUEST.body.size ?? NaN), 4058);
    assert.equal(CODE_SIZE + (RECEIVE_APP_DATA_RESPONSE.body.size ?? NaN), 4058);
    assert.deepEqual(
      { MAX_ENDPOINTS, MAX_ATRS, MAX_APP_BUFFER_SIZE, TOTAL_ATRS_ALLOWED, MAX_APP_PAYLOAD_SIZE },
      {
        MAX_ENDPOINTS: 32,
        MAX_ATRS: 64,
        MAX_APP_BUFFER_SIZE: 4046,
        TOTAL_ATRS_ALLOWED: 10,
        MAX_APP_PAYLOAD_SIZE: 4084,
      },
    );
  });

  it('mark what changes something at the service, and nothing else', () => {
    const changing = OPERATIONS.filter((operation) => operation.changing).map(({ request }) => request.name);
    assert.deepEqual(changing, [
      'PROVISION_ENDPOINT_REQUEST',
      'CREATE_OPERATIONAL_ATR_REQUEST',
      'DELETE_ENDPOINT_REQUEST',
      'DELETE_ATR_REQUEST',
      'REGISTER_APP_REQUEST',
    ]);
  });

  it('give the requests that change an AMM the bytes that are inferred, and no others', () => {
    const id = identifierOf(1n, 2n);
    const halves = '01000000000000000200000000000000';
    const { PROVISION_ENDPOINT, CREATE_OPERATIONAL_ATR, DELETE_ENDPOINT, DELETE_ATR } = AMM_OPERATIONS;
    const payloads = [
      encodeFrame(AMM_DIALECT, PROVISION_ENDPOINT.request, { id }),
      encodeFrame(AMM_DIALECT, CREATE_OPERATIONAL_ATR.request, { count: 2, endpoints: [id, id] }),
      encodeFrame(AMM_DIALECT, DELETE_ENDPOINT.request, { id }),
      encodeFrame(AMM_DIALECT, DELETE_ATR.request, { id }),
    ].map((frame) => frame.subarray(HEADER_SIZE).toString('hex'));
    assert.deepEqual(payloads, [
      `03000000${halves}`,
      `0400000002000000${halves}${halves}`,
      `06000000${halves}`,
      `07000000${halves}`,
    ]);
  });

  it('call an exchange documented only where both of its bodies are', () => {
    const documented = OPERATIONS.filter((operation) => sourceOf(operation) === 'documented').map(
      ({ request }) => request.name,
    );
    assert.deepEqual(documented, ['LIST_ENDPOINTS_REQUEST', 'LIST_ATRS_REQUEST']);
  });

  it('name the categories, and call every other number Unknown', () => {
    assert.deepEqual([...ATR_CATEGORIES], ['Illegal', 'Bootstrap', 'Provisional', 'Operational']);
    assert.deepEqual([0, 1, 2, 3, 4, 7, 0xffff_ffff, -1, 1.5].map(categoryName), [
      'Illegal',
      'Bootstrap',
      'Provisional',
      'Operational',
      'Unknown',
      'Unknown',
      'Unknown',
      'Unknown',
      'Unknown',
    ]);
  });
});

describe('frames of any code', () => {
  it('carry a body that is ready-made, in the dialect of the service', () => {
    const body = Buffer.from('0102', 'hex');
    assert.equal(
      encodeRawFrame(AMM_DIALECT, 0x0a0b_0c0d, body).toString('hex'),
      'a55a5aa501000600f9ff00000d0c0b0a0102',
    );
    assert.equal(
      encodeRawFrame(APP_DIALECT, 0x0a0b_0c0d, body).toString('hex'),
      'a55a5aa500010600f9ff00000d0c0b0a0102',
    );
  });

  it('hold at most 4080 bytes behind the code', () => {
    assert.equal(encodeRawFrame(APP_DIALECT, 1, Buffer.alloc(4080)).length, 4096);
    const { message } = thrown(
      () => encodeRawFrame(APP_DIALECT, 1, Buffer.alloc(4081)),
      'AKM_PAYLOAD_TOO_LARGE',
    );
    assert.match(message, /4081.*4080/);
  });

  it('have no code where the payload is shorter than one', () => {
    assert.equal(codeOf(Buffer.from('010000', 'hex')), undefined);
    assert.equal(codeOf(Buffer.alloc(0)), undefined);
    assert.equal(codeOf(Buffer.from('ffffffff', 'hex')), 0xffff_ffff);
  });
});
