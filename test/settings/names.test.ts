import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkNames } from '../../src/settings/check-names.js';
import { Names, problemsOfNames } from '../../src/settings/names.js';

const ID = '0x00C0FFEE000000000000000000000ABC';

/** A row of the table, empty but for what is given. */
function row(given: Record<string, unknown> = {}): Record<string, unknown> {
  return { name: 'pump-7', id: '', atrId: '', appValue: '', ...given };
}

/** The codes of what is wrong with a table, each behind the number of its row. */
function problems(table: unknown, acceptEnvironment = false): string[] {
  return problemsOfNames(table, acceptEnvironment).map(({ row: at, code }) => `${at ?? ''} ${code}`);
}

describe('a table of names', () => {
  const good: [string, Record<string, unknown>][] = [
    ['an identifier', { id: ID }],
    ['an identifier in any accepted form', { id: ' 00c0ffee000000000000000000000abc ' }],
    ['a short identifier behind 0x', { id: '0xe1' }],
    ['an ATR ID', { atrId: '65535' }],
    ['an App Value', { appValue: '0xC8' }],
    ['numbers that are numbers', { atrId: 0, appValue: 65535 }],
    ['all of them', { id: ID, atrId: '1', appValue: '200' }],
    ['a name of 64 characters', { name: 'x'.repeat(64), id: ID }],
    ['a name with other scripts in it', { name: 'ポンプ 7 (süd)', id: ID }],
    ['a name of hexadecimal digits that are no identifier', { name: 'beef', id: ID }],
    ['a name with a sign', { name: '-1', id: ID }],
  ];
  for (const [what, given] of good) {
    it(`may give ${what}`, () => assert.deepEqual(problems([row(given)]), []));
  }

  const bad: [string, Record<string, unknown>, string][] = [
    ['no name', { name: ' ', id: ID }, 'nameMissing'],
    ['a name that is no text', { name: { a: 1 }, id: ID }, 'nameMissing'],
    ['a name that ${ENV} made a number', { name: 7, id: ID }, 'nameAmbiguous'],
    ['a name of 65 characters', { name: 'x'.repeat(65), id: ID }, 'nameTooLong'],
    ['a name that is a number', { name: '7', id: ID }, 'nameAmbiguous'],
    ['a name that is a hexadecimal number', { name: ' 0xbeef', id: ID }, 'nameAmbiguous'],
    ['a name that is an identifier', { name: 'beef'.repeat(8), id: ID }, 'nameAmbiguous'],
    ['a name that is an environment variable', { name: '${PUMP}', id: ID }, 'nameAmbiguous'],
    ['nothing', {}, 'nothingNamed'],
    ['an identifier that is cut short', { id: 'C0FFEE' }, 'idInvalid'],
    ['an identifier that is a number', { id: 7 }, 'idInvalid'],
    ['an ATR ID that is too large', { atrId: '65536' }, 'atrIdInvalid'],
    ['a negative ATR ID', { atrId: -1 }, 'atrIdInvalid'],
    ['an App Value that is a name', { appValue: 'pump' }, 'appValueInvalid'],
    ['an App Value that is an object', { appValue: {} }, 'appValueInvalid'],
  ];
  for (const [what, given, code] of bad) {
    it(`may not give ${what}`, () =>
      assert.deepEqual(problems([row({ name: 'other', id: ID }), row(given)]), [`1 ${code}`]));
  }

  it('is an array of objects in which each name stands once', () => {
    assert.deepEqual(problems([]), []);
    for (const table of [undefined, null, {}, 'pump-7']) assert.deepEqual(problems(table), [' noTable']);
    assert.deepEqual(problems([null, 'pump-7', row({ id: ID })]), ['0 noRow', '1 noRow']);
    const same = [row({ id: ID }), row({ atrId: '1', name: ' pump-7 ' }), row({ name: 'Pump-7', id: ID })];
    assert.deepEqual(problems(same), ['1 nameTaken']);
  });

  it('tells all that is wrong with a row', () => {
    const table = [row({ name: '', id: 'x', atrId: 'x', appValue: 'x' })];
    assert.deepEqual(problems(table), [
      '0 nameMissing',
      '0 idInvalid',
      '0 atrIdInvalid',
      '0 appValueInvalid',
    ]);
  });

  it('may give environment variables where nobody knows yet what they stand for', () => {
    const table = [row({ id: '${ID}', atrId: '${ATR}', appValue: '${APP}' })];
    assert.deepEqual(problems(table, true), []);
    assert.deepEqual(problems(table), ['0 idInvalid', '0 atrIdInvalid', '0 appValueInvalid']);
  });

  const told: [unknown, RegExp][] = [
    ['x', /^The names are "x"; an array of rows is needed$/],
    [[7], /^Row 1 of the names is 7; an object with name, id, atrId and appValue is needed$/],
    [[row({ name: '' })], /^Row 1 of the names has no name$/],
    [
      [row({ id: ID }), row({ id: ID })],
      /^Row 2 of the names: the name is "pump-7", which a row above has already$/,
    ],
    [
      [row({ name: 'x'.repeat(65), id: ID })],
      /^Row 1 of the names: .*\(65 characters\); at most 64 characters/,
    ],
    [
      [row({ name: '7', id: ID })],
      /the name is "7"; a name must not look like a number, an identifier or \$\{ENV\}/,
    ],
    [[row()], /^Row 1 of the names gives "pump-7" no identifier, no ATR ID and no App Value/],
    [[row({ name: 7, id: ID })], /^Row 1 of the names: the name is 7; a name must not look like a number/],
    [[row({ id: 'x' })], /^Row 1 of the names: the identifier is "x"; 32 hexadecimal digits are needed/],
    [[row({ atrId: '${ATR}' })], /the ATR ID is "\$\{ATR\}"; a whole number from 0 to 65535 is needed/],
    [[row({ appValue: 65536 })], /the App Value is 65536; a whole number from 0 to 65535 is needed/],
  ];
  for (const [table, message] of told) {
    it(`is refused in words: ${message.source}`, () => {
      const { mistake } = checkNames(table);
      assert.equal(mistake?.code, 'AKM_INVALID_INPUT');
      assert.match(mistake.message, message);
    });
  }
});

