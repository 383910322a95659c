/**
 * `npm run bench`: how fast this package is, each figure beside its reference in the same run.
 *
 * Prints a table and which goals were met, and with `--json FILE` writes the figures to a file. What is measured against what, and why that
 * is fair, stands at the top of each file in `parts/`.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { measureBroker } from './parts/broker.js';
import { measureCodec } from './parts/codec.js';
import { measureFlow } from './parts/flow.js';
import { measureGrowth } from './parts/growth.js';
import { measureHostile } from './parts/hostile.js';
import { measureLatency } from './parts/latency.js';
import { measureMemory } from './parts/memory.js';
import { measureNet } from './parts/net.js';
import { compile } from './support/build.js';
import type { Measure } from './support/context.js';
import type { Figure } from './support/figure.js';
import { readOptions, USAGE, type Options, type Part } from './support/options.js';
import { showProgress } from './support/progress.js';
import { goalsOf, tableOf } from './support/report.js';

const MEASURES: Readonly<Record<Part, Measure>> = {
  codec: measureCodec,
  net: measureNet,
  flow: measureFlow,
  latency: measureLatency,
  memory: measureMemory,
  growth: measureGrowth,
  hostile: measureHostile,
  broker: measureBroker,
};

async function main(options: Options): Promise<void> {
  const machine = `${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}, Node.js ${process.versions.node}`;
  console.log(
    `${machine}; medians of ${options.runs} run(s), seconds by the ${options.window.clock} clock${options.quick ? '; quick: the figures mean little' : ''}`,
  );
  const build = await compile();
  const figures: Figure[] = [];
  for (const part of options.parts) {
    const measured = await MEASURES[part]({ options, build, progress: showProgress });
    figures.push(...measured);
    showProgress('');
    console.log(`\n${part}\n${tableOf(measured)}`);
  }
  console.log(`\n${goalsOf(figures)}`);
  if (options.json !== undefined) {
    const { runs, quick, window } = options;
    writeFileSync(
      options.json,
      `${JSON.stringify({ machine, runs, quick, clock: window.clock, figures }, null, 2)}\n`,
    );
  }
}

// listened to, so that what ends with this process is ended with it
process.once('SIGINT', () => {
  process.exit(130);
});

const options = readOptions(process.argv.slice(2));
if (options === 'help') {
  console.log(USAGE);
} else {
  main(options).then(
    () => process.exit(),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}
