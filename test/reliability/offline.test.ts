import assert from 'node:assert/strict';
import { useTestPeers } from '../support/clients.js';
import { useFakeClock } from '../support/fake-clock.js';
import { reset } from '../support/harmful-proxy/harms.js';
import type { HarmfulProxy } from '../support/harmful-proxy/proxy.js';
import { rejection } from '../support/promises.js';
import { reconnected, recover } from './cell.js';
import { ATR, Place, sendData, Stage } from './stage.js';

describe('while there is no connection', () => {
  const bench = useTestPeers();
  const time = useFakeClock();

  /** Whatever the client says next breaks the connection, and no new one is to be had. */
  const breakOff = async (proxy: HarmfulProxy, say: () => Promise<unknown>): Promise<void> => {
    proxy.harm({ refuses: true, toPeer: reset });
    await say();
    await proxy.calm();
  };

  it('a request waits for the next one', async () => {
    const stage = await Stage.open(bench, time.clock);
    const { client, proxy } = await stage.amm();
    await client.listEndpoints();
    await breakOff(proxy, () => rejection(client.listEndpoints(), 'AKM_CONNECTION_LOST'));

    const listed = client.listEndpoints();
    assert.equal(client.state, 'disconnected');
    await proxy.lift();
    await recover(
      time.clock,
      proxy,
      listed.then(() => undefined),
      'the list',
    );
  });

  it('messages are kept: as many as the limit allows, and they go out in order, each once', async () => {
    const stage = await Stage.open(bench, time.clock);
    const { client, proxy } = await stage.app({ queueLimit: 3 });
    await new Place(client, ATR, 100).register();
    const other = await stage.other(200);
    await breakOff(proxy, () => sendData(client, 'lost'));

    const results = ['one', 'two', 'three', 'too many'].map((data) => sendData(client, data));
    assert.equal(await results[3], 'AKM_QUEUE_FULL');
    await proxy.lift();
    await recover(time.clock, proxy, reconnected(client), 'a connection again');
    assert.deepEqual(await Promise.all(results.slice(0, 3)), ['ok', 'ok', 'ok']);
    assert.equal(await sendData(client, 'four'), 'ok');
    for (const data of ['one', 'two', 'three', 'four']) assert.equal(await other.receive(), data);
  });

  it('messages that are still kept when the client is closed fail', async () => {
    const stage = await Stage.open(bench, time.clock);
    const { client, proxy } = await stage.app();
    await new Place(client, ATR, 100).register();
    await breakOff(proxy, () => sendData(client, 'lost'));

    const results = ['one', 'two'].map((data) => sendData(client, data));
    await client.close();
    assert.deepEqual(await Promise.all(results), ['AKM_CLOSED', 'AKM_CLOSED']);
  });
});
