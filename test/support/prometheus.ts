import assert from 'node:assert/strict';

/** One metric of the text exposition format. */
export interface Metric {
  type: string;
  samples: { labels: Record<string, string>; value: number }[];
}

/** Reads the Prometheus text exposition format, and fails on whatever is not strictly in it, or comes without HELP and TYPE first. */
export function parsePrometheus(text: string): Map<string, Metric> {
  assert.ok(text.endsWith('\n'), 'the last line ends');
  const metrics = new Map<string, Metric>();
  let [helped, current] = ['', ''];
  for (const line of text.slice(0, -1).split('\n')) {
    const [, help] = /^# HELP ([a-z_]+) [^\\]+$/.exec(line) ?? [];
    const [, typed, type] = /^# TYPE ([a-z_]+) (counter|gauge)$/.exec(line) ?? [];
    if (help !== undefined) {
      helped = help;
    } else if (typed !== undefined && type !== undefined) {
      assert.equal(typed, helped);
      assert.ok(!metrics.has(typed), `${typed} comes in one group`);
      assert.equal(typed.endsWith('_total'), type === 'counter');
      current = typed;
      metrics.set(typed, { type, samples: [] });
    } else {
      const [, name = '', labels = '', value = ''] =
        /^([a-z_]+)\{((?:[a-z]+="(?:[^"\\]|\\[\\"n])*",?)+)\} (-?\d+(?:\.\d+)?)$/.exec(line) ?? [];
      assert.ok(name !== '' && name === current, `a sample of ${current}: ${line}`);
      metrics.get(name)?.samples.push({ labels: labelsIn(labels), value: Number(value) });
    }
  }
  return metrics;
}

function labelsIn(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([a-z]+)="((?:[^"\\]|\\.)*)"/g)];
  return Object.fromEntries(
    pairs.map(([, name = '', value = '']) => [
      name,
      value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
    ]),
  );
}
