import assert from 'node:assert/strict';
import { AkmError } from '../../src/errors.js';
import { readApplication, readAtrId, resolveTarget, targetRefused } from '../../src/settings/aliases.js';
import { Names } from '../../src/settings/names.js';
import { thrown } from '../support/promises.js';

const ID = '0x00C0FFEE000000000000000000000ABC';
const WHAT = 'The App Value';

const names = new Names([
  { name: 'pump-7', id: ID, atrId: '1', appValue: '200' },
  { name: 'line 2', id: '', atrId: '2', appValue: '' },
  { name: 'hmi', id: '', atrId: '', appValue: '300' },
]);
const none = new Names([]);

function refusal(action: () => unknown): string {
  return thrown(action, 'AKM_INVALID_INPUT').message;
}

describe('an ATR ID', () => {
  it('may be a number in any form, or a name', () => {
    for (const value of [2, '2', ' 0x2 ', 2n, 'line 2', ' line 2 ']) assert.equal(readAtrId(names, value), 2);
    assert.equal(readAtrId(names, 'pump-7'), 1);
  });

  it('may be no other name: the error tells those that would do', () => {
    const needed = 'a whole number from 0 to 65535 is needed, decimal or 0x hexadecimal';
    const usable = ', or a name that stands for one: "pump-7", "line 2"';
    assert.equal(
      refusal(() => readAtrId(names, 'line 3')),
      `The ATR ID is "line 3"; ${needed}${usable}`,
    );
    assert.equal(
      refusal(() => readAtrId(names, 'hmi')),
      `The ATR ID is "hmi"; ${needed}${usable}. The name "hmi" has no ATR ID`,
    );
    assert.equal(
      refusal(() => readAtrId(none, 'hmi')),
      `The ATR ID is "hmi"; ${needed}`,
    );
    assert.equal(
      refusal(() => readAtrId(names, 65536)),
      `The ATR ID is 65536; ${needed}`,
    );
  });

  it('tells no endless list of names', () => {
    const many = new Names(Array.from({ length: 15 }, (_, n) => ({ name: `line ${n}`, atrId: n })));
    assert.match(
      refusal(() => readAtrId(many, 'x')),
      /"line 0", .*"line 9" and 5 more$/,
    );
  });
});

describe('an application', () => {
  it('may be given by numbers or by its name', () => {
    for (const value of [200, '0xC8', 'pump-7'])
      assert.deepEqual(readApplication(names, 1, value, WHAT), { atrId: 1, appValue: 200 });
    assert.deepEqual(readApplication(names, 9, 'hmi', WHAT), { atrId: 9, appValue: 300 });
  });

  it('by the name of one in another ATR is refused: it would be another machine', () => {
    assert.equal(
      refusal(() => readApplication(names, 2, 'pump-7', WHAT)),
      'The App Value is "pump-7", an application in ATR 1, but the ATR ID is 2',
    );
    assert.deepEqual(readApplication(names, 2, 200, WHAT), { atrId: 2, appValue: 200 });
  });

  it('by its name alone is that in its ATR', () => {
    assert.deepEqual(readApplication(names, undefined, 'pump-7', WHAT), { atrId: 1, appValue: 200 });
    assert.deepEqual(readApplication(names, undefined, 'hmi', WHAT), { atrId: undefined, appValue: 300 });
    assert.deepEqual(readApplication(names, undefined, 200, WHAT), { atrId: undefined, appValue: 200 });
  });

  it('by a name without an App Value is refused', () =>
    assert.match(
      refusal(() => readApplication(names, 2, 'line 2', WHAT)),
      /^The App Value is "line 2"; .*, or a name that stands for one: "pump-7", "hmi"\. The name "line 2" has no App Value$/,
    ));
});

describe('a target', () => {
  const other = { lower64: '0x1', upper64: '0x2' };
  const resolved: [string, unknown, unknown][] = [
    ['a name', 'pump-7', ID],
    ['an object with a name for its id', { id: 'pump-7', role: 1 }, { id: ID, role: 1 }],
    ['an array', ['pump-7', other, { id: ' pump-7 ' }], [ID, other, { id: ID }]],
    ['the endpoints of an object', { endpoints: ['pump-7', '0x1'] }, { endpoints: [ID, '0x1'] }],
    ['an identifier', ID, ID],
    ['a bigint', 7n, 7n],
    ['an unknown name', 'pump-8', 'pump-8'],
    ['a name without an identifier', 'hmi', 'hmi'],
    ['nothing', undefined, undefined],
    ['null', null, null],
  ];
  for (const [what, target, expected] of resolved) {
    it(`is resolved where it is ${what}`, () => assert.deepEqual(resolveTarget(names, target), expected));
  }

  it('keeps its other texts: they are fields of an own layout', () => {
    const target = { id: 'pump-7', name: 'pump-7' };
    assert.deepEqual(resolveTarget(names, target), { id: ID, name: 'pump-7' });
    assert.deepEqual(target, { id: 'pump-7', name: 'pump-7' }, 'the object given stays as it was');
  });

  it('is resolved at once where it contains itself', () => {
    const endless: unknown[] = [];
    endless.push(endless, 'pump-7');
    assert.equal((resolveTarget(names, endless) as unknown[])[1], ID);
  });

  it('is handed on as it is where no message could hold it, and refused without a look at it', () => {
    const sparse: unknown[] = Object.assign(['pump-8'], { length: 2 ** 32 - 1 });
    for (const target of [sparse, { endpoints: sparse }]) {
      assert.equal(resolveTarget(names, target), target);
      const refuse = targetRefused(names, target);
      assert.equal(
        refusal(() => refuse(new AkmError('AKM_INVALID_INPUT', 'No'))),
        'No',
      );
    }
  });

  const refused: [string, unknown, string][] = [
    ['is no name', 'pump-8', ', or a name that stands for one: "pump-7"'],
    [
      'has no identifier',
      'hmi',
      ', or a name that stands for one: "pump-7". The name "hmi" has no identifier',
    ],
    ['is the id of an object', { id: 'pump-8' }, ', or a name that stands for one: "pump-7"'],
    ['is in an array', [ID, 'pump-8'], ', or a name that stands for one: "pump-7"'],
    ['is among endpoints', { endpoints: ['pump-8'] }, ', or a name that stands for one: "pump-7"'],
    ['is an identifier', ID, ''],
    ['is no text', 7, ''],
  ];
  for (const [what, target, hint] of refused) {
    it(`is refused with the names that would do where it ${what}`, () => {
      const refuse = targetRefused(names, target);
      assert.equal(
        refusal(() => refuse(new AkmError('AKM_INVALID_INPUT', 'No'))),
        `No${hint}`,
      );
    });
  }

  it('leaves other failures as they are', () => {
    for (const error of [new AkmError('AKM_TIMEOUT', 'late'), new Error('odd')])
      assert.throws(
        () => targetRefused(names, 'pump-8')(error),
        (caught) => caught === error,
      );
  });
});
