import assert from 'node:assert/strict';
import { ReceiveThrottle } from '../../src/client/connection/receive-throttle.js';
import { useFakeClock } from '../support/fake-clock.js';
import { turn } from '../support/promises.js';

/** How long a turn may get before a flow is given less at once, in milliseconds. */
const LONG_TURN = 10;
const MOST = 4096;

describe('receive throttle', () => {
  const time = useFakeClock();

  /** Spends all that a turn allows, lets the flow take so long for it, and gives how many messages that were. */
  async function turnOf(
    pace: ReceiveThrottle,
    renewed: Promise<void>,
    milliseconds: number,
  ): Promise<number> {
    let given = 0;
    while (!pace.isSpent) {
      pace.spend(true);
      given += 1;
      assert.ok(given <= MOST, 'a turn has no end');
    }
    time.clock.advance(milliseconds);
    await renewed;
    return given;
  }

  function make() {
    let tell: () => void = () => undefined;
    const pace = new ReceiveThrottle(() => tell());
    return (milliseconds: number) => turnOf(pace, new Promise((resolve) => (tell = resolve)), milliseconds);
  }

  it('begins with one, and doubles as long as the flow is fast', async () => {
    const turn = make();
    for (let messages = 1; messages < MOST; messages *= 2) assert.equal(await turn(1), messages);
    assert.equal(await turn(1), MOST);
    assert.equal(await turn(1), MOST, 'and no further');
  });

  it('halves where the flow is slow, down to one', async () => {
    const turn = make();
    for (const messages of [1, 2, 4]) assert.equal(await turn(LONG_TURN), messages);
    assert.equal(await turn(LONG_TURN + 1), 8);
    assert.equal(await turn(LONG_TURN + 1), 4);
    assert.equal(await turn(LONG_TURN + 1), 2);
    assert.equal(await turn(LONG_TURN + 1), 1);
    assert.equal(await turn(LONG_TURN + 1), 1);
  });

  it('does not grow by messages that were never there', async () => {
    const pace = new ReceiveThrottle(() => undefined);
    pace.spend(true);
    await new Promise<void>((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
    assert.ok(!pace.isSpent);
    pace.spend(true);
    assert.ok(!pace.isSpent, 'two: the first turn was spent whole');
    await new Promise<void>((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
    pace.spend(true);
    pace.spend(true);
    assert.ok(pace.isSpent, 'still two: the second turn was not');
  });

  it('counts messages that no flow gets as well, however many it may get', async () => {
    let renewals = 0;
    const throttle = new ReceiveThrottle(() => (renewals += 1));
    let decoded = 0;
    while (!throttle.isSpent) {
      throttle.spend(false);
      decoded += 1;
      assert.ok(decoded <= MOST, 'a turn has no end');
    }
    assert.ok(decoded > 100, 'a few are no reason to wait');
    while (renewals === 0) await turn();
    assert.ok(!throttle.isSpent);
  });
});
