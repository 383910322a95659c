import assert from 'node:assert/strict';
import { EventThrottle } from '../../nodes/shared/events/event-throttle.js';
import { requireNoTimersLeft, useFakeClock } from '../support/fake-clock.js';

describe('a burst', () => {
  const time = useFakeClock();
  requireNoTimersLeft(time);

  /** A burst of two a second, and what it let through. */
  const ofTwo = () => {
    const told: [item: number, suppressed: number][] = [];
    const burst = new EventThrottle<number>(2, (...item) => told.push(item));
    const add = (...items: number[]): void => {
      for (const item of items) burst.add(item);
    };
    /** What was told since the last time. */
    const news = () => told.splice(0);
    return { burst, add, news };
  };

  it('lets so many through, and of the others the last when the second is over', () => {
    const { add, news } = ofTwo();
    add(1, 2, 3, 4, 5);
    assert.deepEqual(news(), [
      [1, 0],
      [2, 0],
    ]);
    time.clock.advance(999);
    assert.deepEqual(news(), []);
    time.clock.advance(1);
    assert.deepEqual(news(), [[5, 2]]);
    time.clock.advance(1000);
    assert.deepEqual(news(), []);
    add(6, 7);
    assert.equal(news().length, 2, 'as many as at first');
    time.clock.advance(1000);
  });

  it('counts the one that was held back in the second that it is told in', () => {
    const { add, news } = ofTwo();
    add(1, 2, 3);
    time.clock.advance(1000);
    add(4, 5, 6);
    assert.deepEqual(news().slice(2), [
      [3, 0],
      [4, 0],
    ]);
    time.clock.advance(1000);
    assert.deepEqual(news(), [[6, 1]]);
    time.clock.advance(1000);
  });

  it('begins anew after a second in which nothing was held back', () => {
    const { add, news } = ofTwo();
    for (let n = 0; n < 3; n += 1) {
      add(1, 2);
      time.clock.advance(1000);
      assert.deepEqual(news(), [
        [1, 0],
        [2, 0],
      ]);
    }
  });

  it('tells nothing after its end', () => {
    const { burst, add, news } = ofTwo();
    add(1, 2, 3);
    news();
    burst.end();
    assert.deepEqual(time.clock.pending, []);
    time.clock.advance(1000);
    assert.deepEqual(news(), []);

    const other = ofTwo();
    other.burst.end();
    other.add(4);
    assert.deepEqual(other.news(), []);
    assert.deepEqual(time.clock.pending, []);
  });
});
