import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { AmmClient, AMM_PORT } from '../../src/client/amm/amm-client.js';
import { AppClient, APP_PORT } from '../../src/client/app/app-client.js';
import { checkOptions, type ClientOptions } from '../../src/client/options.js';
import { thrown } from '../support/promises.js';

describe('client options', () => {
  it('have the defaults of the documentation', () => {
    assert.deepEqual(checkOptions({}, 49200), {
      host: '127.0.0.1',
      port: 49200,
      requestTimeout: 5000,
      reconnectMin: 500,
      reconnectMax: 30_000,
      heartbeat: 30_000,
      queueLimit: 1000,
      successCode: 0,
      messages: new Map(),
    });
    assert.equal(new AmmClient().peer, 'the AMM at 127.0.0.1:49200');
    assert.equal(new AppClient().peer, 'the AppEndpoint at 127.0.0.1:49600');
    assert.deepEqual([AMM_PORT, APP_PORT], [49200, 49600]);
  });

  it('tell 0 as success code from none', () => {
    assert.equal(checkOptions({ successCode: undefined }, 1).successCode, undefined);
    assert.equal(checkOptions({ successCode: 0xffff_ffff }, 1).successCode, 0xffff_ffff);
  });

  it('name an IPv6 peer as an address with a port is written', () =>
    assert.equal(new AmmClient({ host: ' ::1 ', port: 7 }).peer, 'the AMM at [::1]:7'));

  const wrong: [ClientOptions, RegExp][] = [
    [{ host: '' }, /^The host is ""/],
    [{ host: '  ' }, /^The host is/],
    [{ host: 5 as never }, /^The host is 5/],
    [{ port: 0 }, /^The port is 0; .*1 to 65535/],
    [{ port: 65536 }, /^The port is 65536/],
    [{ requestTimeout: 0 }, /^The request timeout \(ms\) is 0/],
    [{ requestTimeout: 2 ** 31 }, /^The request timeout \(ms\) is 2147483648; .*2147483647/],
    [{ reconnectMin: 0 }, /^The shortest reconnection pause \(ms\) is 0/],
    [{ reconnectMin: 600, reconnectMax: 599 }, /^The longest reconnection pause \(ms\) is 599; .*from 600/],
    [{ heartbeat: -1 }, /^The heartbeat \(ms\) is -1/],
    [{ heartbeat: NaN }, /^The heartbeat \(ms\) is NaN/],
    [{ queueLimit: 0 }, /^The queue limit is 0/],
    [{ successCode: 2 ** 32 }, /^The success code is 4294967296/],
  ];
  for (const [options, told] of wrong) {
    it(`are refused where ${inspect(options)}`, () => {
      for (const make of [() => new AmmClient(options), () => new AppClient(options)])
        assert.match(thrown(make, 'AKM_INVALID_INPUT').message, told);
    });
  }

  it('are read from strings too', () => {
    const options = { port: '0x1F', heartbeat: '0' } as unknown as ClientOptions;
    assert.deepEqual([checkOptions(options, 1).port, checkOptions(options, 1).heartbeat], [31, 0]);
  });
});
