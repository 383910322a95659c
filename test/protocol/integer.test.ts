import assert from 'node:assert/strict';
import { parseInteger, U16_MAX, U32_MAX, U8_MAX } from '../../src/protocol/integer.js';
import { thrown } from '../support/promises.js';

describe('whole numbers', () => {
  it('have the limits of the wire', () =>
    assert.deepEqual([U8_MAX, U16_MAX, U32_MAX], [255, 65535, 4294967295]));

  for (const [value, number] of [
    [0, 0],
    [65535, 65535],
    ['0', 0],
    ['65535', 65535],
    [' 42\n', 42],
    ['007', 7],
    ['0x10', 16],
    ['0XFf', 255],
    [12n, 12],
  ] as const) {
    it(`are read from ${typeof value} ${JSON.stringify(String(value))}`, () =>
      assert.equal(parseInteger(value, 'The number', U16_MAX), number));
  }

  const refused: [unknown, string][] = [
    [65536, '65536'],
    [-1, '-1'],
    [1.5, '1.5'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    ['65536', '"65536"'],
    ['0x10000', '"0x10000"'],
    ['', '""'],
    [' ', '" "'],
    ['-1', '"-1"'],
    ['+1', '"+1"'],
    ['1.0', '"1.0"'],
    ['1e3', '"1e3"'],
    ['0b1', '"0b1"'],
    ['0x', '"0x"'],
    ['12 34', '"12 34"'],
    ['${PORT}', '"${PORT}"'],
    [70000n, '70000n'],
    [-1n, '-1n'],
    [1n << 4096n, 'a bigint of more than 128 bits'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[1], 'an array of 1'],
    [{}, 'an object'],
    [Buffer.of(1), 'a Buffer of 1 bytes'],
    [() => 1, 'a function'],
    ['9'.repeat(200), `"${'9'.repeat(60)}…" (200 characters)`],
  ];
  for (const [value, told] of refused) {
    it(`are not read from ${told}: the error tells what was given and what is allowed`, () => {
      const { message } = thrown(() => parseInteger(value, 'The App Value', U16_MAX, 1), 'AKM_INVALID_INPUT');
      assert.equal(
        message,
        `The App Value is ${told}; a whole number from 1 to 65535 is needed, decimal or 0x hexadecimal`,
      );
    });
  }

  it('are not read below the minimum', () => {
    assert.equal(parseInteger(1, 'The port', U16_MAX, 1), 1);
    assert.match(
      thrown(() => parseInteger('0', 'The port', U16_MAX, 1), 'AKM_INVALID_INPUT').message,
      /from 1 to/,
    );
  });

  it('are read whatever the largest is', () => {
    assert.equal(parseInteger('0xFFFFFFFF', 'The filter', U32_MAX), U32_MAX);
    thrown(() => parseInteger('0x100000000', 'The filter', U32_MAX), 'AKM_INVALID_INPUT');
  });
});
