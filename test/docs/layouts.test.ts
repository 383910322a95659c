import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseNotation } from '../../src/protocol/notation.js';
import { MAX_BODY } from '../../src/protocol/sizes.js';

const page = readFileSync(join(__dirname, '../../docs/layouts.md'), 'utf8');

/** The rows of the table of types: each row's cells. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  )
  .filter(([first]) => first?.startsWith('`'));
const quoted = (cell: string | undefined): string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? '');

describe('docs/layouts.md', () => {
  it('has a table of types', () => assert.equal(rows.length, 12));

  for (const [types, , , example] of rows) {
    for (const layout of quoted(example)) {
      it(`gives an example that can be entered: ${layout}`, () =>
        assert.ok(parseNotation(layout).length > 0));
    }

    for (const type of quoted(types)) {
      it(`names a type that can be entered: ${type}`, () => {
        const entered = type
          .replace('TYPE', 'u16')
          .replace('{ … }', '{ x:u8 }')
          .replace('[N]', '[3]')
          .replace('[field]', '[count]');
        assert.ok(parseNotation(`count:u8 value:${entered}`).length === 2);
      });
    }
  }

  it('has an example in every row', () =>
    assert.deepEqual(
      rows.filter(([, , , example]) => quoted(example).length === 0),
      [],
    ));

  it('tells the limits that the code has', () => {
    assert.ok(page.includes(`A body has at most ${MAX_BODY} bytes`));
    assert.throws(() => parseNotation(' '.repeat(4001)), /at most 4000 characters/);
    assert.match(page, /at most 4000 characters/);
    for (const name of ['toString', 'constructor', '__a', '1a', 'ä'])
      assert.throws(() => parseNotation(`${name}:u8`), { name: 'NotationError' }, name);
  });

  it('names the layout of its request as it can be entered', () => {
    assert.equal(parseNotation('name:text[32] role:u16 id:id128').length, 3);
    assert.ok(page.includes('`name:text[32] role:u16 id:id128`'));
  });
});
