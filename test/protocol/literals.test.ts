import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applicationKey } from '../../src/protocol/application-key.js';
import {
  toId128,
  toId64,
  toIdentifier,
  toWholeBigInt,
  toWholeNumber,
  U128_MAX,
  U16_MAX,
  U32_MAX,
  U64_MAX,
} from '../../src/protocol/literals.js';

const LONG = '9'.repeat(101);
/** What neither a number nor an identifier is written like. */
const NEITHER = [
  '',
  ' ',
  '-1',
  '+1',
  '1e3',
  '0b1',
  '0x',
  '1 2',
  '1.5',
  LONG,
  ' '.repeat(101),
  true,
  null,
  undefined,
];

describe('literals: a whole number', () => {
  it('is decimal or hexadecimal, with white space around it or without', () => {
    for (const [value, number] of [
      [7, 7],
      [-7, -7],
      [7n, 7],
      ['7', 7],
      [' 007\n', 7],
      ['0xfF', 255],
      ['0X10', 16],
    ] as const) {
      assert.equal(toWholeNumber(value), number, String(value));
      assert.equal(toWholeBigInt(value), BigInt(number), String(value));
    }
  });

  it('is nothing else', () => {
    for (const value of [...NEITHER, 1.5, NaN, Infinity, {}, [1], { valueOf: () => 1 }]) {
      assert.equal(toWholeNumber(value), undefined, String(value));
      assert.equal(toWholeBigInt(value), undefined, String(value));
    }
  });

  it('keeps all its digits as a bigint, unless they are lost already', () => {
    assert.equal(toWholeBigInt('18446744073709551615'), U64_MAX);
    assert.equal(toWholeBigInt(2 ** 53), undefined);
  });

  it('is read from whatever JavaScript writes of one', () =>
    fc.assert(
      fc.property(fc.nat(U32_MAX), (number) => {
        for (const text of [`${number}`, `0x${number.toString(16)}`, ` ${number} `])
          assert.equal(toWholeNumber(text), number);
      }),
    ));
});

describe('literals: an identifier', () => {
  it('has 32 digits, or fewer behind 0x, and leaves with all of them in upper case', () => {
    assert.equal(toIdentifier('0xe1'), `0x${'E1'.padStart(32, '0')}`);
    assert.equal(toIdentifier(` ${'c'.repeat(32)}\n`), `0x${'C'.repeat(32)}`);
    assert.equal(toIdentifier(`0X${'f'.repeat(32)}`), `0x${'F'.repeat(32)}`);
    assert.deepEqual([toId128(U128_MAX), toId64(U64_MAX)], [U128_MAX, U64_MAX]);
    assert.deepEqual([toId128(`0x${'f'.repeat(32)}`), toId64('f'.repeat(16))], [U128_MAX, U64_MAX]);
  });

  it('is nothing else', () => {
    const other = [
      'e1',
      'f'.repeat(31),
      'f'.repeat(33),
      `0x${'f'.repeat(33)}`,
      'g'.repeat(32),
      1,
      -1n,
      U128_MAX + 1n,
    ];
    for (const value of [...NEITHER, ...other]) assert.equal(toIdentifier(value), undefined, String(value));
    for (const value of [`0x1${'0'.repeat(16)}`, 'f'.repeat(15), U64_MAX + 1n])
      assert.equal(toId64(value), undefined, String(value));
  });

  it('is the same number however it is written', () =>
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: U128_MAX }), (id) => {
        const digits = id.toString(16);
        for (const text of [`0x${digits}`, digits.padStart(32, '0'), ` 0X${digits.toUpperCase()} `])
          assert.equal(toId128(text), id);
      }),
    ));
});

describe('the key of an application', () => {
  it('is another for each pair of ATR ID and App Value', () => {
    const keys = [0, 1, 2, U16_MAX].flatMap((atrId) =>
      [0, 1, 2, U16_MAX].map((app) => applicationKey(atrId, app)),
    );
    assert.equal(new Set(keys).size, keys.length);
  });
});
