import assert from 'node:assert/strict';
import { compileFunction } from 'node:vm';
import { parseExample, readExample } from '../support/example-files.js';

interface Given {
  topic: string;
  payload: Buffer;
}

/** A function node of the gateways' example, with a context of its own. */
function functionNode(name: string): (msg: object) => unknown {
  const node = parseExample(readExample('Gateways/1 - Gateway.json')).find((each) => each.name === name);
  const run = compileFunction(String(node?.['func']), ['msg', 'context', 'node', 'env']) as (
    ...given: unknown[]
  ) => unknown;
  const values = new Map<string, unknown>();
  const context = {
    get: (key: string) => values.get(key),
    set: (key: string, value: unknown) => values.set(key, value),
  };
  const env = { get: (key: string) => `the setting ${key}` };
  return (msg) => run(msg, context, { status: () => undefined }, env);
}

describe('gateways that get an answer', () => {
  const run = functionNode('whose answer?');

  it('publish it for the job with its id', () => assert.deepEqual(run({ payload: { id: 'a-1', done: true } }), {
      id: 'a-1',
      topic: 'results/a-1',
      payload: { id: 'a-1', done: true, gateway: 'the setting GATEWAY' },
    }));

  it('take nothing else for one', () => {
    for (const payload of [undefined, null, 7, 'a', {}, { id: 7 }, { id: '' }, { id: 'a/b' }, { id: '#' }])
      assert.throws(() => run({ payload }), /no answer to a job/, JSON.stringify(payload));
  });
});

describe('gateways that look for jobs that are left', () => {
  const topics = (count: number) => Array.from({ length: count }, (_, n) => `jobs/${n}`);

  /** One look at these jobs, of which some are cleared while it lasts: what is given out again. */
  const look = (run: ReturnType<typeof functionNode>, jobs: readonly string[], cleared: readonly string[] = []) => {
    for (const topic of jobs) assert.equal(run({ topic, payload: Buffer.from(topic) }), null);
    for (const topic of cleared) run({ topic, payload: Buffer.alloc(0) });
    const [again] = run({ action: 'unsubscribe', topic: 'jobs/+' }) as [Given[]];
    return again.map(({ topic, payload }) => {
      assert.equal(payload.toString(), topic.replace('work/', 'jobs/'), 'it is the job as it stands');
      return topic;
    });
  };

  it('give out what they see twice, but for what is cleared meanwhile', () => {
    const run = functionNode('still there?');
    assert.deepEqual(look(run, ['jobs/a', 'jobs/b', 'jobs/c']), []);
    assert.deepEqual(look(run, ['jobs/b', 'jobs/c', 'jobs/d'], ['jobs/c']), ['work/b']);
    assert.deepEqual(look(run, ['jobs/b', 'jobs/c', 'jobs/d']).sort(), ['work/b', 'work/d']);
  });

  it('give out no more than 1000 at a time, but any of them', () => {
    const run = functionNode('still there?');
    const jobs = topics(3000);
    look(run, jobs);
    const seen = new Set<string>();
    for (let n = 0; n < 60; n += 1) {
      const given = look(run, jobs);
      assert.equal(given.length, 1000);
      assert.equal(new Set(given).size, 1000);
      for (const topic of given) seen.add(topic);
    }
    assert.ok(seen.size > 2900, `${seen.size} of 3000`);
  });

  it('look at 10,000 and keep no more', () => {
    const run = functionNode('still there?');
    const jobs = topics(10_001);
    look(run, jobs);
    const last = 'jobs/10000';
    assert.deepEqual(look(run, [last]), []);
    assert.deepEqual(look(run, [last]), ['work/10000'], 'the count begins anew with each look');
  });
});
