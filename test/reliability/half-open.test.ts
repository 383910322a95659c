import assert from 'node:assert/strict';
import { inState, useTestPeers } from '../support/clients.js';
import { useFakeClock } from '../support/fake-clock.js';
import { bothWays, swallow } from '../support/harmful-proxy/harms.js';
import { Mailbox } from '../support/mailbox.js';
import { recover } from './cell.js';
import { ATR, sendData, Stage, TIMES } from './stage.js';

describe('a connection that is half-open', () => {
  const bench = useTestPeers();
  const time = useFakeClock();

  it('is found out and made good though the peer still holds the App Value for it; what is kept waits meanwhile', async () => {
    const stage = await Stage.open(bench, time.clock);
    const { client, proxy } = await stage.app();
    const told = new Mailbox<string>();
    const place = client.acquire(ATR, 100, {
      stateChanged: (state, error) => told.put(error ? `${state}, ${error.code} ${error.status}` : state),
    });
    await place.register();
    assert.equal(await told.take(), 'registered');
    const other = await stage.other(200);

    proxy.harm(bothWays(swallow));
    assert.equal(await sendData(client, 'lost', 'queue'), 'ok'); // the operating system takes the bytes all the same
    await proxy.harmed;
    time.clock.advance(TIMES.heartbeat + TIMES.requestTimeout);
    await inState(client, 'disconnected');
    assert.equal(await told.take(), 'pending');
    const queued = sendData(client, 'queued', 'queue');
    assert.equal(await sendData(client, 'in vain', 'error'), 'AKM_NOT_CONNECTED');

    proxy.harm({}); // the way is free again, but the peer has not noticed
    time.clock.advance(TIMES.reconnectMax);
    assert.equal(await told.take(), 'refused, AKM_REJECTED 1');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      time.clock.advance(TIMES.reconnectMax);
      await proxy.calm();
      assert.equal(place.state, 'refused');
      assert.equal(await sendData(client, 'in vain', 'error'), 'AKM_NOT_REGISTERED');
    }

    await proxy.lift(); // now it does
    const registered = told.take().then((state) => assert.equal(state, 'registered'));
    await recover(time.clock, proxy, registered, 'the registration');
    assert.equal(await queued, 'ok');
    assert.equal(await other.receive(), 'queued');
    assert.equal(await sendData(client, 'delivered', 'error'), 'ok');
    assert.equal(await other.receive(), 'delivered');
  });
});
