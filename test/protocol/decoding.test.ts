import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AkmError } from '../../src/errors.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS, RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { APP_DIALECT, HEADER_SIZE } from '../../src/protocol/header.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import {
  CODE_SIZE,
  decodeBody,
  decodeWholeBody,
  encodeFrame,
  type Message,
} from '../../src/protocol/message.js';
import { thrown } from '../support/promises.js';
import { MESSAGES, messageOf, VECTORS } from '../support/vectors.js';

const { LIST_ENDPOINTS, LIST_ATRS, GET_ENDPOINT_DETAILS, CREATE_OPERATIONAL_ATR } = AMM_OPERATIONS;
const { GET_ENDPOINT_INFO, GET_ATR_INFO, GET_VERSION, REGISTER_APP } = APP_OPERATIONS;
const endpoint = identifierOf(1n, 2n);
const atr = identifierOf(3n, 4n);

const payloadOf = (message: Message, values: Record<string, unknown>): Buffer =>
  encodeFrame(APP_DIALECT, message, values).subarray(HEADER_SIZE);

/** Many bytes, made of few: so that a failure is soon told in its simplest form. */
const repeatedBytes = (min: number, max: number): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.integer({ min, max }), fc.uint8Array({ minLength: 1, maxLength: 9 }))
    .map(([length, bytes]) => Buffer.alloc(length, bytes));

/** For messages whose body is inferred: values, and how many bytes each field's end is behind the code. */
const INFERRED: [Message, Record<string, unknown>, Record<string, number>][] = [
  [GET_ENDPOINT_DETAILS.request, { id: endpoint }, { id: 16 }],
  [
    GET_ENDPOINT_DETAILS.response,
    { confirmation: 9, id: endpoint, details: Buffer.alloc(0) },
    { confirmation: 4, id: 20, details: 20 },
  ],
  [AMM_OPERATIONS.PROVISION_ENDPOINT.response, { confirmation: 9 }, { confirmation: 4 }],
  [CREATE_OPERATIONAL_ATR.response, { confirmation: 9, id: atr }, { confirmation: 4, id: 20 }],
  [AMM_OPERATIONS.DELETE_ENDPOINT.response, { confirmation: 9 }, { confirmation: 4 }],
  [AMM_OPERATIONS.DELETE_ATR.response, { confirmation: 9 }, { confirmation: 4 }],
  [GET_ENDPOINT_INFO.response, { id: endpoint, status: 9, name: '' }, { id: 16, status: 20, name: 20 }],
  [
    GET_VERSION.response,
    { major: 1, minor: 2, patch: 3, build: 4 },
    { major: 1, minor: 2, patch: 3, build: 4 },
  ],
  [REGISTER_APP.response, { status: 9 }, { status: 4 }],
];

