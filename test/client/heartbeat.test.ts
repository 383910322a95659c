import assert from 'node:assert/strict';
import { Heartbeat } from '../../src/client/connection/heartbeat.js';
import { useFakeClock } from '../support/fake-clock.js';
import { withResolvers, type PromiseWithResolvers } from '../support/mailbox.js';
import { turn } from '../support/promises.js';

const INTERVAL = 30_000;

describe('heartbeat', () => {
  const time = useFakeClock();
  let pings: PromiseWithResolvers<boolean>[];
  let replaced: number;

  const make = (interval = INTERVAL): Heartbeat =>
    new Heartbeat(
      interval,
      () => {
        const ping = withResolvers<boolean>();
        pings.push(ping);
        return ping.promise;
      },
      () => {
        replaced += 1;
      },
    );
  /** The last ping comes to its end. */
  const answered = async (yes: boolean): Promise<void> => {
    pings.at(-1)?.resolve(yes);
    await turn();
  };

  beforeEach(() => {
    pings = [];
    replaced = 0;
  });

  it('pings after so much silence, and again after as much more', async () => {
    const heartbeat = make();
    heartbeat.start(false);
    time.clock.advance(INTERVAL - 1);
    assert.equal(pings.length, 0);
    time.clock.advance(1);
    assert.equal(pings.length, 1);
    heartbeat.onActivity();
    await answered(true);
    time.clock.advance(INTERVAL);
    assert.equal(pings.length, 2);
    heartbeat.stop();
  });

  it('does not ping while one ping is under way', () => {
    const heartbeat = make();
    heartbeat.start(false);
    time.clock.advance(INTERVAL * 10);
    assert.equal(pings.length, 1);
    heartbeat.stop();
  });

  it('does not ping a peer that talks', () => {
    const heartbeat = make();
    heartbeat.start(false);
    for (let n = 0; n < 10; n += 1) {
      time.clock.advance(INTERVAL - 1);
      heartbeat.onActivity();
    }
    assert.equal(pings.length, 0);
    time.clock.advance(INTERVAL);
    assert.equal(pings.length, 1);
    heartbeat.stop();
  });

  it('replaces a connection whose peer answered before and now is silent', async () => {
    const heartbeat = make();
    heartbeat.start(false);
    time.clock.advance(INTERVAL);
    await answered(true);
    time.clock.advance(INTERVAL);
    assert.equal(replaced, 0);
    await answered(false);
    assert.equal(replaced, 1);
    assert.deepEqual(time.clock.pending, []);
  });

  it('remembers over connections that the peer can answer', async () => {
    const heartbeat = make();
    heartbeat.start(false);
    time.clock.advance(INTERVAL);
    await answered(true);
    heartbeat.stop();
    heartbeat.start(false);
    time.clock.advance(INTERVAL);
    await answered(false);
    assert.equal(replaced, 1);
  });

  it('knows of a peer that has answered the same question when the connection began', async () => {
    const heartbeat = make();
    heartbeat.start(true);
    time.clock.advance(INTERVAL);
    await answered(false);
    assert.equal(replaced, 1);
  });

  it('leaves a peer alone that never answered', async () => {
    const heartbeat = make();
    heartbeat.start(false);
    time.clock.advance(INTERVAL);
    await answered(false);
    time.clock.advance(INTERVAL * 10);
    assert.equal(replaced, 0);
    assert.equal(pings.length, 1);
  });

  it('asks such a peer again on the next connection', async () => {
    const heartbeat = make();
    heartbeat.start(false);
    time.clock.advance(INTERVAL);
    await answered(false);
    heartbeat.stop();
    heartbeat.start(false);
    time.clock.advance(INTERVAL);
    assert.equal(pings.length, 2);
    heartbeat.stop();
  });

  it('takes anything that was heard during a ping for a sign of life', async () => {
    const heartbeat = make();
    heartbeat.start(false);
    time.clock.advance(INTERVAL);
    await answered(true);
    time.clock.advance(INTERVAL);
    time.clock.advance(1000);
    heartbeat.onActivity();
    await answered(false);
    assert.equal(replaced, 0);
    time.clock.advance(INTERVAL);
    assert.equal(pings.length, 3);
    heartbeat.stop();
  });

  it('gives nothing on what comes of a ping of the last connection', async () => {
    const heartbeat = make();
    heartbeat.start(false);
    time.clock.advance(INTERVAL);
    await answered(true);
    time.clock.advance(INTERVAL);
    heartbeat.stop();
    heartbeat.start(false);
    await answered(false);
    assert.equal(replaced, 0);
    heartbeat.stop();
    assert.deepEqual(time.clock.pending, []);
  });

  it('stops', () => {
    const heartbeat = make();
    heartbeat.start(false);
    heartbeat.stop();
    assert.deepEqual(time.clock.pending, []);
  });

  it('is off with an interval of 0', () => {
    make(0).start(false);
    assert.deepEqual(time.clock.pending, []);
  });
});
