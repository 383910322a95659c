import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { NotationError } from '../../src/protocol/notation-error.js';
import { parseNotation, sizeOfNotation } from '../../src/protocol/notation.js';
import { MAX_BODY } from '../../src/protocol/sizes.js';

/** The mistake in a layout: its column, and the problem in words. */
function mistakeIn(text: string): NotationError {
  try {
    parseNotation(text);
  } catch (error) {
    assert.ok(error instanceof NotationError);
    assert.ok(error.message.startsWith(`column ${error.column}: `), error.message);
    return error;
  }
  return assert.fail(`${text} was accepted`);
}

describe('the notation of layouts', () => {
  const accepted: [text: string, least: number, most: number | undefined][] = [
    ['role:u16', 2, 2],
    ['a:u8 b:u16 c:u32 d:u64 e:id128', 31, 31],
    ['a:u8,b:u8 ,\n c:u8', 3, 3],
    ['name:text[32] role:u16 id:id128', 50, 50],
    ['key:bytes[16] rest:bytes', 16, undefined],
    ['description:text', 0, undefined],
    ['a:u8 pad[3] gap:pad[2]', 6, 6],
    ['limits:u16[4]', 8, 8],
    ['count:u32 endpoints:id128[count]', 4, undefined],
    ['samples:u32[]', 0, undefined],
    ['n:u8 points:{ x:u16 y:u16 }[n]', 1, undefined],
    ['points:{ x:u16 y:u16 }[3]', 12, 12],
    ['points:{ x:u16 }[]', 0, undefined],
    ['a:{ n:u8 b:{ c:u8 }[n] }[2]', 2, undefined],
    [`all:bytes[${MAX_BODY}]`, MAX_BODY, MAX_BODY],
  ];
  for (const [text, least, most] of accepted) {
    it(`accepts ${JSON.stringify(text)}`, () =>
      assert.deepEqual(sizeOfNotation(parseNotation(text)), { least, most }));
  }

  const refused: [text: string, column: number, problem: RegExp][] = [
    ['', 1, /at least one field/],
    ['   ', 4, /at least one field/],
    ['role', 5, /a colon and a type are expected after role/],
    ['role:', 6, /no type; the types are u8/],
    ['role:u17', 6, /unknown type u17/],
    ['a:u8 role:int', 11, /unknown type int/],
    ['a:u8 :u8', 6, /a field is expected here/],
    ['a:u8 a:u16', 6, /there is already a field a/],
    ['1a:u8', 1, /cannot begin with a digit/],
    ['a:u8 toString:u8', 6, /a field cannot be called toString/],
    ['a:{ hasOwnProperty:u8 }[2]', 5, /a field cannot be called hasOwnProperty/],
    ['constructor:u8', 1, /a field cannot be called constructor/],
    ['valueOf:u8', 1, /a field cannot be called valueOf/],
    ['__proto__:u8', 1, /cannot begin with two underscores/],
    ['größe:u8', 3, /a colon and a type are expected after gr/],
    ['__proto__:u8', 1, /cannot begin with two underscores/],
    ['a:bytes[0]', 9, /a whole number from 1 to 4080/],
    ['a:bytes[4081]', 9, /a whole number from 1 to 4080/],
    ['a:bytes[x]', 9, /a whole number from 1 to 4080/],
    ['a:bytes[4', 10, /closing bracket/],
    ['a:pad', 6, /a size is expected: pad\[N\]/],
    ['a:bytes b:u8', 9, /nothing can follow a/],
    ['a:u8[] b:u8', 8, /nothing can follow a/],
    ['a:u8[n]', 6, /n is not an earlier field/],
    ['n:u64 a:u8[n]', 12, /n is not an earlier field of type u8, u16 or u32/],
    ['n:u8[2] a:u8[n]', 14, /n is not an earlier field/],
    ['a:{ b:u8 }', 11, /is expected after a group/],
    ['a:{ b:u8 [2]', 10, /a field is expected here/],
    ['a:{ b:u8', 9, /closing brace/],
    ['a:{ }[2]', 3, /at least one byte/],
    ['a:{ b:bytes }[2]', 5, /only the last field of all/],
    ['a:{b:{c:{d:{e:{f:u8}[1]}[1]}[1]}[1]}[1]', 15, /nested 4 deep/],
    ['a:u8 }', 6, /a field is expected here/],
    [`a:bytes[${MAX_BODY}] b:u8`, 1, /at most 4080 bytes/],
    ['a:u8 '.repeat(1000), 4001, /at most 4000 characters/],
  ];
  for (const [text, column, problem] of refused) {
    it(`refuses ${JSON.stringify(text.slice(0, 45))} in column ${column}`, () => {
      const mistake = mistakeIn(text);
      assert.equal(mistake.column, column, mistake.message);
      assert.match(mistake.message, problem);
    });
  }

  it('has the same words for each mistake in the log and, by its code, in the English editor', () => {
    const catalogue = readFileSync('nodes/locales/en-US/akm-connection.json', 'utf8');
    const { mistake: texts } = JSON.parse(catalogue) as { mistake: Record<string, string> };
    const mistakes = refused.map(([text]) => mistakeIn(text));
    assert.deepEqual(new Set(mistakes.map(({ code }) => code)), new Set(Object.keys(texts)));
    for (const { code, values, column, message } of mistakes) {
      const words = Object.entries(values).reduce(
        (text, [name, value]) => text.replace(`__${name}__`, String(value)),
        texts[code] ?? '',
      );
      assert.equal(message, `column ${column}: ${words}`);
    }
  });

  it('answers any text with a layout or a mistake inside it, and nothing else', () => {
    const token = fc.constantFrom(
      'a',
      'b1',
      'u8',
      'u16',
      'id128',
      'text',
      'bytes',
      'pad',
      ':',
      '[',
      ']',
      '{',
      '}',
      ' ',
      ',',
      '4',
      '',
    );
    const text = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        try {
          const { least, most } = sizeOfNotation(parseNotation(given));
          assert.ok(least <= MAX_BODY);
          assert.ok(most === undefined || most >= least);
        } catch (error) {
          assert.ok(error instanceof NotationError, String(error));
          assert.ok(error.column >= 1 && error.column <= given.length + 1, error.message);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
