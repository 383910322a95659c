import assert from 'node:assert/strict';
import { HEADER_SIZE } from '../../src/protocol/header.js';
import { codeOf, decodeBody, decodeWholeBody, encodeFrame } from '../../src/protocol/message.js';
import { DIALECTS, MESSAGES, messageOf, valuesOf, VECTORS } from '../support/vectors.js';

describe('frames packed by another implementation', () => {
  for (const vector of VECTORS) {
    const message = messageOf(vector);
    const values = valuesOf(vector);
    const frame = Buffer.from(vector.hex, 'hex');

    it(`${vector.name} is encoded to exactly its bytes`, () =>
      assert.equal(encodeFrame(DIALECTS[vector.service], message, values).toString('hex'), vector.hex));

    it(`${vector.name} is decoded to its fields`, () => {
      const payload = frame.subarray(HEADER_SIZE);
      assert.equal(codeOf(payload), message.code);
      assert.deepEqual(decodeBody(message, payload), values);
      assert.deepEqual(decodeWholeBody(message, payload), values);
    });
  }

  it('cover every message whose body is documented', () => {
    const covered = new Set(VECTORS.map(({ name }) => name));
    const documented = MESSAGES.filter(({ source }) => source === 'documented').map(({ name }) => name);
    assert.deepEqual(
      documented.filter((name) => !covered.has(name)),
      [],
    );
  });
});
