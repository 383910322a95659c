import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fifo } from '../../src/client/fifo.js';

/** What is left in a queue, in its order. */
function rest<T>(fifo: Fifo<T>): T[] {
  const items: T[] = [];
  while (fifo.length > 0) items.push(fifo.shift() as T);
  return items;
}

function filled(items: readonly number[]): Fifo<number> {
  const fifo = new Fifo<number>();
  for (const item of items) fifo.push(item);
  return fifo;
}

describe('fifo', () => {
  it('does what an array does, whatever is done to it in whatever order', () => {
    const step = fc.oneof(fc.nat(), fc.constant('shift' as const), fc.constant('takeOdd' as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const fifo = new Fifo<number>();
        let model: number[] = [];
        for (const each of steps) {
          if (each === 'shift') {
            assert.equal(fifo.shift(), model.shift());
          } else if (each === 'takeOdd') {
            assert.deepEqual(
              rest(fifo.takeOut((item) => item % 2 === 1)),
              model.filter((item) => item % 2 === 1),
            );
            model = model.filter((item) => item % 2 === 0);
          } else {
            fifo.push(each);
            model.push(each);
          }
          assert.deepEqual([fifo.length, fifo.peek()], [model.length, model[0]]);
        }
        assert.deepEqual(rest(fifo), model);
      }),
    );
  });

  it('gives all it has to another one, and takes more afterwards', () => {
    const fifo = filled([1, 2]);
    const taken = fifo.takeAll();
    fifo.push(3);
    assert.deepEqual([rest(taken), rest(fifo)], [[1, 2], [3]]);
  });

  it('is drained in order, with turns of the event loop in between', async () => {
    const seen: (number | 'turn')[] = [];
    const fifo = filled(Array.from({ length: 1000 }, (_, n) => n));
    const draining = fifo.drain((item) => seen.push(item));
    let isDone = false;
    const watch = (): void => {
      seen.push('turn');
      if (!isDone) setImmediate(watch);
    };
    setImmediate(watch);
    await draining;
    isDone = true;
    assert.deepEqual(
      seen.filter((each) => each !== 'turn'),
      Array.from({ length: 1000 }, (_, n) => n),
    );
    const longest = seen.join(' ').split('turn').map((part) => part.trim().split(' ').length); // prettier-ignore
    // the first part at once, the second in the turn that this one begins
    assert.ok(Math.max(...longest) <= 2 * 128, `${Math.max(...longest)} in one turn`);
  });
});
