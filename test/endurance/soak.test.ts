import assert from 'node:assert/strict';
import { Random, seedOf } from './support/random.js';
import { describeReport } from './support/soak-report.js';
import { Soak } from './support/soak.js';

/** How long the soak test takes here, in milliseconds; `npm run soak -- --minutes 30` for the long one. */
const DURATION = 20_000;

describe('a soak test', () => {
  it('loses nothing without an error, comes back by itself, and does not grow', async function () {
    this.timeout(5 * DURATION);
    const report = await Soak.run(DURATION, new Random(seedOf(process.env['SEED'])));
    console.log(describeReport(report).replace(/^/gm, '      '));
    assert.deepEqual(report.failures, []);
  });
});
