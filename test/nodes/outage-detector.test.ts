import assert from 'node:assert/strict';
import { OutageDetector, type Availability } from '../../nodes/shared/outage-detector.js';
import type { ConnectionState } from '../../src/client/connection/connection.js';

describe('an outage', () => {
  /** What is told of each of these states. */
  const told = (...states: ConnectionState[]): (Availability | undefined)[] => {
    const detector = new OutageDetector();
    return states.map((state) => detector.next(state));
  };

  it('is a connection that was lost, told at once and once', () => {
    const states = ['connected', 'disconnected', 'connecting', 'disconnected', 'connecting'] as const;
    assert.deepEqual(told(...states), ['connected', 'disconnected', undefined, undefined, undefined]);
  });

  it('is the second attempt that fails, but not the first', () => {
    const states = ['connecting', 'disconnected', 'connecting', 'disconnected'] as const;
    assert.deepEqual(told(...states), [undefined, undefined, undefined, 'disconnected']);
  });

  it('is not the first attempt that fails after a connection was let go, whatever was before', () => {
    const before = ['connecting', 'disconnected', 'connecting', 'connected', 'idle'] as const;
    assert.ok(!told(...before, 'connecting', 'disconnected').includes('disconnected'));
  });

  it('is no connection that is closed, let go or renewed', () => {
    for (const [after, news] of [
      ['closed', 'idle'],
      ['idle', 'idle'],
      ['connecting', undefined],
    ] as const)
      assert.deepEqual(told('connecting', 'connected', after), [undefined, 'connected', news]);
  });

  it('is found out anew with another client, and told where it is news', () => {
    const detector = new OutageDetector();
    assert.deepEqual(
      (['connecting', 'disconnected'] as const).map((state) => detector.next(state)),
      [undefined, undefined],
    );
    detector.begin('idle');
    assert.equal(detector.next('disconnected'), undefined, 'the first attempt of this one');
    assert.equal(detector.next('disconnected'), 'disconnected');
    detector.begin('connected');
    assert.equal(detector.next('disconnected'), undefined, 'which was told');
  });

  it('and its end are told where nobody asks for more, and a connection that is let go changes nothing', () => {
    const detector = new OutageDetector(['connected', 'disconnected']);
    const states = ['connected', 'idle', 'connecting', 'connected', 'disconnected'] as const;
    assert.deepEqual(
      states.map((state) => detector.next(state)),
      ['connected', undefined, undefined, undefined, 'disconnected'],
    );
  });
});
