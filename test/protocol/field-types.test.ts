import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  bytes,
  id128,
  Reader,
  sizedBuffer,
  text,
  u16,
  u32,
  u8,
  zeroTerminatedText,
  type FieldType,
} from '../../src/protocol/field-types.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { layout } from '../../src/protocol/layout.js';
import { list, table } from '../../src/protocol/repeated.js';
import { thrown } from '../support/promises.js';

/** Writes one value between guard bytes that have to stay as they are. */
function written<V, In>(type: FieldType<V, In>, value: In): string {
  const size = type.sizeOf(value, 'field');
  const target = Buffer.alloc(size + 2);
  target[0] = target[size + 1] = 0xee;
  assert.equal(type.write(target, 1, value, 'field'), size + 1, 'the offset behind the value');
  assert.deepEqual([target[0], target[size + 1]], [0xee, 0xee]);
  return target.toString('hex', 1, size + 1);
}

/** Reads one value from between bytes that are not its own. */
function readFrom<V>(
  type: FieldType<V, never>,
  hex: string,
  before: Record<string, unknown> = {},
): { value: V | undefined; left: number; short: boolean } {
  const content = Buffer.from(hex, 'hex');
  const guarded = Buffer.concat([Buffer.alloc(3, 0xee), content, Buffer.alloc(64, 0xee)]);
  const reader = new Reader(guarded, 3, 3 + content.length);
  const value = type.read(reader, before);
  return { value, left: reader.end - reader.offset, short: reader.short };
}