describe('names', () => {
  const names = new Names([
    { name: 'machine', id: '0xabc', atrId: '1', appValue: '200' },
    { name: ' line 1 ', id: '', atrId: '0x1', appValue: '' },
    { name: 'everywhere', id: '', atrId: '', appValue: '200' },
    { name: 'endpoint', id: ID, atrId: '', appValue: '' },
    { name: 'again', id: ID, atrId: '1', appValue: '200' },
  ]);

  it('stand for what their rows give', () => {
    assert.deepEqual(names.get('machine'), {
      name: 'machine',
      id: `0x${'ABC'.padStart(32, '0')}`,
      atrId: 1,
      appValue: 200,
    });
    assert.deepEqual(names.get('line 1'), { name: 'line 1', atrId: 1 });
    assert.deepEqual(names.get(' everywhere '), { name: 'everywhere', appValue: 200 });
    for (const unknown of ['Machine', '', '200', 'constructor']) assert.equal(names.get(unknown), undefined);
  });

  it('are found by what they stand for', () => {
    assert.deepEqual(names.namesWith('id'), ['machine', 'endpoint', 'again']);
    assert.deepEqual(names.namesWith('atrId'), ['machine', 'line 1', 'again']);
    assert.deepEqual(names.namesWith('appValue'), ['machine', 'everywhere', 'again']);
  });

  it('of an identifier are those of the first row that has it', () => {
    assert.equal(names.ofIdentifier(ID), 'endpoint');
    assert.equal(names.ofIdentifier(`0x${'0'.repeat(32)}`), undefined);
  });

  it('of an application are those of the App Value in its ATR, else of the App Value in any', () => {
    assert.equal(names.ofApplication(1, 200), 'machine');
    assert.equal(names.ofApplication(2, 200), 'everywhere');
    assert.equal(names.ofApplication(1, 201), undefined);
  });

  it('of an ATR ID are not those of an application in it', () => {
    assert.equal(names.ofAtr(1), 'line 1');
    assert.equal(new Names([row({ atrId: '1', appValue: '2' })]).ofAtr(1), undefined);
  });

  it('are usable as far as they are right', () => {
    const some = new Names([
      null,
      row({ name: '7', id: ID }),
      row({ name: 'half', id: 'x', atrId: '2' }),
      row({ name: 'half', id: ID }),
    ]);
    assert.deepEqual(some.get('half'), { name: 'half', atrId: 2 });
    assert.equal(some.ofIdentifier(ID), undefined);
    assert.deepEqual(new Names(undefined).namesWith('id'), []);
  });

  it('with environment variables can be chosen, but stand for nothing yet', () => {
    const some = new Names([row({ atrId: '${ATR}', appValue: '200' })]);
    assert.deepEqual(some.namesWith('atrId'), ['pump-7']);
    assert.equal(some.get('pump-7')?.atrId, undefined);
    assert.equal(some.ofApplication(1, 200), undefined, 'it is in some ATR, not in any');
  });

  it('lead there and back, whatever the table', () => {
    const u16 = fc.option(fc.nat(0xffff).map(String), { nil: '' });
    const table = fc.uniqueArray(
      fc.record({ name: fc.stringMatching(/^[g-z]{1,8}$/), id: fc.constant(''), atrId: u16, appValue: u16 }),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(table, (rows) => {
        const all = new Names(rows);
        for (const { name, atrId, appValue } of rows.filter((each) => each.appValue !== '')) {
          const found = all.ofApplication(Number(atrId || '1'), Number(appValue));
          const entry = all.get(found ?? '');
          assert.equal(entry?.appValue, Number(appValue), name);
          if (atrId !== '') assert.equal(entry.atrId, Number(atrId), name);
        }
      }),
    );
  });
});
