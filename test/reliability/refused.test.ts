import assert from 'node:assert/strict';
import { useTestPeers } from '../support/clients.js';
import { useFakeClock } from '../support/fake-clock.js';
import { flipBody } from '../support/harmful-proxy/harms.js';
import { rejection } from '../support/promises.js';
import { recover } from './cell.js';
import { ATR, Place, sendData, Stage, TIMES } from './stage.js';

describe('a registration that is refused', () => {
  const bench = useTestPeers();
  const time = useFakeClock();

  it("tells the peer's number, is tried again by itself, and fails sends in its ATR meanwhile", async () => {
    const stage = await Stage.open(bench, time.clock);
    const { client, proxy } = await stage.app();
    const place = new Place(client, ATR, 100);

    proxy.harm({ toClient: flipBody });
    assert.ok((await rejection(place.register(), 'AKM_REJECTED')).status);
    assert.equal(await sendData(client, 'data', 'error'), 'AKM_NOT_REGISTERED');

    await proxy.lift();
    await recover(time.clock, proxy, place.registered(), 'the registration');
    assert.equal(await sendData(client, 'data'), 'ok');
  });

  it('as there is no such ATR, is made by itself once there is one', async () => {
    const NEXT_ATR = 4; // three of the five to begin with are operational
    const stage = await Stage.open(bench, time.clock);
    const { client, proxy } = await stage.app();
    const place = new Place(client, NEXT_ATR, 100);
    assert.equal((await rejection(place.register(), 'AKM_REJECTED')).status, 2);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      time.clock.advance(TIMES.reconnectMax);
      await proxy.calm();
      assert.equal(client.registrationStatus(NEXT_ATR), 'none');
    }

    const { client: amm } = await stage.amm();
    const { endpoints } = await amm.listEndpoints();
    await amm.createOperationalAtr(endpoints);
    await recover(time.clock, proxy, place.registered(), 'the registration');
  });
});
