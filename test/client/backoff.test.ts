import assert from 'node:assert/strict';
import { Backoff } from '../../src/client/connection/backoff.js';

const pauses = (backoff: Backoff, count: number): number[] =>
  Array.from({ length: count }, () => backoff.next());

describe('backoff', () => {
  it('doubles from the shortest pause to the longest, and stays there', () => {
    const backoff = new Backoff(100, 1000, () => 1 - Number.EPSILON);
    assert.deepEqual(pauses(backoff, 6), [100, 200, 400, 800, 1000, 1000]);
  });

  it('shortens each pause by chance, to no less than half', () => {
    assert.deepEqual(pauses(new Backoff(100, 1000, () => 0), 6), [50, 100, 200, 400, 500, 500]);
    assert.deepEqual(pauses(new Backoff(100, 1000, () => 0.5), 3), [75, 150, 300]);
  });

  it('asks for chance anew each time', () => {
    const chances = [0, 0.5, 0];
    assert.deepEqual(pauses(new Backoff(100, 100, () => chances.shift() ?? NaN), 3), [50, 75, 50]);
  });

  it('starts again from the shortest pause', () => {
    const backoff = new Backoff(100, 1000, () => 0);
    pauses(backoff, 5);
    backoff.reset();
    assert.deepEqual(pauses(backoff, 2), [50, 100]);
  });

  it('starts again after what lasted: ten times the shortest pause, and twice the last one', () => {
    const backoff = new Backoff(100, 10_000, () => 0);
    backoff.stood(0);
    assert.deepEqual(pauses(backoff, 2), [50, 100]);
    backoff.stood(999);
    assert.deepEqual(pauses(backoff, 1), [200]);
    backoff.stood(1000);
    assert.deepEqual(pauses(backoff, 5), [50, 100, 200, 400, 800]); // the last before chance shortens it: 1600
    backoff.stood(3199);
    assert.deepEqual(pauses(backoff, 1), [1600]);
    backoff.stood(6400);
    assert.deepEqual(pauses(backoff, 1), [50]);
  });

  it('stays within its limits after any number of failures', () => {
    const backoff = new Backoff(1, 30_000);
    for (const [failures, pause] of pauses(backoff, 3000).entries()) {
      const full = Math.min(30_000, 2 ** failures);
      assert.ok(pause >= Math.floor(full / 2) && pause <= full, `pause ${pause} after ${failures} failures`);
    }
  });

  it('differs from one client to another', () =>
    assert.ok(new Set(pauses(new Backoff(30_000, 30_000), 50)).size > 10));
});
