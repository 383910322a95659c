import fc from 'fast-check';
import assert from 'node:assert/strict';
import { differences, MAX_REMEMBERED, remember, type Listed } from '../../nodes/shared/watch/list-diff.js';

/** Lists of few identifiers, so that two of them have some in common and one has some twice. */
const lists = fc.array(
  fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), category: fc.nat({ max: 3 }) }),
  { maxLength: 10 },
);

const byId = (entries: readonly Listed[]) => new Map(entries.map((entry) => [entry.id, entry]));

/** What is there once the differences have come to pass. */
function applied(known: readonly Listed[], { added, removed, changed }: ReturnType<typeof differences>) {
  const result = byId(known);
  for (const { id } of removed) assert.ok(result.delete(id), `${id} was there`);
  for (const entry of added) {
    assert.ok(!result.has(entry.id), `${entry.id} was not there`);
    result.set(entry.id, entry);
  }
  for (const { before, after } of changed) {
    assert.equal(result.get(before.id), before);
    assert.equal(after.id, before.id);
    result.set(after.id, after);
  }
  return [...result.values()].map(({ id, category }) => `${id}${category ?? ''}`).sort();
}

const sorted = (entries: readonly Listed[]) =>
  entries.map(({ id, category }) => `${id}${category ?? ''}`).sort();

describe('the differences of two lists', () => {
  it('lead from what was known to what is known next', () =>
    fc.assert(
      fc.property(lists, lists, fc.boolean(), (first, second, truncated) => {
        const known = remember([], first, false);
        const next = remember(known, second, truncated);
        assert.deepEqual(applied(known, differences(known, second, truncated)), sorted(next));
      }),
    ));

  it('are none where nothing but the order and the repetitions are other ones', () => {
    const known = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
    const listed = [{ id: 'c' }, { id: 'a' }, { id: 'c' }, { id: 'b' }];
    assert.deepEqual(differences(known, listed, false), { added: [], removed: [], changed: [] });
  });

  it('take the first entry of an identifier that is listed twice', () => {
    const known = [{ id: 'a', category: 2 }];
    const listed = [...known, { id: 'a', category: 3 }];
    assert.deepEqual(differences(known, listed, false).changed, []);
    assert.deepEqual(remember(known, listed, false), known);
  });

  it('come in the order of the list that each entry was in', () => {
    const known = ['d', 'c', 'a', 'b'].map((id) => ({ id, category: 2 }));
    const listed = ['z', 'b', 'y', 'a'].map((id) => ({ id, category: 3 }));
    const { added, removed, changed } = differences(known, listed, false);
    assert.deepEqual(
      [added, removed].map((entries) => entries.map(({ id }) => id)),
      [
        ['z', 'y'],
        ['d', 'c'],
      ],
    );
    assert.deepEqual(
      changed.map(({ before, after }) => [before.id, before.category, after.category]),
      [
        ['b', 2, 3],
        ['a', 2, 3],
      ],
    );
  });

  it('remove nothing that a truncated list does not hold, and tell of it once the list fits again', () => {
    const known = remember([], [{ id: 'a' }, { id: 'b' }, { id: 'c' }], false);
    const cut = [{ id: 'x' }, { id: 'a' }];
    assert.deepEqual(differences(known, cut, true), { added: [{ id: 'x' }], removed: [], changed: [] });
    const next = remember(known, cut, true);
    assert.deepEqual(differences(next, [{ id: 'b' }, { id: 'a' }, { id: 'x' }], false).removed, [
      { id: 'c' },
    ]);
  });

  it('do not fill the memory where a truncated list holds ever new entries', () => {
    let known: Listed[] = [];
    for (let n = 0; n < 2 * MAX_REMEMBERED; n += 1) known = remember(known, [{ id: String(n) }], true);
    assert.equal(known.length, 1 + MAX_REMEMBERED);
    assert.equal(known[1]?.id, String(2 * MAX_REMEMBERED - 2), 'the one that was listed last');
  });
});
