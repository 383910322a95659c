import assert from 'node:assert/strict';
import { Poller } from '../../nodes/shared/watch/poller.js';
import { requireNoTimersLeft, useFakeClock } from '../support/fake-clock.js';
import { turn } from '../support/promises.js';

describe('a poller', () => {
  const time = useFakeClock();
  requireNoTimersLeft(time);

  /** Questions that end when the test says so. */
  const questions = () => {
    const open: { resolve: (answer: number) => void; reject: (error: Error) => void }[] = [];
    const poller = new Poller<number>(
      () =>
        new Promise((resolve, reject) => {
          open.push({ resolve, reject });
        }),
    );
    return { open, poller };
  };

  it('is due at each interval, and not before', () => {
    const { poller } = questions();
    let due = 0;
    poller.start(1000, () => {
      due += 1;
    });
    time.clock.advance(999);
    assert.equal(due, 0);
    time.clock.advance(1);
    assert.equal(due, 1);
    time.clock.advance(3000);
    assert.equal(due, 4);
    poller.close();
    time.clock.advance(10_000);
    assert.equal(due, 4, 'not after it was closed');
  });

  it('leaves out what is due while a poll is under way, however long that takes', async () => {
    const { open, poller } = questions();
    let due = 0;
    poller.start(1000, () => {
      due += 1;
      void poller.poll();
    });
    time.clock.advance(5000);
    await turn();
    assert.deepEqual([due, open.length], [1, 1]);
    open[0]?.resolve(7);
    await turn();
    assert.equal(poller.busy, false);
    time.clock.advance(1000);
    await turn();
    assert.deepEqual([due, open.length], [2, 2]);
    poller.close();
  });

  it('lets whoever asks meanwhile join the poll, in its answer and in its failure', async () => {
    const { open, poller } = questions();
    const both = Promise.all([poller.poll(), poller.poll()]);
    await turn();
    assert.equal(open.length, 1);
    open[0]?.resolve(7);
    assert.deepEqual(await both, [7, 7]);

    const failing = Promise.allSettled([poller.poll(), poller.poll()]);
    await turn();
    assert.equal(open.length, 2);
    open[1]?.reject(new Error('away'));
    assert.deepEqual(
      (await failing).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(poller.busy, false);
  });

  it('asks again after a question that could not even be put', async () => {
    let asked = 0;
    const poller = new Poller<number>(() => {
      asked += 1;
      throw new Error('no question');
    });
    await assert.rejects(poller.poll(), /no question/);
    await assert.rejects(poller.poll(), /no question/);
    assert.equal(asked, 2);
  });
});
