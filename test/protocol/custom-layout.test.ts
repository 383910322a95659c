import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AkmError } from '../../src/errors.js';
import { compileLayout, customMessages, INFERRED_MESSAGES } from '../../src/protocol/custom-layout.js';
import { Reader } from '../../src/protocol/field-types.js';
import { AMM_DIALECT, HEADER_SIZE } from '../../src/protocol/header.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { CODE_SIZE, decodeBody, encodeFrame } from '../../src/protocol/message.js';

function encode(layout: string, values: unknown): Buffer {
  const compiled = compileLayout(layout);
  const target = Buffer.alloc(compiled.sizeOf(values as never, ''));
  assert.equal(
    compiled.write(target, 0, values as never, ''),
    target.length,
    'as many bytes are written as announced',
  );
  return target;
}

function decode(layout: string, body: Buffer): Record<string, unknown> {
  return compileLayout(layout).readPartly(new Reader(body, 0, body.length));
}

/** The error of a value that cannot be encoded. */
function refusal(layout: string, values: unknown): AkmError {
  try {
    encode(layout, values);
  } catch (error) {
    assert.ok(error instanceof AkmError, String(error));
    assert.equal(error.code, 'AKM_INVALID_INPUT');
    return error;
  }
  return assert.fail('the value was encoded');
}

const ID = identifierOf(0x0123456789abcdefn, 0xfedcba9876543210n);

/** A layout in the notation, and a value for it as decoding gives it. */
interface Sample {
  layout: string;
  value: Record<string, unknown>;
}

const hex64 = (value: bigint): string => `0x${value.toString(16).toUpperCase().padStart(16, '0')}`;
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const wellFormed = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\0'));

/** A type that has one value, in the notation, with a value for it. */
const scalar: fc.Arbitrary<[type: string, value: unknown]> = fc.oneof(
  fc.nat(0xff).map((value): [string, unknown] => ['u8', value]),
  fc.nat(0xffff).map((value): [string, unknown] => ['u16', value]),
  fc.integer({ min: 0, max: 0xffff_ffff }).map((value): [string, unknown] => ['u32', value]),
  u64.map((value): [string, unknown] => ['u64', hex64(value)]),
  fc.tuple(u64, u64).map(([lower, upper]): [string, unknown] => ['id128', identifierOf(lower, upper)]),
);

const sized: fc.Arbitrary<[type: string, value: unknown]> = fc.oneof(
  scalar,
  fc
    .uint8Array({ minLength: 1, maxLength: 9 })
    .map((bytes): [string, unknown] => [`bytes[${bytes.length}]`, Buffer.from(bytes)]),
  wellFormed.map((text): [string, unknown] => [`text[${Buffer.byteLength(text) + 1}]`, text]),
);

/** Fields with names of their own, and padding in between. */
function fieldsOf(types: readonly [string, unknown][], prefix: string): Sample {
  const layout = types.map(([type], index) => `${prefix}${index}:${type}`).join(' pad[2] ');
  return { layout, value: Object.fromEntries(types.map(([, value], index) => [`${prefix}${index}`, value])) };
}

const group: fc.Arbitrary<Sample> = fc.array(sized, { minLength: 1, maxLength: 4 }).chain((types) =>
  fc.nat(3).map((count) => {
    const { layout, value } = fieldsOf(types, 'g');
    return {
      layout: `n:u8 group:{ ${layout} }[n]`,
      value: { n: count, group: Array.from({ length: count }, () => value) },
    };
  }),
);

const last: fc.Arbitrary<[type: string, value: unknown]> = fc.oneof(
  fc.uint8Array({ maxLength: 20 }).map((bytes): [string, unknown] => ['bytes', Buffer.from(bytes)]),
  wellFormed.map((text): [string, unknown] => ['text', text]),
  fc.array(fc.nat(0xffff), { maxLength: 5 }).map((values): [string, unknown] => ['u16[]', values]),
  fc
    .array(fc.nat(0xff), { minLength: 1, maxLength: 5 })
    .map((values): [string, unknown] => [`u8[${values.length}]`, values]),
);

