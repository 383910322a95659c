import assert from 'node:assert/strict';
import { PARTS } from '../../bench/support/options.js';
import { docBlock } from '../support/doc-blocks.js';

const printed = docBlock('docs/performance.md', 'figures');
const ROW =
  /^(?<name>.+?) {2,}[-\d.,]+ {2}\S+(?: s)? +[-\d.,]+ (?<reference>.+?) {2,}(?<ratio>-?[\d.]+) .*?(?:(?<goal>[<>]= [\d.]+) {2}(?<verdict>.+))?$/;

/** What is printed under the title of a part. */
function partOf(title: string): string {
  const [, rows] = new RegExp(`^${title}\\n([^]*?)\\n(?:\\n|$)`, 'm').exec(printed) ?? [];
  assert.ok(rows !== undefined, title);
  return rows;
}

describe('the figures of performance', () => {
  it('are there of every part of the benchmark, from one run of five rounds', () => {
    assert.match(printed, /^\d+ x .+; medians of 5 run\(s\)/);
    for (const part of PARTS) partOf(part);
  });

  it('meet the goals that they are said to meet', () => {
    const judged = PARTS.flatMap((part) => partOf(part).split('\n')).flatMap((line) => {
      const { name, reference, ratio, goal, verdict } = ROW.exec(line)?.groups ?? {};
      if (goal === undefined) return [];
      const [relation, limit] = goal.split(' ');
      const isMet = relation === '>=' ? Number(ratio) >= Number(limit) : Number(ratio) <= Number(limit);
      assert.equal(verdict, isMet ? 'met' : 'NOT MET', line);
      return [{ isMet, told: `${verdict.padEnd(7)}  ${name}: ${ratio} of ${reference}; goal ${goal}` }];
    });
    for (const { told } of judged) assert.ok(printed.includes(`${told}\n`), told);
    const met = judged.filter(({ isMet }) => isMet).length;
    assert.ok(printed.includes(`${met} of ${judged.length} goals met`));
  });

  it('stand in the guide to more than one machine as in all of them', () =>
    assert.equal(docBlock('docs/scale-out.md', 'figures'), `broker\n${partOf('broker')}\n`));
});
