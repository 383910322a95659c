import assert from 'node:assert/strict';
import { oneOf } from '../../src/settings/one-of.js';
import { textSetting } from '../../src/settings/text.js';
import { thrown } from '../support/promises.js';

describe('a text setting', () => {
  it('is text, also where ${ENV} stood for a number or a boolean', () => {
    for (const [value, text] of [
      ['line 7', 'line 7'],
      ['', ''],
      [7, '7'],
      [false, 'false'],
    ] as const)
      assert.equal(textSetting(value, 'The name'), text);
  });

  it('is nothing else: the error tells what was given', () => {
    for (const [value, told] of [
      [{}, 'an object'],
      [['a'], 'an array of 1'],
      [null, 'null'],
      [undefined, 'undefined'],
    ] as const)
      assert.equal(
        thrown(() => textSetting(value, 'The name'), 'AKM_INVALID_INPUT').message,
        `The name is ${told}; text is needed`,
      );
  });
});

describe('a setting that is one of several words', () => {
  it('is that word', () => assert.equal(oneOf('b', ['a', 'b'], 'format'), 'b'));

  it('is no other value, nor one that only becomes that word: the error lists them', () => {
    for (const [value, told] of [
      ['A', '"A"'],
      ['toString', '"toString"'],
      ['a\n', '"a\\n"'],
      [['a'], 'an array of 1'],
      [undefined, 'undefined'],
    ] as const)
      assert.equal(
        thrown(() => oneOf(value, ['a', 'b'], 'format'), 'AKM_INVALID_INPUT').message,
        `Unknown format ${told}; expected one of: a, b`,
      );
  });
});