const sample: fc.Arbitrary<Sample> = fc
  .tuple(fc.array(sized, { minLength: 1, maxLength: 6 }), group, last)
  .map(([types, repeated, [type, value]]) => {
    const plain = fieldsOf(types, 'f');
    return {
      layout: `${plain.layout} ${repeated.layout} last:${type}`,
      value: { ...plain.value, ...repeated.value, last: value },
    };
  });

describe('own layouts', () => {
  const examples: [layout: string, value: Record<string, unknown>, hex: string][] = [
    ['a:u8', { a: 0x12 }, '12'],
    ['role:u16', { role: 0x0102 }, '0201'],
    ['a:u32', { a: 0x01020304 }, '04030201'],
    ['serial:u64', { serial: '0x0102030405060708' }, '0807060504030201'],
    ['id:id128', { id: ID }, 'efcdab89674523011032547698badcfe'],
    ['key:bytes[3]', { key: Buffer.from([1, 2, 3]) }, '010203'],
    ['name:text[8]', { name: 'grün' }, '6772c3bc6e000000'],
    ['a:u8 rest:bytes', { a: 1, rest: Buffer.from([2, 3]) }, '010203'],
    ['description:text', { description: 'pump' }, '70756d70'],
    ['a:u8 pad[2] b:u8', { a: 1, b: 2 }, '01000002'],
    ['limits:u16[2]', { limits: [1, 2] }, '01000200'],
    ['count:u8 ids:u16[count]', { count: 2, ids: [1, 2] }, '0201000200'],
    ['samples:u16[]', { samples: [1, 2] }, '01000200'],
    [
      'n:u8 points:{ x:u8 y:u8 }[n]',
      {
        n: 2,
        points: [
          { x: 1, y: 2 },
          { x: 3, y: 4 },
        ],
      },
      '0201020304',
    ],
  ];
  for (const [layout, value, hex] of examples) {
    it(`puts ${layout} on the wire as ${hex}, and back`, () => {
      assert.equal(encode(layout, value).toString('hex'), hex);
      assert.deepEqual(decode(layout, Buffer.from(hex, 'hex')), value);
    });
  }

  it('encode and decode to the same, whatever the layout and the value', () =>
    fc.assert(
      fc.property(sample, ({ layout, value }) =>
        assert.deepEqual(decode(layout, encode(layout, value)), value),
      ),
      { numRuns: 500 },
    ));

  it('decode any bytes to what is there of the fields, and never throw', () =>
    fc.assert(
      fc.property(sample, fc.uint8Array({ maxLength: 200 }), ({ layout, value }, bytes) => {
        const decoded = decode(layout, Buffer.from(bytes));
        for (const name of Object.keys(decoded)) assert.ok(name in value);
      }),
      { numRuns: 500 },
    ));

  it('fill a counting field in, and refuse a count that is wrong', () => {
    assert.equal(encode('n:u8 a:u16[n]', { a: [1, 2] }).toString('hex'), '0201000200');
    assert.match(refusal('n:u8 a:u16[n]', { n: 3, a: [1, 2] }).message, /n is 3, but a has 2 entries/);
  });

  it('leave the value as it is that they encode', () => {
    const value = { a: [1, 2] };
    assert.equal(encode('n:u8 a:u8[n]', value).toString('hex'), '020102');
    assert.deepEqual(value, { a: [1, 2] });
  });

  it('take any form of identifier and of number', () => {
    assert.deepEqual(encode('id:id128', { id: ID.id.toLowerCase() }), encode('id:id128', { id: ID }));
    assert.deepEqual(encode('a:u16 b:u64', { a: '0x10', b: 7n }), encode('a:u16 b:u64', { a: 16, b: '7' }));
  });

  const refusals: [layout: string, value: unknown, named: RegExp][] = [
    ['role:u16', {}, /^role is undefined/],
    ['role:u16', { role: 65536 }, /^role is 65536; .* 65535/],
    ['serial:u64', { serial: -1 }, /^serial is -1/],
    ['serial:u64', { serial: 2 ** 60 }, /^serial is/],
    ['id:id128', { id: 'pump' }, /^id is text of 4 characters/],
    ['key:bytes[2]', { key: Buffer.alloc(3) }, /^key has 3 bytes; its field has 2/],
    ['key:bytes[2]', { key: 'no' }, /^key is text of 2 characters; a Buffer is needed/],
    ['name:text[4]', { name: 'grüße' }, /^name has 7 bytes; its field has 4/],
    ['name:text[4]', { name: 'a\0' }, /^name is .* without zero characters/],
    ['name:text', { name: '\ud800' }, /^name is/],
    ['a:u8[2]', { a: [1] }, /^a has 1 entries; it must have 2/],
    ['a:u8[2]', { a: 5 }, /^a is 5; an array is needed/],
    ['n:u8 p:{ x:u8 }[n]', { p: [{ x: 1 }, {}] }, /^p\[1\]\.x is undefined/],
    ['n:u8 p:{ x:u8 }[n]', { p: [7] }, /^p\[0\] is 7; an object/],
    ['n:u8 a:u8[n]', { a: new Array(256).fill(0) }, /^n is 256/],
    ['a:u8', 'text', /^The value is text of 4 characters; an object/],
    ['a:u8', null, /^The value is null/],
  ];
  for (const [layout, value, named] of refusals) {
    it(`refuse a value for ${layout} with ${String(named)}`, () =>
      assert.match(refusal(layout, value).message, named));
  }

  it('replace the inferred layout of a message, whose source is then custom', () => {
    const message = customMessages({ PROVISION_ENDPOINT_REQUEST: 'name:text[4] role:u16 id:id128' }).get(
      'PROVISION_ENDPOINT_REQUEST',
    );
    assert.ok(message);
    assert.equal(message.source, 'custom');
    const frame = encodeFrame(AMM_DIALECT, message, { name: 'p7', role: 2, id: ID });
    assert.equal(
      frame.subarray(HEADER_SIZE).toString('hex'),
      '030000007037000002' + '00efcdab89674523011032547698badcfe',
    );
    const { name } = decodeBody(message, frame.subarray(HEADER_SIZE)) as { name?: string };
    assert.equal(name, 'p7');
    assert.equal(frame.length, HEADER_SIZE + CODE_SIZE + 22);
  });

  it('pass over a layout that is empty', () =>
    assert.equal(customMessages({ PROVISION_ENDPOINT_REQUEST: '  ' }).size, 0));

  it('are refused for documented and unknown messages', () => {
    for (const name of [
      'LIST_ENDPOINTS_RESPONSE',
      'SEND_APP_DATA_REQUEST',
      'NO_SUCH_MESSAGE',
      'constructor',
    ]) {
      assert.throws(
        () => customMessages({ [name]: 'a:u8' }),
        (error: unknown) =>
          error instanceof AkmError && error.code === 'AKM_INVALID_INPUT' && error.message.includes(name),
      );
    }
  });

  it('tell the message and the column of a mistake', () =>
    assert.throws(
      () => customMessages({ DELETE_ATR_REQUEST: 'a:u7' }),
      /DELETE_ATR_REQUEST.*column 3: unknown type u7/,
    ));

  it('can be written for exactly the inferred messages, beginning with the inferred layout', () => {
    for (const [name, { body }] of INFERRED_MESSAGES) {
      const [own] = customMessages({ [name]: body.notation }).values();
      assert.equal(own?.body.notation, body.notation, name);
    }
    assert.equal(INFERRED_MESSAGES.size, 14);
  });
});
