import fc from 'fast-check';
import { HEADER_SIZE, writeHeader, type Dialect } from '../../src/protocol/header.js';
import { CODE_SIZE } from '../../src/protocol/message.js';

/**
 * What the fuzzing feeds: bytes that are nearly right, since bytes that are merely random get no further than the first check.
 */

/** Numbers at which something changes: limits of types, of tables and of buffers, and one off. */
const TELLING = [
  0, 1, 2, 3, 9, 10, 11, 31, 32, 33, 63, 64, 65, 254, 255, 256, 4046, 4047, 4080, 4084, 4085, 0x7fff, 0xffff,
  0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];

const u32 = fc.oneof(fc.constantFrom(...TELLING), fc.nat(0xffff_ffff)).map((value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
});

const noise = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes));

/** Many bytes, made of few: so that a failure is soon told in its simplest form. */
const filling = fc
  .tuple(fc.nat(4100), fc.uint8Array({ minLength: 1, maxLength: 5 }))
  .map(([length, bytes]) => Buffer.alloc(length, bytes));

/** What may stand behind a code: some telling numbers, then anything of any length that a message can have. */
export const body: fc.Arbitrary<Buffer> = fc
  .tuple(fc.array(u32, { maxLength: 4 }), fc.oneof(noise(40), filling), fc.array(u32, { maxLength: 1 }))
  .map(([numbers, rest, last]) => Buffer.concat([...numbers, rest, ...last]).subarray(-4080));

/** A payload with one of these codes, or with another. */
function payloadWith(codes: readonly number[]): fc.Arbitrary<Buffer> {
  const code = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...codes) },
    { weight: 1, arbitrary: fc.nat(0xffff_ffff) },
  );
  return fc.tuple(code, body).map(([number, rest]) => {
    const payload = Buffer.alloc(CODE_SIZE + rest.length);
    payload.writeUInt32LE(number);
    payload.set(rest, CODE_SIZE);
    return payload;
  });
}

/** The payload in a frame. */
export function frameOf(dialect: Dialect, payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(HEADER_SIZE + payload.length);
  writeHeader(frame, dialect, payload.length);
  frame.set(payload, HEADER_SIZE);
  return frame;
}

/** One thing done to bytes. The places are parts of a thousand of their length. */
type Mutation =
  | { kind: 'flip'; place: number; bit: number }
  | { kind: 'header'; place: number; bit: number }
  | { kind: 'cut'; place: number }
  | { kind: 'drop' | 'repeat'; place: number; length: number }
  | { kind: 'insert'; place: number; bytes: Buffer };

const place = fc.nat(1000);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip'), place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('header'), place: fc.nat(HEADER_SIZE + CODE_SIZE), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('cut'), place }),
  fc.record({ kind: fc.constantFrom('drop', 'repeat'), place, length: fc.nat(40) }),
  fc.record({ kind: fc.constant('insert'), place, bytes: noise(20) }),
);

function mutate(bytes: Buffer, done: Mutation): Buffer {
  const at = done.kind === 'header' ? done.place : Math.floor((done.place * bytes.length) / 1000);
  const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (done.kind) {
    case 'flip':
    case 'header': {
      const flipped = Buffer.from(bytes);
      flipped[at] = (bytes[at] ?? 0) ^ (1 << done.bit);
      return flipped;
    }
    case 'cut':
      return before;
    case 'drop':
      return Buffer.concat([before, behind.subarray(done.length)]);
    case 'repeat':
      return Buffer.concat([before, behind.subarray(0, done.length), behind]);
    case 'insert':
      return Buffer.concat([before, done.bytes, behind]);
  }
}

/** Bytes as they are, or changed in a place or two. */
export function mutated(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc.oneof(
    bytes,
    fc
      .tuple(bytes, fc.array(mutation, { minLength: 1, maxLength: 2 }))
      .map(([whole, all]) => all.reduce(mutate, whole)),
  );
}

/** A payload of this message, whole, changed or cut. */
export function payloadOf(code: number): fc.Arbitrary<Buffer> {
  return mutated(payloadWith([code]));
}

