import assert from 'node:assert/strict';
import { LARGEST_SEED, tryOut } from '../fuzz/property.js';
import { INVARIANTS, type Invariant } from './invariants.js';
import { IDENTIFICATION, MODEL, type ModelProperty } from './properties.js';

/** Episodes run all at the same time, and a failing one is made shorter before it is reported. Milliseconds. */
const TIMEOUT = 120_000;

type Report = Promise<string | undefined>;

function begin(properties: readonly ModelProperty[]): Map<ModelProperty['client'], Report> {
  const seed = Math.floor(Math.random() * LARGEST_SEED);
  return new Map(properties.map((each) => [each.client, tryOut(each, seed, each.runs)]));
}

/** Those of registrations and sends hold for an AMM's client too: it has none. */
const OF_APP: readonly Invariant[] = [
  'ends',
  'registers',
  'frees',
  'delivers',
  'keeps',
  'matches',
  'answers',
  'survives',
  'cleans',
];
const OF_BOTH: readonly Invariant[] = ['ends', 'matches', 'answers', 'survives', 'cleans'];

describe('in random episodes', function () {
  this.timeout(TIMEOUT);
  let reports: Map<ModelProperty['client'], Report>;
  let identifications: typeof reports;
  before(() => {
    reports = begin(MODEL);
    identifications = begin(IDENTIFICATION);
  });

  for (const [client, invariants] of [
    ['AppClient', OF_APP],
    ['AmmClient', OF_BOTH],
  ] as const) {
    describe(`an ${client}`, () => {
      for (const invariant of invariants) {
        it(INVARIANTS[invariant], async () => {
          const report = await reports.get(client);
          assert.ok(!report?.includes(INVARIANTS[invariant]), report);
        });
      }

      it('does nothing else that is unexpected', async () => {
        const report = await reports.get(client);
        const isKnown = invariants.some((invariant) => report?.includes(INVARIANTS[invariant]));
        assert.ok(report === undefined || isKnown, report);
      });

      it(INVARIANTS.identifies, async () => assert.equal(await identifications.get(client), undefined));
    });
  }
});
