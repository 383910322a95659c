import assert from 'node:assert/strict';
import { Subscriptions, type DataFilter } from '../../src/client/app/subscriptions.js';

const message = (atrId: number, appValue: number) => ({ atrId, appValue, data: Buffer.from('x') });

const unexpected = (): never => {
  throw new Error('This must not be called');
};

describe('subscriptions', () => {
  it('get what their filter matches; a part left out matches anything', () => {
    const subscriptions = new Subscriptions(unexpected);
    const got: string[] = [];
    const listen = (name: string, filter: DataFilter): void => {
      subscriptions.add(filter, ({ atrId, appValue }) => got.push(`${name} ${atrId}/${appValue}`));
    };
    listen('any', {});
    listen('explicitly any', { atrId: undefined, appValue: undefined });
    listen('ATR 1', { atrId: 1 });
    listen('from 100', { appValue: 100 });
    listen('1/100', { atrId: 1, appValue: 100 });
    listen('0/0', { atrId: 0, appValue: 0 });
    const dispatched = (atrId: number, appValue: number): string[] => {
      subscriptions.dispatch(message(atrId, appValue));
      return got
        .splice(0)
        .map((line) => line.slice(0, line.lastIndexOf(' ')))
        .sort();
    };
    assert.deepEqual(dispatched(1, 100), ['1/100', 'ATR 1', 'any', 'explicitly any', 'from 100']);
    assert.deepEqual(dispatched(1, 101), ['ATR 1', 'any', 'explicitly any']);
    assert.deepEqual(dispatched(2, 100), ['any', 'explicitly any', 'from 100']);
    assert.deepEqual(dispatched(0, 0), ['0/0', 'any', 'explicitly any']);
    assert.deepEqual(dispatched(65535, 65535), ['any', 'explicitly any']);
  });

  it('get nothing more once they are ended, and may be ended twice', () => {
    const subscriptions = new Subscriptions(unexpected);
    const got: string[] = [];
    const end = subscriptions.add({ atrId: 1 }, () => got.push('ended'));
    subscriptions.add({ atrId: 1 }, () => got.push('other'));
    end();
    end();
    subscriptions.dispatch(message(1, 1));
    assert.deepEqual(got, ['other']);
  });

  it('leave a later subscription of the same filter alone when ended a second time', () => {
    const subscriptions = new Subscriptions(unexpected);
    const got: string[] = [];
    const end = subscriptions.add({}, unexpected);
    end();
    subscriptions.add({}, () => got.push('later'));
    end();
    subscriptions.dispatch(message(1, 1));
    assert.deepEqual(got, ['later']);
  });

  it('may be ended while a message is handed on', () => {
    const subscriptions = new Subscriptions(unexpected);
    const got: string[] = [];
    const end = subscriptions.add({}, () => {
      got.push('first');
      end();
    });
    subscriptions.add({}, () => got.push('second'));
    subscriptions.dispatch(message(1, 1));
    subscriptions.dispatch(message(1, 1));
    assert.deepEqual(got, ['first', 'second', 'second']);
  });

  it('are two where the same function is subscribed twice', () => {
    const subscriptions = new Subscriptions(unexpected);
    const got: string[] = [];
    const listener = (): void => {
      got.push('x');
    };
    const end = subscriptions.add({}, listener);
    subscriptions.add({}, listener);
    subscriptions.dispatch(message(1, 1));
    end();
    subscriptions.dispatch(message(1, 1));
    assert.equal(got.length, 3);
  });

  it('made while a message is handed on get the next one first', () => {
    const subscriptions = new Subscriptions(unexpected);
    const got: string[] = [];
    subscriptions.add({}, () => {
      got.push('first');
      subscriptions.add({}, () => got.push('added'));
    });
    subscriptions.dispatch(message(1, 1));
    assert.deepEqual(got, ['first']);
    subscriptions.dispatch(message(1, 1));
    assert.deepEqual(got, ['first', 'first', 'added']);
  });

  it('do not keep a message from others by throwing', () => {
    const failures: unknown[] = [];
    const subscriptions = new Subscriptions((error) => failures.push(error));
    const got: string[] = [];
    const failure = new Error('no');
    for (const filter of [{ atrId: 1, appValue: 1 }, { atrId: 1 }, {}]) {
      subscriptions.add(filter, () => {
        throw failure;
      });
      subscriptions.add(filter, () => got.push('got it'));
    }
    subscriptions.dispatch(message(1, 1));
    assert.deepEqual(got, ['got it', 'got it', 'got it']);
    assert.deepEqual(failures, [failure, failure, failure]);
  });
});
