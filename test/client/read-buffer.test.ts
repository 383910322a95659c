import assert from 'node:assert/strict';
import { ReadBuffer } from '../../src/client/connection/read-buffer.js';

const [SMALL, MEDIUM, LARGE] = [8_192, 65_536, 262_144];

describe('the buffer that a socket reads into', () => {
  it('stays as small as it begins where it is never filled', () => {
    const buffer = new ReadBuffer();
    for (let n = 0; n < 10; n += 1) {
      const bytes = buffer.next();
      assert.equal(bytes.length, SMALL);
      assert.equal(buffer.filled(SMALL - 1).length, SMALL - 1);
      assert.equal(buffer.next(), bytes);
    }
  });

  it('grows whenever it is filled, up to its largest', () => {
    const buffer = new ReadBuffer();
    const sizes = Array.from({ length: 5 }, () => buffer.filled(buffer.next().length).length);
    assert.deepEqual(sizes, [SMALL, MEDIUM, LARGE, LARGE, LARGE]);
  });

  it('gives what was read as a view, which growing does not touch', () => {
    const buffer = new ReadBuffer();
    const bytes = buffer.next();
    bytes.fill(1);
    const read = buffer.filled(bytes.length);
    assert.equal(read.buffer, bytes.buffer);
    buffer.next().fill(2);
    assert.ok(read.every((byte) => byte === 1));
  });
});
