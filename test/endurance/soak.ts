import { parseArgs } from 'node:util';
import { Random, seedOf } from './support/random.js';
import { describeReport } from './support/soak-report.js';
import { Soak } from './support/soak.js';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, seed: { type: 'string' } },
});
const chance = new Random(seedOf(values.seed));
console.log(`--minutes ${values.minutes} --seed ${chance.seed}`);

void Soak.run(Number(values.minutes) * 60_000, chance).then(
  (report) => {
    console.log(describeReport(report));
    process.exit(report.failures.length === 0 ? 0 : 1);
  },
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
