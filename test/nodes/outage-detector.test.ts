import assert from 'node:assert/strict';
import { OutageDetector } from '../../nodes/shared/outage-detector.js';
import type { ConnectionState } from '../../src/client/connection/connection.js';

describe('an outage', () => {
  /** Which of these states are one. */
  const outages = (before: ConnectionState, ...states: ConnectionState[]): boolean[] => {
    const sense = new OutageDetector(before);
    return states.map((state) => sense.isOutage(state));
  };

  it('is a connection that was lost, at once and as long as attempts fail', () => {
    const states = ['disconnected', 'connecting', 'disconnected', 'connecting', 'connected'] as const;
    assert.deepEqual(outages('connected', ...states), [true, false, true, false, false]);
  });

  it('is the second attempt that fails, but not the first', () => {
    const states = ['connecting', 'disconnected', 'connecting', 'disconnected'] as const;
    assert.deepEqual(outages('idle', ...states), [false, false, false, true]);
  });

  it('is not the first attempt that fails after a connection was let go, whatever was before', () => {
    const before = ['connecting', 'disconnected', 'connecting', 'connected', 'idle'] as const;
    assert.ok(!outages('idle', ...before, 'connecting', 'disconnected').includes(true));
  });

  it('is no connection that is closed, let go or renewed', () => {
    for (const after of ['closed', 'idle', 'connecting'] as const)
      assert.deepEqual(outages('idle', 'connecting', 'connected', after), [false, false, false]);
  });
});
