import assert from 'node:assert/strict';
import dns from 'node:dns';
import { addressesOf } from '../../src/client/connection/resolver.js';
import { useTestPeers } from '../support/clients.js';
import { useFakeClock } from '../support/fake-clock.js';
import { inState } from '../support/clients.js';
import { turn } from '../support/promises.js';

type Found = (error: Error | null, addresses: dns.LookupAddress[]) => void;

/** A name server that answers when the test says so. */
function useNameServer(): { host: string; found: Found }[] {
  const asked: { host: string; found: Found }[] = [];
  const { lookup } = dns;
  beforeEach(() => {
    asked.length = 0;
    dns.lookup = ((host: string, options: object, found: Found) => {
      if (host.endsWith('.test')) asked.push({ host, found });
      else lookup(host, options, found as never);
    }) as never;
  });
  afterEach(() => {
    dns.lookup = lookup;
    for (const { found } of asked) found(new Error('the test is over'), []);
  });
  return asked;
}

describe('host names', () => {
  const asked = useNameServer();
  const bench = useTestPeers();
  const time = useFakeClock();

  it('are looked up once at a time, whoever asks, and again after that', async () => {
    const address = { address: '192.0.2.1', family: 4 };
    const both = [addressesOf('one.test'), addressesOf('one.test')];
    const other = addressesOf('other.test');
    assert.deepEqual(
      asked.map(({ host }) => host),
      ['one.test', 'other.test'],
    );
    for (const { found } of asked.splice(0)) found(null, [address]);
    assert.deepEqual(await Promise.all([...both, other]), [[address], [address], [address]]);
    const again = addressesOf('one.test');
    asked.splice(0)[0]?.found(new Error('ENOTFOUND'), []);
    await assert.rejects(again, /ENOTFOUND/);
  });

  it('are not looked up at all if they are addresses', async () => {
    assert.deepEqual(await addressesOf('192.0.2.1'), [{ address: '192.0.2.1', family: 4 }]);
    assert.deepEqual(await addressesOf('::1'), [{ address: '::1', family: 6 }]);
    assert.equal(asked.length, 0);
  });

  it('are not looked up again by each attempt while a name server is silent, and lead to a connection once it answers', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({
      host: 'resolver.test',
      port: server.port,
      requestTimeout: 1000,
      reconnectMin: 100,
      reconnectMax: 100,
    });
    client.open();
    for (let attempts = 0; attempts < 20; attempts += 1) {
      time.clock.advance(1000);
      await inState(client, 'disconnected');
      time.clock.advance(100);
      assert.equal(client.state, 'connecting');
    }
    assert.equal(asked.length, 1);
    asked.splice(0)[0]?.found(null, [{ address: '127.0.0.1', family: 4 }]);
    await inState(client, 'connected');
  });

  it('are of no interest any more once the client is closed', async () => {
    const client = bench.amm({ host: 'resolver.test' });
    client.open();
    await client.close();
    asked.splice(0)[0]?.found(null, [{ address: '127.0.0.1', family: 4 }]);
    await turn();
    assert.equal(client.state, 'closed');
  });
});
