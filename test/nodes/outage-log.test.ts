import assert from 'node:assert/strict';
import { OutageLog } from '../../nodes/shared/outage-log.js';
import { AkmError } from '../../src/errors.js';
import { requireNoTimersLeft, useFakeClock } from '../support/fake-clock.js';

const CONNECTED = 'Connected to the peer';
const LOST = 'No connection to the peer; trying until there is one: it hung up';

describe('the log of outages', () => {
  const time = useFakeClock();
  requireNoTimersLeft(time);

  /** A log, and means to say what becomes of the connection. */
  const begin = () => {
    const lines: string[] = [];
    const write = (line: string): void => {
      lines.push(line);
    };
    const node = { log: write, warn: write };
    const log = new OutageLog(node as never, { peer: 'the peer' }, 'Is there another client?');
    const make = (): void => {
      log.onState('connecting');
      log.onState('connected');
    };
    const lose = (): void => log.onState('disconnected', new AkmError('AKM_CONNECTION_LOST', 'it hung up'));
    const close = (): void => log.onState('closed');
    /** The connection is lost after so many milliseconds, and made again after so many. */
    const flap = (lasts: number, away: number): void => {
      time.clock.advance(lasts);
      lose();
      time.clock.advance(away);
      make();
    };
    /** What was written since the last time. */
    const news = () => lines.splice(0);
    make();
    return { make, lose, close, flap, news };
  };

  it('has two lines for each, where connections last', () => {
    const { flap, close, news } = begin();
    for (let n = 0; n < 5; n += 1) flap(10_000, 500);
    close();
    assert.deepEqual(news(), [CONNECTED, ...Array.from({ length: 5 }, () => [LOST, CONNECTED]).flat()]);
  });

  it('has two lines for one that repeats, and one a minute, until the connection lasts', () => {
    const { flap, close, news } = begin();
    flap(100, 400);
    assert.deepEqual(news(), [CONNECTED, LOST, CONNECTED]);
    for (let n = 0; n < 360; n += 1) flap(100, 400);
    assert.deepEqual(news(), [
      'The connection to the peer was lost and made again 120 times in 60 s. Is there another client?',
      'The connection to the peer was lost and made again 120 times in 60 s. Is there another client?',
    ]);
    time.clock.advance(9999);
    assert.deepEqual(news(), []);
    time.clock.advance(1);
    assert.deepEqual(news(), ['Connected to the peer; it was lost and made again 120 times in 70 s']);
    flap(100, 400);
    assert.deepEqual(news(), [LOST, CONNECTED], 'as if nothing had been');
    close();
  });

  it('has fewer lines than losses too where the pauses between attempts have grown', () => {
    const { flap, close, news } = begin();
    for (let n = 0; n < 20; n += 1) flap(100, 30_000);
    assert.equal(news().length, 3 + 9);
    close();
  });

  it('tells that the connection stays away after it was made in vain', () => {
    const { flap, lose, close, news } = begin();
    flap(100, 100);
    flap(100, 100);
    lose();
    news();
    time.clock.advance(60_000);
    assert.deepEqual(news(), [LOST]);
    close();
    assert.deepEqual(news(), []);
  });

  it('tells at the end what it has counted', () => {
    const { flap, close, news } = begin();
    for (let n = 0; n < 3; n += 1) flap(100, 100);
    news();
    close();
    assert.deepEqual(news(), [
      'The connection to the peer was lost and made again 2 times in 0 s. Is there another client?',
    ]);
  });
});
