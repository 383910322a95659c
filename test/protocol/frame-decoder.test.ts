import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AkmError } from '../../src/errors.js';
import { FrameDecoder } from '../../src/protocol/frame-decoder.js';
import {
  APP_DIALECT,
  HEADER_SIZE,
  MAX_APP_PAYLOAD_SIZE,
  writeHeader,
  type Dialect,
} from '../../src/protocol/header.js';
import { thrown } from '../support/promises.js';
import { DIALECTS, VECTORS } from '../support/vectors.js';

function frameOf(dialect: Dialect, payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(HEADER_SIZE + payload.length);
  writeHeader(frame, dialect, payload.length);
  frame.set(payload, HEADER_SIZE);
  return frame;
}

/** A decoder, and copies of the payloads it has handed on. */
function recorder(dialect: Dialect): { decoder: FrameDecoder; payloads: Buffer[] } {
  const payloads: Buffer[] = [];
  return { decoder: new FrameDecoder(dialect, (payload) => payloads.push(Buffer.from(payload))), payloads };
}

/** Decodes bytes that arrive cut at these offsets. */
function decodeCut(dialect: Dialect, bytes: Buffer, cuts: number[]): Buffer[] {
  const { decoder, payloads } = recorder(dialect);
  const offsets = [0, ...cuts, bytes.length].sort((a, b) => a - b);
  for (const [index, end] of offsets.slice(1).entries()) decoder.push(bytes.subarray(offsets[index], end));
  return payloads;
}

/** The number of bytes after which a stream that arrives byte by byte is found to be invalid. */
function bytesUntilRefused(bytes: Buffer, dialect: Dialect): number {
  const { decoder } = recorder(dialect);
  for (const [index, byte] of bytes.entries()) {
    try {
      decoder.push(Buffer.of(byte));
    } catch (error) {
      assert.ok(error instanceof AkmError);
      assert.equal(error.code, 'AKM_PROTOCOL');
      return index + 1;
    }
  }
  return Infinity;
}

const services = Object.values(DIALECTS);
/** A long payload, made of few bytes: so that a failure is soon told in its simplest form. */
const longPayload: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.integer({ min: 4000, max: MAX_APP_PAYLOAD_SIZE }), fc.uint8Array({ minLength: 1, maxLength: 9 }))
  .map(([length, bytes]) => Buffer.alloc(length, bytes));
const anyPayload = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 1, arbitrary: longPayload },
);
const cutsOf = (length: number): fc.Arbitrary<number[]> =>
  fc.oneof(
    fc.array(fc.nat(length), { maxLength: 30 }),
    // many cuts near each other: inside headers
    fc.nat(length).map((from) => Array.from({ length: 30 }, (_, index) => Math.min(length, from + index))),
  );

