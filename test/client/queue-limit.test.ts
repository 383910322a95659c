import assert from 'node:assert/strict';
import { MOST_WAITING, QueueLimit } from '../../src/client/requests/queue-limit.js';
import { AkmError } from '../../src/errors.js';

const full = (message: RegExp) => (error: unknown) =>
  error instanceof AkmError && error.code === 'AKM_QUEUE_FULL' && message.test(error.message);

describe('queue limit', () => {
  it('lets as many wait as it is set to, and again as many when they are through', () => {
    const limit = new QueueLimit(2);
    for (let round = 0; round < 3; round += 1) {
      limit.acquire(10);
      limit.acquire(0);
      assert.throws(
        () => limit.acquire(0),
        full(/^Queue full: 2 requests and messages are waiting \(queue limit 2\)$/),
      );
      assert.equal(limit.waiting, 2);
      limit.release(10);
      limit.release(0);
    }
    assert.equal(limit.waiting, 0);
  });

  it('lets no more wait than can be dealt with in time, whatever it is set to', () => {
    const limit = new QueueLimit(0xffff_ffff);
    assert.equal(limit.items, MOST_WAITING.items);
    for (let n = 0; n < MOST_WAITING.items; n += 1) limit.acquire(0);
    assert.throws(() => limit.acquire(0), full(/queue limit 100000/));
  });

  it('lets no more bytes wait than a gateway has memory for', () => {
    const limit = new QueueLimit(1000);
    limit.acquire(MOST_WAITING.bytes);
    limit.acquire(0);
    assert.throws(
      () => limit.acquire(1),
      full(/^Queue full: 67108864 bytes are waiting in 2 requests and messages/),
    );
    limit.release(MOST_WAITING.bytes);
    limit.acquire(1);
  });
});
