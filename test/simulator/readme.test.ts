import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import * as library from '../../src/index.js';
import { readArguments, USAGE } from '../../src/simulator/cli-arguments.js';
import { inTime } from '../support/deadline.js';
import { docBlock } from '../support/doc-blocks.js';
import { codeIn, docTable } from '../support/doc-tables.js';

const PAGE = 'src/simulator/README.md';
const { CONFIRMATIONS, FAULTS, REGISTER_STATUS, SIMULATOR_DEFAULTS } = library;

const numbersOf = (meanings: Readonly<Record<string, number>>): number[] =>
  Object.values(meanings).sort((a, b) => a - b);

describe(PAGE, () => {
  for (const [column, meanings] of [
    ['confirmation', CONFIRMATIONS],
    ['status', REGISTER_STATUS],
  ] as const) {
    it(`has every ${column} that the simulator answers with`, () =>
      assert.deepEqual(
        docTable(PAGE, column).map(([number]) => Number(number)),
        numbersOf(meanings),
      ));
  }

  it('has the faults, and what they do', () =>
    assert.deepEqual(
      docTable(PAGE, 'fault').map(([name, effect]) => [codeIn(name)[0], effect]),
      Object.entries(FAULTS),
    ));

  it('has the options of the command, with their defaults', () => {
    const { host, ammPort, appPort, endpoints, atrs } = SIMULATOR_DEFAULTS;
    const defaults: Readonly<Record<string, string | number>> = {
      '--host': host,
      '--amm-port': ammPort,
      '--app-port': appPort,
      '--endpoints': endpoints,
      '--atrs': atrs,
      '--fault': 'none',
    };
    const rows = docTable(PAGE, 'option').map(([code, , byDefault]) => [
      codeIn(code)[0]?.split(' ')[0] ?? '',
      byDefault,
    ]);
    const inUsage = [...USAGE.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, option]) => option);
    assert.deepEqual(
      rows.map(([option]) => option),
      inUsage,
    );
    for (const [option = '', byDefault] of rows)
      assert.equal(byDefault, String(defaults[option] ?? ''), option);
    for (const option of inUsage) {
      const value =
        option === '--fault' ? ['silent'] : option !== undefined && option in defaults ? ['1'] : [];
      readArguments([option ?? '', ...value]); // it is known
    }
  });

  it('has the events and exit codes that --help has', () => {
    const events = docTable(PAGE, 'event').map(([event]) => codeIn(event)[0]);
    assert.deepEqual(
      [...USAGE.matchAll(/^ {2}(\w+) {2,}\S/gm)].map(([, event]) => event),
      events,
    );
    const codes = docTable(PAGE, 'exit code').map(([code]) => code);
    const inUsage = /Exit code: ([^]*)\n$/.exec(USAGE)?.[1]?.match(/\b\d\b/g);
    assert.deepEqual(codes, inUsage);
  });

  it('has a test that runs', async () => {
    const require = (wanted: string): unknown => (wanted === '@akmflow/node-red-akm' ? library : assert);
    const code = `(require) => { ${docBlock(PAGE, 'test')}; return testMyApplication(); }`;
    const test = runInThisContext(code) as (load: typeof require) => Promise<void>;
    await inTime(test(require), () => 'the test to end');
  });
});

describe('help of akm-simulator', () => {
  for (const language of ['en-US', 'de', 'fr', 'ja', 'zh-CN']) {
    it(`has every number with which the simulator refuses: ${language}`, () => {
      const help = readFileSync(`nodes/locales/${language}/akm-simulator.html`, 'utf8');
      const lists = [...help.matchAll(/<li>.*?<b>[^]*?<\/li>/g)].map(([item]) =>
        [...item.matchAll(/(\d+) =\s/g)].map(([, number]) => Number(number)),
      );
      const refusals = (meanings: Readonly<Record<string, number>>): number[] => numbersOf(meanings).slice(1);
      assert.deepEqual(lists, [refusals(CONFIRMATIONS), refusals(REGISTER_STATUS)]);
      for (const fault of Object.keys(FAULTS)) assert.ok(help.includes(`<i>${fault}</i>`), fault);
    });
  }
});
