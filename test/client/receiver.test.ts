import assert from 'node:assert/strict';
import { Counters } from '../../src/client/counters.js';
import { Receiver } from '../../src/client/connection/receiver.js';
import { RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { APP_DIALECT } from '../../src/protocol/header.js';
import { encodeFrame } from '../../src/protocol/message.js';
import { withResolvers } from '../support/mailbox.js';
import { turn } from '../support/promises.js';

const PUSH = encodeFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: 1, data: 'x' });

describe('a receiver', () => {
  /** One whose flow has something to do with each payload, and what it tells. */
  function make() {
    const told: string[] = [];
    const resumed = withResolvers<undefined>();
    const user = {
      counters: new Counters(),
      onActivity: () => undefined,
      onFrame: () => {
        told.push('payload');
        return true;
      },
      settled: () => told.push('settled'),
    };
    const receiver = new Receiver(APP_DIALECT, user, {
      failed: ({ code }) => told.push(code),
      resume: () => {
        told.push('resume');
        resumed.resolve(undefined);
      },
    });
    return { receiver, told, resumed: resumed.promise };
  }

  it('hands on what is left in the next turns, and then reads on', async () => {
    const { receiver, told, resumed } = make();
    assert.equal(receiver.take(Buffer.concat([PUSH, PUSH])), false);
    assert.deepEqual(told, ['payload']);
    await resumed;
    assert.deepEqual(told, ['payload', 'payload', 'settled', 'resume']);
  });

  it('is behind until what came meanwhile could be read: an answer may be among it', async () => {
    const { receiver, resumed } = make();
    receiver.take(Buffer.concat([PUSH, PUSH]));
    assert.equal(receiver.isBehind, true);
    await resumed;
    assert.equal(receiver.isBehind, true);
    await turn();
    assert.equal(receiver.isBehind, false);
  });

  it('has nothing to say of what is left once it is stopped, not even that it makes no sense', async () => {
    const { receiver, told } = make();
    assert.equal(receiver.take(Buffer.concat([PUSH, Buffer.from('no message')])), false);
    receiver.stop();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    assert.deepEqual(told, ['payload']);
  });
});