describe('decoding', () => {
  describe('an inferred body', () => {
    for (const [message, values, ends] of INFERRED) {
      it(`gives of ${message.name} the fields that are there, wherever it is cut`, () => {
        const whole = payloadOf(message, values);
        for (let length = 0; length <= whole.length; length += 1) {
          const there = Object.entries(values).filter(([name]) => length - CODE_SIZE >= (ends[name] ?? NaN));
          assert.deepEqual(decodeBody(message, whole.subarray(0, length)), Object.fromEntries(there));
        }
      });

      it(`gives the same fields of ${message.name} where more bytes follow`, () => {
        const longer = Buffer.concat([payloadOf(message, values), Buffer.alloc(7, 0xff)]);
        const withoutRest = (fields: Record<string, unknown>): unknown =>
          Object.fromEntries(Object.entries(fields).filter(([name]) => !['details', 'name'].includes(name)));
        assert.deepEqual(withoutRest(decodeBody(message, longer)), withoutRest(values));
      });
    }

    it('gives the entries of GET_ATR_INFO that are there, whatever its count says', () => {
      const entry = { atrId: 1, reserved: 0, category: 3, id: atr };
      const whole = payloadOf(GET_ATR_INFO.response, { count: 0xffff_ffff, atrs: [entry, entry] });
      assert.deepEqual(decodeBody(GET_ATR_INFO.response, whole), {
        count: 0xffff_ffff,
        atrs: [entry, entry],
      });
      assert.deepEqual(decodeBody(GET_ATR_INFO.response, whole.subarray(0, -1)), {
        count: 0xffff_ffff,
        atrs: [entry],
      });
      assert.deepEqual(decodeBody(GET_ATR_INFO.response, whole.subarray(0, 7)), {});
    });

    it('gives what follows the endpoint in its details as bytes', () => {
      const details = Buffer.from('0102', 'hex');
      const payload = payloadOf(GET_ENDPOINT_DETAILS.response, { confirmation: 0, id: endpoint, details });
      assert.deepEqual(decodeBody(GET_ENDPOINT_DETAILS.response, payload), {
        confirmation: 0,
        id: endpoint,
        details,
      });
    });

    it('is not enough where a whole one is needed', () => {
      const { message } = thrown(
        () => decodeWholeBody(GET_VERSION.response, Buffer.from('43000000010203', 'hex')),
        'AKM_PROTOCOL',
      );
      assert.match(message, /GET_VERSION_RESPONSE has only 7 bytes.*major:u8/);
    });
  });

  describe('a documented body', () => {
    for (const vector of VECTORS.filter(
      ({ name }) => !name.startsWith('LIST_') || name.endsWith('REQUEST'),
    )) {
      const message = messageOf(vector);
      const payload = Buffer.from(vector.hex, 'hex').subarray(HEADER_SIZE);
      if (message.body.size === 0) continue;

      it(`${vector.name} is a protocol error where one byte is missing, and no worse for more bytes`, () => {
        for (const length of [CODE_SIZE, payload.length - 1]) {
          const short = payload.subarray(0, length);
          assert.match(
            thrown(() => decodeBody(message, short), 'AKM_PROTOCOL').message,
            new RegExp(vector.name),
          );
          thrown(() => decodeWholeBody(message, short), 'AKM_PROTOCOL');
        }
        const longer = Buffer.concat([payload, Buffer.alloc(9, 0xff)]);
        assert.deepEqual(decodeBody(message, longer), decodeBody(message, payload));
      });
    }

    it('of a list may be cut behind the entries that count', () => {
      const endpoints = [endpoint, atr];
      const whole = payloadOf(LIST_ENDPOINTS.response, { confirmation: 0, count: 2, endpoints });
      assert.equal(whole.length, 524);
      assert.deepEqual(decodeBody(LIST_ENDPOINTS.response, whole.subarray(0, 12 + 32)).endpoints, endpoints);
      thrown(() => decodeBody(LIST_ENDPOINTS.response, whole.subarray(0, 12 + 31)), 'AKM_PROTOCOL');
      thrown(() => decodeBody(LIST_ENDPOINTS.response, whole.subarray(0, 11)), 'AKM_PROTOCOL');
    });

    it('of a list gives the entries that exist where the count is above their number', () => {
      const endpoints = Array.from({ length: 32 }, () => endpoint);
      const atrs = Array.from({ length: 64 }, () => ({ category: 9, id: atr }));
      const manyEndpoints = payloadOf(LIST_ENDPOINTS.response, { confirmation: 0, count: 33, endpoints });
      const manyAtrs = payloadOf(LIST_ATRS.response, { confirmation: 0, count: 0xffff_ffff, atrs });
      assert.deepEqual(decodeBody(LIST_ENDPOINTS.response, manyEndpoints), {
        confirmation: 0,
        count: 33,
        endpoints,
      });
      assert.deepEqual(decodeBody(LIST_ATRS.response, manyAtrs), {
        confirmation: 0,
        count: 0xffff_ffff,
        atrs,
      });
    });
  });

  describe('application data', () => {
    const withLength = (length: number): Buffer => {
      const payload = payloadOf(RECEIVE_APP_DATA_RESPONSE, {
        atrId: 1,
        appValue: 2,
        data: Buffer.alloc(4046, 7),
      });
      payload.writeUInt32LE(length, payload.length - 4);
      return payload;
    };

    it('may fill the whole buffer, or none of it', () => {
      assert.equal(decodeWholeBody(RECEIVE_APP_DATA_RESPONSE, withLength(4046)).data.length, 4046);
      assert.equal(decodeWholeBody(RECEIVE_APP_DATA_RESPONSE, withLength(0)).data.length, 0);
    });

    it('is a protocol error where it claims more than the buffer holds', () => {
      for (const length of [4047, 4050, 0x7fff_ffff, 0xffff_ffff]) {
        const { message } = thrown(
          () => decodeWholeBody(RECEIVE_APP_DATA_RESPONSE, withLength(length)),
          'AKM_PROTOCOL',
        );
        assert.match(message, new RegExp(`${length}.*4046`));
      }
    });
  });

  for (const message of MESSAGES) {
    it(`of any bytes as ${message.name} throws nothing but AkmError${message.source === 'inferred' ? ', and not even that' : ''}`, () => {
      const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 60 }), repeatedBytes(4050, 4084));
      fc.assert(
        fc.property(anyBytes, (given) => {
          const payload = Buffer.from(given);
          for (const decode of [decodeBody, decodeWholeBody]) {
            try {
              decode(message, payload);
            } catch (error) {
              assert.ok(error instanceof AkmError && error.code === 'AKM_PROTOCOL', String(error));
              assert.ok(decode === decodeWholeBody || message.source === 'documented', error.message);
            }
          }
        }),
        { numRuns: 60 },
      );
    });
  }
});
