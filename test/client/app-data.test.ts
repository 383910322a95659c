import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeAppData } from '../../src/client/app/app-data.js';
import { RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { decodeWholeBody } from '../../src/protocol/message.js';
import { thrown } from '../support/promises.js';

/** Bytes of a payload of application data. */
const SIZE = 4058;
const LENGTH_AT = SIZE - 4;

/** What decoding gives: the fields, or the error's words. */
function resultOf(decode: (payload: Buffer) => object, payload: Buffer): unknown {
  try {
    return { ...decode(payload) };
  } catch (error) {
    return String(error);
  }
}

describe('decoding application data', () => {
  it('gives what the message table gives, right or wrong, and errs with its words', () => {
    const payload = fc
      .record({
        bytes: fc.uint8Array({ minLength: SIZE, maxLength: SIZE + 2 }),
        size: fc.oneof(fc.constant(SIZE), fc.nat(SIZE + 2)),
        length: fc.oneof(fc.nat(4048), fc.constantFrom(0, 4045, 4046, 4047, 0xffff_ffff)),
      })
      .map(({ bytes, size, length }) => {
        const whole = Buffer.from(bytes);
        whole.writeUInt32LE(length, LENGTH_AT);
        return whole.subarray(0, size);
      });
    fc.assert(
      fc.property(payload, (given) => {
        const byTable = (bytes: Buffer) => decodeWholeBody(RECEIVE_APP_DATA_RESPONSE, bytes);
        assert.deepEqual(resultOf(decodeAppData, given), resultOf(byTable, given));
      }),
      { numRuns: 300 },
    );
  });

  it('gives the data as a view, without a copy', () => {
    const payload = Buffer.alloc(SIZE);
    payload.writeUInt32LE(3, LENGTH_AT);
    const { data } = decodeAppData(payload);
    payload.write('abc', 8);
    assert.equal(data.toString(), 'abc');
  });

  it('fails where the body is short or claims more than it can hold', () => {
    const greedy = Buffer.alloc(SIZE);
    greedy.writeUInt32LE(4047, LENGTH_AT);
    for (const payload of [Buffer.alloc(SIZE - 1), greedy])
      thrown(() => decodeAppData(payload), 'AKM_PROTOCOL');
  });
});
