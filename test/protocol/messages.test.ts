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
import { AMM_DIALECT, APP_DIALECT, MAX_APP_PAYLOAD_SIZE } from '../../src/protocol/header.js';
import {
  CODE_SIZE,
  codeOf,
  encodeRawFrame,
  sourceOf,
  type Message,
  type Operation,
} from '../../src/protocol/message.js';
import { thrown } from '../support/promises.js';

const row = ({ name, code, source }: Message): [string, number, string] => [name, code, source];
const rows = (operations: Record<string, Operation>): unknown[] =>
  Object.entries(operations).map(([name, { request, response, changing }]) => [
    name,
    row(request),
    row(response),
    changing ? 'changing' : 'reading',
  ]);

describe('message tables', () => {
  it('have the codes of the AMM, and say which bodies are documented and which change something', () =>
    assert.deepEqual(rows(AMM_OPERATIONS), [
      [
        'LIST_ENDPOINTS',
        ['LIST_ENDPOINTS_REQUEST', 0x01, 'documented'],
        ['LIST_ENDPOINTS_RESPONSE', 0x41, 'documented'],
        'reading',
      ],
      [
        'GET_ENDPOINT_DETAILS',
        ['GET_ENDPOINT_DETAILS_REQUEST', 0x02, 'inferred'],
        ['GET_ENDPOINT_DETAILS_RESPONSE', 0x42, 'inferred'],
        'reading',
      ],
      [
        'PROVISION_ENDPOINT',
        ['PROVISION_ENDPOINT_REQUEST', 0x03, 'inferred'],
        ['PROVISION_ENDPOINT_RESPONSE', 0x43, 'inferred'],
        'changing',
      ],
      [
        'CREATE_OPERATIONAL_ATR',
        ['CREATE_OPERATIONAL_ATR_REQUEST', 0x04, 'inferred'],
        ['CREATE_OPERATIONAL_ATR_RESPONSE', 0x44, 'inferred'],
        'changing',
      ],
      [
        'LIST_ATRS',
        ['LIST_ATRS_REQUEST', 0x05, 'documented'],
        ['LIST_ATRS_RESPONSE', 0x45, 'documented'],
        'reading',
      ],
      [
        'DELETE_ENDPOINT',
        ['DELETE_ENDPOINT_REQUEST', 0x06, 'inferred'],
        ['DELETE_ENDPOINT_RESPONSE', 0x46, 'inferred'],
        'changing',
      ],
      [
        'DELETE_ATR',
        ['DELETE_ATR_REQUEST', 0x07, 'inferred'],
        ['DELETE_ATR_RESPONSE', 0x47, 'inferred'],
        'changing',
      ],
    ]));

  it('have the codes of the AppEndpoint, and say which bodies are documented', () => {
    assert.deepEqual(rows(APP_OPERATIONS), [
      [
        'GET_ENDPOINT_INFO',
        ['GET_ENDPOINT_INFO_REQUEST', 0x01, 'documented'],
        ['GET_ENDPOINT_INFO_RESPONSE', 0x41, 'inferred'],
        'reading',
      ],
      [
        'GET_ATR_INFO',
        ['GET_ATR_INFO_REQUEST', 0x02, 'documented'],
        ['GET_ATR_INFO_RESPONSE', 0x42, 'inferred'],
        'reading',
      ],
      [
        'GET_VERSION',
        ['GET_VERSION_REQUEST', 0x03, 'documented'],
        ['GET_VERSION_RESPONSE', 0x43, 'inferred'],
        'reading',
      ],
      [
        'REGISTER_APP',
        ['REGISTER_APP_REQUEST', 0x04, 'documented'],
        ['REGISTER_APP_RESPONSE', 0x44, 'inferred'],
        'changing',
      ],
    ]);
    assert.deepEqual(row(SEND_APP_DATA_REQUEST), ['SEND_APP_DATA_REQUEST', 0x05, 'documented']);
    assert.deepEqual(row(RECEIVE_APP_DATA_RESPONSE), ['RECEIVE_APP_DATA_RESPONSE', 0x46, 'documented']);
  });

  it('have the layouts of the bodies', () => {
    const notations = (operations: Record<string, Operation>): unknown[] =>
      Object.values(operations).map(({ request, response }) => [
        request.body.notation,
        response.body.notation,
      ]);
    assert.deepEqual(notations(AMM_OPERATIONS), [
      ['filter:u32', 'confirmation:u32 count:u32 endpoints:id128[32]'],
      ['id:id128', 'confirmation:u32 id:id128 details:bytes'],
      ['id:id128', 'confirmation:u32'],
      ['count:u32 endpoints:id128[count]', 'confirmation:u32 id:id128'],
      ['filter:u32', 'confirmation:u32 count:u32 atrs:{ category:u32 id:id128 }[64]'],
      ['id:id128', 'confirmation:u32'],
      ['id:id128', 'confirmation:u32'],
    ]);
    assert.deepEqual(notations(APP_OPERATIONS), [
      ['', 'id:id128 status:u32 name:text'],
      ['', 'count:u32 atrs:{ atrId:u16 reserved:u16 category:u32 id:id128 }[count]'],
      ['', 'major:u8 minor:u8 patch:u8 build:u8'],
      ['atrId:u16 appValue:u16', 'status:u32'],
    ]);
    for (const { body } of [SEND_APP_DATA_REQUEST, RECEIVE_APP_DATA_RESPONSE])
      assert.equal(body.notation, 'atrId:u16 appValue:u16 data:bytes[4046] u32');
  });

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

  it('call an exchange documented only where both of its bodies are', () => {
    const documented = ([...Object.values(AMM_OPERATIONS), ...Object.values(APP_OPERATIONS)] as Operation[])
      .filter((operation) => sourceOf(operation) === 'documented')
      .map(({ request }) => request.name);
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
