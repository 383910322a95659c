import assert from 'node:assert/strict';
import { mistakesInRows, mistakesInTable, rowsOf, rowsToSave } from '../../src/editor/names/name-drafts.js';
import { EditorPage } from './editor-page.js';

/** A text is its key and what is filled in. */
const translate = (key: string, values: Readonly<Record<string, string | number>> = {}) =>
  [key.split(':').pop(), ...Object.values(values)].join(' ');

const row = (name: string, id = '', atrId = '', appValue = '') => ({ name, id, atrId, appValue });
const BLANK = row('');
const IMAGE = '<img src=x onerror=alert(1)>';

const mistakes = (...rows: ReturnType<typeof row>[]) => mistakesInRows(rows, translate);

describe('editor: the table of names in a form', () => {
  it('shows what was saved, and leaves out what is no row', () => {
    const saved = [row('pump', '0x1', '2', '3'), { name: 'valve', atrId: 4, id: {} }, null, 'text', 7];
    assert.deepEqual(rowsOf(saved), [row('pump', '0x1', '2', '3'), row('valve', '', '4')]);
    for (const nothing of [undefined, null, 'text', {}]) assert.deepEqual(rowsOf(nothing), []);
  });

  it('is kept without blank rows, and without white space around what was entered', () => {
    const rows = [BLANK, row(' pump ', ' 0x1', '2 ', '\t3'), row(' ', ' ')];
    assert.deepEqual(rowsToSave(rows), [row('pump', '0x1', '2', '3')]);
  });

  it('takes whatever a machine has, and ${ENV} for it', () => {
    const rows = [
      row('a', '0x1'),
      row('b', '', '0xFF'),
      row('c', '', '', '0'),
      row('d', '${A}', '${B}', '${C}'),
    ];
    for (const { columns, words } of mistakes(...rows)) assert.deepEqual([columns, words], [[], []]);
  });

  it('has no mistake in a blank row, and finds those behind it in their own rows', () => {
    const [blank, wrong] = mistakes(BLANK, row('pump', 'E1'));
    assert.deepEqual(blank, { columns: [], words: [] });
    assert.deepEqual(wrong, { columns: ['id'], words: ['error.identifier'] });
  });

  const wrong: [words: string, columns: string[], ...values: string[]][] = [
    ['names.nameMissing', ['name'], '', '0x1'],
    ['names.nameTooLong', ['name'], 'x'.repeat(65), '0x1'],
    ['names.nameTaken', ['name'], 'first', '0x1'],
    ['names.nameAmbiguous', ['name'], '7', '0x1'],
    ['names.nothingNamed', ['id', 'atrId', 'appValue'], 'pump'],
    ['error.identifier', ['id'], 'pump', 'E1'],
    ['names.atrIdInvalid', ['atrId'], 'pump', '', '65536'],
    ['names.appValueInvalid', ['appValue'], 'pump', '', '', 'x'],
  ];
  for (const [words, columns, name = '', ...values] of wrong) {
    it(`says where and how it is mistaken: ${words}`, () => {
      const [, found] = mistakes(row('first', '0x2'), row(name, ...values));
      assert.deepEqual(found, { columns, words: [words] });
    });
  }

  it('does not yet complain of what a row lacks that is still being filled in', () => {
    const rows = [row('pump'), row('', '0x1'), row('7'), row('valve')];
    const found = mistakesInRows(rows, translate, (index) => index === 3);
    assert.deepEqual(
      found.map(({ words }) => words),
      [[], [], ['names.nameAmbiguous'], ['names.nothingNamed']],
    );
  });

  it('says all that is wrong with a row', () => {
    const [found] = mistakes(row('', 'E1', '-1'));
    assert.deepEqual(found, {
      columns: ['name', 'id', 'atrId'],
      words: ['names.nameMissing', 'error.identifier', 'names.atrIdInvalid'],
    });
  });
});

describe('editor: the table of names in a flow', () => {
  const page = new EditorPage(['akm-connection']);
  const { validate, label } = page.definitions.get('akm-connection')?.defaults['names'] ?? {};
  const check = (value: unknown) => validate?.call({}, value, { label });

  it('is taken where nothing is wrong with it, and where there is none', () => {
    for (const good of [undefined, [], [row('pump', '0x1')]]) assert.equal(check(good), true);
  });

  it('is refused with a line for each mistake that names the row', () => {
    assert.deepEqual(mistakesInTable([row('pump', 'E1'), row('pump', '', '1')], translate), [
      'names.inRow 1 error.identifier',
      'names.inRow 2 names.nameTaken',
    ]);
    const verdict = check([row('pump')]);
    assert.ok(Array.isArray(verdict));
    assert.match(verdict.join(), /^\S+:tab\.names: \S+:names\.inRow 1 \S+:names\.nothingNamed$/);
  });

  it('is refused, without repeating it, whatever is in it', () => {
    for (const bad of [IMAGE, {}, [IMAGE], [row(IMAGE, IMAGE, IMAGE, IMAGE)]]) {
      assert.doesNotMatch(String(check(bad)), /true|[<>]/);
    }
  });
});
