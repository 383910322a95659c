import assert from 'node:assert/strict';
import {
  asItemValue,
  itemsOfApplications,
  itemsOfList,
  matching,
} from '../../src/editor/picker/pick-items.js';
import { Names } from '../../src/settings/names.js';

const PUMP = '0x000000000000000000000000000000E1';
const OTHER = '0x000000000000000000000000000000E2';

const names = new Names([
  { name: 'pump-7', id: '0xE1', atrId: '1', appValue: '200' },
  { name: 'line-3', id: '', atrId: '2', appValue: '' },
]);
const none = new Names([]);

const translate = (key: string, values: object = {}) =>
  [key.split('.').pop(), ...(Object.values(values) as string[])].join(' ');

describe('editor: what can be picked of a list', () => {
  it('is called by its name first, and picked by it', () => {
    const items = itemsOfList('endpoints', [{ id: PUMP }, { id: OTHER }], names, translate);
    assert.deepEqual(items, [
      { value: 'pump-7', title: 'pump-7', details: [PUMP] },
      { value: OTHER, title: OTHER, details: [] },
    ]);
  });

  it('is told with its category', () => {
    const items = itemsOfList('atrs', [{ id: PUMP, categoryName: 'Operational' }], none, translate);
    assert.deepEqual(items, [{ value: PUMP, title: PUMP, details: ['Operational'] }]);
  });

  it('is an ATR ID where that is wanted, by the name of the ATR and not that of an application in it', () => {
    const entries = [
      { atrId: 1, id: PUMP },
      { atrId: 2, id: OTHER, categoryName: 'Operational' },
    ];
    assert.deepEqual(itemsOfList('app-atrs', entries, names, translate), [
      { value: '1', title: 'atr 1', details: [PUMP] },
      { value: 'line-3', title: 'line-3', details: ['atr 2', 'Operational', OTHER] },
    ]);
  });

  it('leaves out an entry that lacks what is wanted, as with an own layout', () => {
    assert.deepEqual(itemsOfList('app-atrs', [{ id: PUMP }], names, translate), []);
    assert.deepEqual(itemsOfList('endpoints', [{ atrId: 1 }], names, translate), []);
  });

  it('is found again by the value of a field, however that is written', () => {
    assert.equal(asItemValue('E1'.padStart(32, '0'), 'identifier', names), 'pump-7');
    assert.equal(asItemValue('0xe2', 'identifier', names), OTHER);
    assert.equal(asItemValue('0x2', 'atrId', names), 'line-3');
    assert.equal(asItemValue(' 0x10 ', 'atrId', names), '16');
    assert.equal(asItemValue('0xC8', 'appValue', names), '200');
    for (const kind of ['identifier', 'atrId', 'appValue'] as const)
      assert.equal(asItemValue('pump-7 ', kind, names), 'pump-7');
  });
});

describe('editor: what applications can be picked', () => {
  const named = new Names([
    { name: 'pump-7', id: '', atrId: '1', appValue: '200' },
    { name: 'hall', id: '', atrId: '', appValue: '9' },
    { name: 'later', id: '', atrId: '4', appValue: '${APP}' },
  ]);
  const registered = [
    { atrId: 1, appValue: 200, by: ['by a'], isOwn: false },
    { atrId: 1, appValue: 100, by: ['by b'], isOwn: false },
    { atrId: 1, appValue: 100, by: ['by c'], isOwn: false },
    { atrId: 2, appValue: 7, by: ['by d'], isOwn: true },
    { atrId: 2, appValue: 9, by: ['by e'], isOwn: false },
  ];
  const itemsIn = (atrId: number | undefined) => itemsOfApplications(named, registered, atrId, translate);
  const valuesIn = (atrId: number | undefined) => itemsIn(atrId).map(({ value }) => value);

  it('are those of the ATR, each once, and those with a name first', () => {
    assert.deepEqual(valuesIn(1), ['pump-7', 'hall', '100']);
    assert.deepEqual(valuesIn(2), ['hall', '7']);
    assert.deepEqual(valuesIn(3), ['hall']);
  });

  it('are all where the ATR comes with the message', () =>
    assert.deepEqual(valuesIn(undefined), ['pump-7', 'hall', 'later', '100', '7']));

  it('are told with the ATR and who registers them', () => {
    assert.deepEqual(itemsIn(2), [
      { value: 'hall', title: 'hall', details: ['app 9', 'by e'] },
      { value: '7', title: 'app 7', details: ['atr 2', 'by d'] },
    ]);
    assert.deepEqual(itemsIn(4).at(-1), { value: 'later', title: 'later', details: ['app …', 'atr 4'] });
  });
});

describe('editor: what applications can be picked besides the own', () => {
  it('come before it, whether it has a name or not', () => {
    const registered = [
      { atrId: 1, appValue: 200, by: ['own'], isOwn: true },
      { atrId: 1, appValue: 100, by: ['other'], isOwn: false },
      { atrId: 1, appValue: 101, by: ['other'], isOwn: false },
      { atrId: 1, appValue: 101, by: ['own'], isOwn: true },
      { atrId: 1, appValue: 102, by: ['other'], isOwn: false },
    ];
    const items = itemsOfApplications(names, registered, 1, translate);
    assert.deepEqual(
      items.map(({ value, details }) => [value, details.at(-1)]),
      [
        ['100', 'other'],
        ['102', 'other'],
        ['pump-7', 'own'],
        ['101', 'own'],
      ],
    );
  });
});

describe('editor: the search in a list to pick from', () => {
  const items = [
    { value: 'pump-7', title: 'pump-7', details: [PUMP] },
    { value: OTHER, title: OTHER, details: ['Operational'] },
  ];
  const found = (search: string) => matching(items, search).map(({ value }) => value);

  it('finds what has every word somewhere, in whatever case', () => {
    assert.deepEqual(found(''), ['pump-7', OTHER]);
    assert.deepEqual(found('PUMP'), ['pump-7']);
    assert.deepEqual(found('e2 oper'), [OTHER]);
    assert.deepEqual(found('pump oper'), []);
  });
});
