import assert from 'node:assert/strict';
import { useBench } from '../support/clients.js';
import { useFakeClock } from '../support/fake-clock.js';
import { flipBody } from '../support/harmful-proxy/harms.js';
import { rejection } from '../support/promises.js';
import { recover } from './cell.js';
import { ATR, codeOf, Place, Stage } from './stage.js';

describe('a registration that is refused', () => {
  const bench = useBench();
  const time = useFakeClock();

  it("tells the peer's number, is tried again by itself, and fails sends in its ATR meanwhile", async () => {
    const stage = await Stage.open(bench, time.clock);
    const { client, proxy } = await stage.app();
    const place = new Place(client, ATR, 100);
    const send = (): Promise<string> =>
      new Promise((resolve) => {
        client.send({ atrId: ATR, appValue: 200, data: 'data', offline: 'queue' }, (error) => {
          resolve(error ? codeOf(error) : 'ok');
        });
      });

    proxy.harm({ toClient: flipBody });
    assert.ok((await rejection(place.register(), 'AKM_REJECTED')).status);
    assert.equal(await send(), 'AKM_NOT_REGISTERED');

    await proxy.lift();
    await recover(time.clock, proxy, place.registered(), 'the registration');
    assert.equal(await send(), 'ok');
  });
});