/** What comes from a peer in one go: frames with these codes, most of them good, some changed, and now and then noise. */
export function chunk(dialect: Dialect, codes: readonly number[]): fc.Arbitrary<Buffer> {
  const frame = payloadWith(codes).map((payload) =>
    frameOf(dialect, payload.subarray(0, dialect.maxPayload)),
  );
  return fc.oneof(
    { weight: 6, arbitrary: frame },
    { weight: 3, arbitrary: mutated(frame) },
    { weight: 1, arbitrary: noise(60) },
  );
}

/** A stream, and where it is cut on its way. */
export function stream(
  dialect: Dialect,
  codes: readonly number[],
): fc.Arbitrary<{ bytes: Buffer; cuts: number[] }> {
  return fc
    .array(chunk(dialect, codes), { maxLength: 6 })
    .map((chunks) => Buffer.concat(chunks))
    .chain((bytes) =>
      fc.record({ bytes: fc.constant(bytes), cuts: fc.array(fc.nat(bytes.length), { maxLength: 8 }) }),
    );
}

/** Names that a layout's author may choose, and that mean something to JavaScript. */
const names = [
  'a',
  'count',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  'length',
  'then',
  'id',
  'confirmation',
];
const size = fc.constantFrom(1, 2, 3, 4, 8, 16, 4080);

/** Layouts as text: mostly good ones. */
export const layoutText: fc.Arbitrary<string> = fc.letrec<{ field: string; fields: string }>((tie) => ({
  fields: fc
    .array(tie('field'), { minLength: 1, maxLength: 5, depthIdentifier: 'layout' })
    .map((fields) => fields.join(' ')),
  field: fc
    .tuple(
      fc.constantFrom(...names),
      fc.nat(9),
      fc.oneof(
        { depthSize: 'small', depthIdentifier: 'layout' },
        fc.constantFrom('u8', 'u16', 'u32', 'u64', 'id128', 'bytes', 'text', 'u8[]', 'id128[]'),
        size.map((n) => `bytes[${n}]`),
        size.map((n) => `text[${n}]`),
        size.map((n) => `pad[${n}]`),
        fc.tuple(fc.constantFrom('u8', 'u16', 'id128'), size).map(([type, n]) => `${type}[${n}]`),
        // the name is prefixed below, and with it that of the field that counts
        fc.constantFrom('u8', 'u16', 'id128').map((type) => `${type}[COUNT]`),
        tie('fields').map((fields) => `{ ${fields} }[COUNT]`),
        fc.tuple(tie('fields'), size).map(([fields, n]) => `{ ${fields} }[${n}]`),
        tie('fields').map((fields) => `{ ${fields} }[]`),
      ),
    )
    .map(([name, number, type]) => {
      const own = `${name}${number === 0 ? '' : number}`;
      return type.endsWith('[COUNT]')
        ? `n_${own}:u8 ${own}:${type.slice(0, -'[COUNT]'.length)}[n_${own}]`
        : `${own}:${type}`;
    }),
})).fields;

/** Text that is nearly a layout. */
export const nearlyLayoutText: fc.Arbitrary<string> = fc.oneof(
  layoutText,
  fc
    .tuple(layoutText, fc.nat(200), fc.nat(3), fc.string({ unit: 'binary', maxLength: 3 }))
    .map(([text, at, gone, added]) => text.slice(0, at) + added + text.slice(at + gone)),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

/** Anything at all that JavaScript has. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
  fc.constantFrom(...TELLING),
  noise(20),
);

/** An object with these fields, each of which may be anything or missing. */
export function anyFields(fields: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const value = fc.oneof(
    anyValue,
    fc.constantFrom<unknown>('0x1', `0x${'0'.repeat(32)}`, 'text', 1, 1n),
    fc.array(fc.oneof(fc.constantFrom<unknown>('0x1', 1), anyValue), { maxLength: 4 }),
  );
  return fc.record(Object.fromEntries(fields.map((name) => [name, value])), { requiredKeys: [] });
}