describe('frame decoder', () => {
  for (const vector of VECTORS) {
    const frame = Buffer.from(vector.hex, 'hex');
    const payload = frame.subarray(HEADER_SIZE);
    const dialect = DIALECTS[vector.service];

    it(`gives ${vector.name} whole, byte by byte, and cut anywhere`, () => {
      assert.deepEqual(decodeCut(dialect, frame, []), [payload]);
      assert.deepEqual(decodeCut(dialect, frame, [...frame.keys()]), [payload]);
      fc.assert(
        fc.property(cutsOf(frame.length), (cuts) =>
          assert.deepEqual(decodeCut(dialect, frame, cuts), [payload]),
        ),
        { numRuns: 50 },
      );
    });
  }

  it('gives the same payloads however a stream of many frames is cut', () => {
    const streams = fc
      .tuple(fc.constantFrom(...services), fc.array(anyPayload, { maxLength: 12 }))
      .chain(([dialect, payloads]) => {
        const bytes = Buffer.concat(payloads.map((payload) => frameOf(dialect, payload)));
        return fc.record({
          dialect: fc.constant(dialect),
          payloads: fc.constant(payloads.map((payload) => Buffer.from(payload))),
          bytes: fc.constant(bytes),
          cuts: cutsOf(bytes.length),
        });
      });
    fc.assert(
      fc.property(streams, ({ dialect, payloads, bytes, cuts }) =>
        assert.deepEqual(decodeCut(dialect, bytes, cuts), payloads),
      ),
      { numRuns: 200 },
    );
  });

  it('gives empty payloads, cut anywhere', () => {
    const empty = frameOf(APP_DIALECT, Buffer.alloc(0));
    const bytes = Buffer.concat([empty, empty]);
    for (const cut of bytes.keys()) {
      assert.deepEqual(decodeCut(APP_DIALECT, bytes, [cut]), [Buffer.alloc(0), Buffer.alloc(0)]);
    }
  });

  it('gives a payload with its last byte, not with the next frame', () => {
    const { decoder, payloads } = recorder(APP_DIALECT);
    const frame = frameOf(APP_DIALECT, Buffer.from('abc'));
    decoder.push(frame.subarray(0, -1));
    assert.equal(payloads.length, 0);
    decoder.push(frame.subarray(-1));
    assert.deepEqual(payloads, [Buffer.from('abc')]);
  });

  it('accepts the longest payload, and no longer one', () => {
    const longest = Buffer.alloc(MAX_APP_PAYLOAD_SIZE, 7);
    const tooLong = Buffer.alloc(MAX_APP_PAYLOAD_SIZE + 1, 7);
    for (const dialect of services) {
      assert.deepEqual(decodeCut(dialect, frameOf(dialect, longest), []), [longest]);
      const { message } = thrown(() => decodeCut(dialect, frameOf(dialect, tooLong), []), 'AKM_PROTOCOL');
      assert.match(message, /4085.*4084/);
    }
  });

  it('does not look at version and reserved bytes', () => {
    const frame = frameOf(APP_DIALECT, Buffer.from('abc'));
    for (const offset of [4, 5, 10, 11]) {
      const other = Buffer.from(frame);
      other[offset] = 0x77;
      assert.deepEqual(decodeCut(APP_DIALECT, other, []), [Buffer.from('abc')]);
    }
  });

  it('finds an invalid header as soon as the bytes that show it are there', () => {
    const changed = (offset: number, value: number): Buffer => {
      const frame = frameOf(APP_DIALECT, Buffer.from('abc'));
      frame[offset] = value;
      return frame;
    };
    for (const dialect of services) {
      for (const offset of [0, 1, 2, 3])
        assert.equal(bytesUntilRefused(changed(offset, 0x00), dialect), offset + 1);
      assert.equal(bytesUntilRefused(changed(7, 0x10), dialect), 8, 'the length is too great');
      assert.equal(bytesUntilRefused(changed(8, 0xfd), dialect), 10, 'the complement is wrong');
      assert.equal(bytesUntilRefused(changed(9, 0xfe), dialect), 10, 'the complement is wrong');
      assert.equal(bytesUntilRefused(changed(6, 0x04), dialect), 10, 'the length is not the complement');
    }
  });

  it('finds an invalid header in a chunk that ends inside it', () => {
    for (const [hex, what] of [
      ['a55b', /a55b/],
      ['a55a5aa50001f60f', /4086.*4084/],
      ['a55a5aa500010300fdff', /complement/],
    ] as const) {
      const { decoder } = recorder(APP_DIALECT);
      assert.match(thrown(() => decoder.push(Buffer.from(hex, 'hex')), 'AKM_PROTOCOL').message, what);
    }
  });

  it('still gives the frames in front of an invalid one, and nothing after it', () => {
    const good = frameOf(APP_DIALECT, Buffer.from('abc'));
    const bytes = Buffer.concat([good, good, Buffer.from('no frame at all'), good]);
    for (const cuts of [[], [...bytes.keys()].slice(0, good.length * 2)]) {
      const { decoder, payloads } = recorder(APP_DIALECT);
      const offsets = [0, ...cuts, bytes.length];
      thrown(() => {
        for (const [index, end] of offsets.slice(1).entries())
          decoder.push(bytes.subarray(offsets[index], end));
      }, 'AKM_PROTOCOL');
      assert.equal(payloads.length, 2);
      decoder.push(good);
      assert.equal(payloads.length, 2);
    }
  });

  it('stops from within the callback', () => {
    const frame = frameOf(APP_DIALECT, Buffer.from('abc'));
    for (const size of [1, frame.length * 3]) {
      const payloads: Buffer[] = [];
      const decoder = new FrameDecoder(APP_DIALECT, (payload) => {
        payloads.push(payload);
        if (payloads.length === 2) decoder.stop();
      });
      const bytes = Buffer.concat([frame, frame, frame]);
      for (let at = 0; at < bytes.length; at += size) decoder.push(bytes.subarray(at, at + size));
      decoder.push(Buffer.from('not looked at any more'));
      assert.equal(payloads.length, 2);
    }
  });

  it('gives a payload that came in one chunk as a view of it, without a copy', () => {
    const frame = frameOf(APP_DIALECT, Buffer.from('abc'));
    let given: Buffer | undefined;
    new FrameDecoder(APP_DIALECT, (payload) => {
      given = payload;
    }).push(frame);
    assert.equal(given?.buffer, frame.buffer);
    assert.equal(given.byteOffset, frame.byteOffset + HEADER_SIZE);
  });

  it('knows whether the stream is within a frame', () => {
    const decoder = new FrameDecoder(APP_DIALECT, () => undefined);
    const frame = frameOf(APP_DIALECT, Buffer.from('abc'));
    const within = [decoder.midFrame];
    for (const byte of Buffer.concat([frame, frame])) {
      decoder.push(Buffer.of(byte));
      within.push(decoder.midFrame);
    }
    const expected = [false, ...Array<boolean>(frame.length - 1).fill(true)];
    assert.deepEqual(within, [...expected, ...expected, false]);
  });

  it('never overwrites a payload that came in several chunks', () => {
    const given: Buffer[] = [];
    const decoder = new FrameDecoder(APP_DIALECT, (payload) => given.push(payload));
    const contents = ['first payload', 'other payload', 'third payload'];
    const chunk = Buffer.alloc(10); // the same memory for every chunk, as a socket may use it
    for (const content of contents) {
      const frame = frameOf(APP_DIALECT, Buffer.from(content));
      for (let at = 0; at < frame.length; at += chunk.length) {
        decoder.push(chunk.subarray(0, frame.copy(chunk, 0, at)));
      }
    }
    assert.deepEqual(given.map(String), contents);
  });

  it('throws nothing but AKM_PROTOCOL, whatever arrives', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.uint8Array({ maxLength: 60 }).map((rest) => Buffer.concat([Buffer.from('a55a5aa5', 'hex'), rest])),
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 5 }), (chunks) => {
        const { decoder } = recorder(APP_DIALECT);
        for (const chunk of chunks) {
          try {
            decoder.push(Buffer.from(chunk));
          } catch (error) {
            assert.ok(error instanceof AkmError && error.code === 'AKM_PROTOCOL', String(error));
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