describe('field types', () => {
  describe('unsigned integers', () => {
    it('are little-endian', () => {
      assert.equal(written(u8, 0xab), 'ab');
      assert.equal(written(u16, 0x1234), '3412');
      assert.equal(written(u32, 0x1234_5678), '78563412');
      assert.deepEqual(readFrom(u8, 'ab'), { value: 0xab, left: 0, short: false });
      assert.deepEqual(readFrom(u16, '3412ff'), { value: 0x1234, left: 1, short: false });
      assert.deepEqual(readFrom(u32, 'ffffffff'), { value: 0xffff_ffff, left: 0, short: false });
    });

    it('are written from strings and bigints too', () => {
      assert.equal(written(u16, '0x1234'), '3412');
      assert.equal(written(u32, 4294967295n), 'ffffffff');
      assert.equal(written(u8, '255'), 'ff');
    });

    it('are not written where they do not fit; the error names the field', () => {
      for (const [type, tooLarge] of [
        [u8, 256],
        [u16, 65536],
        [u32, 4294967296],
      ] as const) {
        const { message } = thrown(() => written(type, tooLarge), 'AKM_INVALID_INPUT');
        assert.match(message, new RegExp(`^field is ${tooLarge}; .*0 to ${tooLarge - 1}`));
        thrown(() => written(type, -1), 'AKM_INVALID_INPUT');
      }
    });

    it('are missing where their bytes are not all there', () => {
      assert.deepEqual(readFrom(u8, ''), { value: undefined, left: 0, short: true });
      assert.deepEqual(readFrom(u16, '34'), { value: undefined, left: 1, short: true });
      assert.deepEqual(readFrom(u32, '785634'), { value: undefined, left: 3, short: true });
    });
  });

  describe('id128', () => {
    const identifier = identifierOf(0x0123_4567_89ab_cdefn, 0xfedc_ba98_7654_3210n);
    const hex = 'efcdab89674523011032547698badcfe';

    it('is the lower half, then the upper half', () => {
      assert.equal(written(id128, identifier), hex);
      assert.equal(written(id128, identifier.id.toLowerCase()), hex);
      assert.deepEqual(readFrom(id128, hex), { value: identifier, left: 0, short: false });
    });

    it('is missing where a byte is', () =>
      assert.deepEqual(readFrom(id128, hex.slice(2)), { value: undefined, left: 15, short: true }));

    it('names the field where it is none', () =>
      assert.match(thrown(() => written(id128, 'x'), 'AKM_INVALID_INPUT').message, /^field is "x"/));
  });

  describe('bytes', () => {
    it('are all to the end of the body', () => {
      assert.equal(written(bytes, Buffer.from('010203', 'hex')), '010203');
      assert.deepEqual(readFrom(bytes, '010203'), {
        value: Buffer.from('010203', 'hex'),
        left: 0,
        short: false,
      });
      assert.deepEqual(readFrom(bytes, ''), { value: Buffer.alloc(0), left: 0, short: false });
    });
  });

  describe('text', () => {
    it('is UTF-8', () => {
      assert.equal(written(text, 'Grüße'), '4772c3bcc39f65');
      assert.equal(written(text, ''), '');
    });

    it('is written with a zero byte behind it where it is to be', () => {
      assert.equal(written(zeroTerminatedText, 'Grüße'), '4772c3bcc39f6500');
      assert.equal(written(zeroTerminatedText, ''), '00');
    });

    it('ends at the first zero byte, or with the body', () => {
      assert.deepEqual(readFrom(text, '4772c3bcc39f6500'), { value: 'Grüße', left: 0, short: false });
      assert.deepEqual(readFrom(text, '4772c3bcc39f65'), { value: 'Grüße', left: 0, short: false });
      assert.deepEqual(readFrom(text, '410042'), { value: 'A', left: 0, short: false });
      assert.deepEqual(readFrom(text, '00'), { value: '', left: 0, short: false });
      assert.deepEqual(readFrom(text, ''), { value: '', left: 0, short: false });
    });
  });

  describe('sized buffer', () => {
    const type = sizedBuffer(6);

    it('is padded with zeros, and tells behind them how many bytes are data', () => {
      assert.equal(written(type, Buffer.from('0102', 'hex')), '01020000000002000000');
      assert.equal(written(type, Buffer.alloc(0)), '00000000000000000000');
      assert.equal(written(type, Buffer.alloc(6, 0xff)), 'ffffffffffff06000000');
    });

    it('gives the data alone', () => {
      assert.deepEqual(readFrom(type, '01020000000002000000').value, Buffer.from('0102', 'hex'));
      assert.deepEqual(readFrom(type, '00000000000000000000').value, Buffer.alloc(0));
      assert.deepEqual(readFrom(type, '01020304050606000000').value, Buffer.from('010203040506', 'hex'));
    });

    it('keeps zeros that are data', () =>
      assert.deepEqual(readFrom(type, '01000000000004000000').value, Buffer.from('01000000', 'hex')));

    it('does not take more than it holds; the error tells both numbers', () =>
      assert.match(thrown(() => written(type, Buffer.alloc(7)), 'AKM_PAYLOAD_TOO_LARGE').message, /7.*6/));

    it('never reads outside the buffer, whatever length it claims', () => {
      for (const length of ['07000000', 'ffffffff', '00000080'])
        thrown(() => readFrom(type, `010203040506${length}`), 'AKM_PROTOCOL');
      assert.match(thrown(() => readFrom(type, '01020304050607000000'), 'AKM_PROTOCOL').message, /7.*6/);
    });

    it('is missing where a byte is', () =>
      assert.deepEqual(readFrom(type, '010203040506000000'), { value: undefined, left: 9, short: true }));
  });

  describe('list', () => {
    const type = list(u16, { field: 'count' });

    it('has as many entries as its count says', () => {
      assert.equal(written(type, [1, 2, '0x3']), '010002000300');
      assert.deepEqual(readFrom(type, '010002000300', { count: 2 }), {
        value: [1, 2],
        left: 2,
        short: false,
      });
      assert.deepEqual(readFrom(type, '', { count: 0 }), { value: [], left: 0, short: false });
    });

    it('has the whole entries that are there where its count lies', () => {
      for (const count of [3, 0xffff_ffff])
        assert.deepEqual(readFrom(type, '0100020003', { count }), { value: [1, 2], left: 1, short: true });
    });

    it('is empty without a count', () => assert.deepEqual(readFrom(type, '0100').value, []));

    it('names the entry that does not fit', () =>
      assert.match(
        thrown(() => written(type, [1, 65536]), 'AKM_INVALID_INPUT').message,
        /^field\[1\] is 65536/,
      ));

    it('does not take entries of varying size', () => {
      assert.throws(() => table(bytes, 'count', 2), TypeError);
      assert.throws(() => table(layout({ name: text }), 'count', 2), TypeError);
    });
  });

  describe('table', () => {
    const type = table(u16, 'count', 3);

    it('is written whole, its unused entries zero', () => {
      assert.equal(written(type, [1]), '010000000000');
      assert.equal(written(type, []), '000000000000');
      assert.equal(written(type, [1, 2, 3]), '010002000300');
    });

    it('gives the first entries, as many as its count says', () => {
      assert.deepEqual(readFrom(type, '010002000300', { count: 2 }).value, [1, 2]);
      assert.deepEqual(readFrom(type, '010002000300', { count: 0 }).value, []);
    });

    it('gives the entries that exist where its count is above its capacity', () => {
      for (const count of [4, 0xffff_ffff])
        assert.deepEqual(readFrom(type, '0100020003000400', { count }), {
          value: [1, 2, 3],
          left: 2,
          short: false,
        });
    });

    it('may be cut behind its last used entry', () => {
      assert.deepEqual(readFrom(type, '01000200', { count: 2 }), { value: [1, 2], left: 0, short: false });
      assert.deepEqual(readFrom(type, '', { count: 0 }), { value: [], left: 0, short: false });
    });

    it('may have fields behind it', () => {
      const type = layout({ count: u8, table: table(u16, 'count', 3), after: u8 });
      const values = { count: 1, table: [1], after: 10 };
      assert.equal(written(type, values), '010100000000000a');
      assert.deepEqual(readFrom(type, '010100000000000a').value, values);
    });

    it('is short where it is cut before that', () =>
      assert.deepEqual(readFrom(type, '010002', { count: 2 }), { value: [1], left: 1, short: true }));

    it('does not take more entries than it has; the error tells both numbers', () =>
      assert.match(
        thrown(() => written(type, [1, 2, 3, 4]), 'AKM_INVALID_INPUT').message,
        /^field has 4 .*3/,
      ));
  });

  describe('layout', () => {
    const type = layout({
      first: u8,
      entries: list(layout({ a: u8, b: u16 }), { field: 'first' }),
      rest: zeroTerminatedText,
    });

    it('is its fields one after another, nothing between them', () => {
      const values = { first: 2, entries: [{ a: 1, b: 2 }, { a: 3, b: 4 }], rest: 'x' }; // prettier-ignore
      assert.equal(written(type, values), '020102000304007800');
      assert.deepEqual(readFrom(type, '020102000304007800').value, values);
    });

    it('has a size where each of its fields has one', () => {
      assert.equal(type.size, undefined);
      assert.equal(layout({ a: u8, b: u16 }).size, 3);
      assert.equal(layout({}).size, 0);
    });

    it('gives the fields in front of the one that is missing', () => {
      const partly = (hex: string): unknown => {
        const content = Buffer.from(hex, 'hex');
        return type.readPartly(new Reader(content, 0, content.length));
      };
      assert.deepEqual(partly(''), {});
      assert.deepEqual(partly('02'), { first: 2, entries: [] });
      assert.deepEqual(partly('02010200'), { first: 2, entries: [{ a: 1, b: 2 }] });
      assert.deepEqual(partly('0201020003'), { first: 2, entries: [{ a: 1, b: 2 }] });
      assert.deepEqual(partly('02010200030400'), {
        first: 2,
        entries: [
          { a: 1, b: 2 },
          { a: 3, b: 4 },
        ],
        rest: '',
      });
      assert.equal(readFrom(type, '0201020003').value, undefined);
    });
  });

  it('give back any text without a zero byte', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (given) => {
        const name = given.replaceAll('\0', '');
        assert.equal(readFrom(text, written(text, name)).value, name);
      }),
    ));

  it('give back what was written, whatever it was', () => {
    const every = layout({
      byte: u8,
      word: u16,
      count: u32,
      identifier: id128,
      data: sizedBuffer(20),
      list: list(id128, { field: 'count' }),
      table: table(u32, 'count', 5),
    });
    const half = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    const identifier = fc.tuple(half, half).map(([lower, upper]) => identifierOf(lower, upper));
    const values = fc.nat(5).chain((count) =>
      fc.record(
        {
          byte: fc.nat(0xff),
          word: fc.nat(0xffff),
          count: fc.constant(count),
          identifier,
          data: fc.uint8Array({ maxLength: 20 }).map((data) => Buffer.from(data)),
          table: fc.array(fc.nat(0xffff_ffff), { minLength: count, maxLength: count }),
          list: fc.array(identifier, { minLength: count, maxLength: count }),
        },
        { noNullPrototype: true },
      ),
    );
    fc.assert(
      fc.property(values, (given) => assert.deepEqual(readFrom(every, written(every, given)).value, given)),
    );
  });
});
