import assert from 'node:assert/strict';
import type { AkmErrorCode } from '../../src/errors.js';
import { AMM_DIALECT, APP_DIALECT } from '../../src/protocol/header.js';
import { connection, type Caught } from '../support/flows.js';
import { freePort } from '../support/free-port.js';
import * as harms from '../support/harmful-proxy/harms.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { turn } from '../support/promises.js';

const ENDPOINT = '0x000000000000000000000000C0FFEE01';

/** The nodes that make a request for each message. */
const nodes = [
  { type: 'akm-list-endpoints', service: 'amm', operation: 'LIST_ENDPOINTS' },
  { type: 'akm-list-atrs', service: 'amm', operation: 'LIST_ATRS' },
  { type: 'akm-provision', service: 'amm', operation: 'PROVISION_ENDPOINT' },
  { type: 'akm-register', service: 'app', operation: 'REGISTER_APP' },
] as const;

const peers = { amm: /the AMM at 127\.[\d.]+:\d+/, app: /the AppEndpoint at 127\.[\d.]+:\d+/ };

for (const { type, service, operation } of nodes) {
  describe(`errors of ${type}`, () => {
    const { nodeRed, bench } = useNodeRed();
    const node = { id: 'node', type, auto: false };

    /** Hands the node a message that must fail so, and be kept. */
    const failure = async (code: AkmErrorCode, details = {}): Promise<Caught> => {
      const caught = await nodeRed.failure('node', { payload: ENDPOINT, topic: 'kept' }, code);
      assert.deepEqual(caught.akm, { service, operation, ...details });
      assert.deepEqual([caught.payload, caught.topic], [ENDPOINT, 'kept']);
      return caught;
    };

    /** What comes of the first answer on a connection, and of every other. */
    const faults: ['swallow' | 'end' | 'noise', AkmErrorCode, RegExp][] = [
      ['swallow', 'AKM_TIMEOUT', new RegExp(`did not answer ${operation}_REQUEST within 100 ms`)],
      ['end', 'AKM_CONNECTION_LOST', /The connection to .* was lost/],
      ['noise', 'AKM_PROTOCOL', /broke the protocol/],
    ];
    for (const [harm, code, message] of faults) {
      it(`are ${code} where the answer comes to this: ${harm}`, async () => {
        const dialect = service === 'amm' ? AMM_DIALECT : APP_DIALECT;
        const { ammPort, appPort } = await bench.simulator();
        const proxy = await bench.proxy(dialect, service === 'amm' ? ammPort : appPort);
        const { host, port } = proxy;
        const requestTimeout = code === 'AKM_TIMEOUT' ? '100' : '5000';
        const peer = { ammHost: host, appHost: host, requestTimeout };
        await nodeRed.start(connection({ ammPort: port, appPort: port }, peer), node);
        await nodeRed.showing('node', 'connected');
        proxy.harm({ toClient: harms[harm] });
        const { error } = await failure(code);
        assert.match(error.message, message);
        assert.match(error.message, peers[service]);
      });
    }

    for (const fault of ['silent', 'slow', 'disconnect', 'garbage'] as const) {
      it(`are AKM_NOT_CONNECTED where a new connection meets the fault ${fault}, or the AppEndpoint's own`, async () => {
        const peer = await bench.simulator({ fault });
        await nodeRed.start(connection(peer, { requestTimeout: '100' }), node);
        const isUsed = service === 'app' && (fault === 'silent' || fault === 'slow');
        await nodeRed.showing('node', isUsed ? 'connected' : 'disconnected');
        const { error } = await failure(isUsed ? 'AKM_TIMEOUT' : 'AKM_NOT_CONNECTED');
        assert.match(error.message, peers[service]);
      });
    }

    it('are AKM_NOT_CONNECTED where there is no peer, for each message', async () => {
      const port = await freePort();
      const settings = connection({ ammPort: port, appPort: port }, { requestTimeout: '50' });
      await nodeRed.start(settings, node);
      await nodeRed.showing('node', 'disconnected');
      for (let n = 0; n < 3; n += 1) {
        const { error } = await failure('AKM_NOT_CONNECTED');
        assert.match(error.message, /Not connected to .*: .*(ECONNREFUSED|no connection within 50 ms)/);
        assert.match(error.message, peers[service]);
      }
    });

    it('are AKM_QUEUE_FULL where as many wait as may, and AKM_CLOSED for these when the flow stops', async () => {
      const [amm, app] = [await bench.scriptedAmm(), await bench.scriptedApp()]; // which answer nothing but who they are
      const other = { id: 'other', type: service === 'amm' ? 'akm-list-atrs' : 'akm-app-info' };
      await nodeRed.start(
        connection({ ammPort: amm.port, appPort: app.port }, { queueLimit: '1' }),
        ...(type === 'akm-register' ? [{ ...other, id: 'node', query: 'atrs' }] : [node]),
        other,
      );
      await nodeRed.showing('other', 'connected');
      const inFlight = nodeRed.input('other');
      const waiting = nodeRed.input('other');
      await turn();
      const { error } = await nodeRed.failure('node', { payload: ENDPOINT }, 'AKM_QUEUE_FULL');
      assert.match(error.message, /Queue full: 1 requests and messages are waiting \(queue limit 1\)/);
      await nodeRed.stop();
      const [closed, stopped] = await Promise.all([inFlight, waiting]);
      assert.deepEqual([closed?.code, stopped?.code], ['AKM_CLOSED', 'AKM_CLOSED']);
      assert.match(closed?.message ?? '', peers[service]);
      assert.match(closed?.message ?? '', /was closed/);
      assert.match(stopped?.message ?? '', /The node was stopped before anything was sent/);
    });
  });
}

for (const { type, operation, service } of nodes.slice(2)) {
  describe(`a refusal of ${type}`, () => {
    const { nodeRed, bench } = useNodeRed();

    it('is AKM_REJECTED, with the number that the peer gave', async () => {
      const peer = await bench.simulator({ fault: 'reject' });
      const settings = { reconnectMin: '60000', reconnectMax: '60000' };
      await nodeRed.start(connection(peer, settings), { id: 'node', type, auto: false });
      const caught = await nodeRed.failure('node', { payload: ENDPOINT }, 'AKM_REJECTED');
      const number = service === 'amm' ? { confirmation: 1 } : { status: 3 };
      assert.deepEqual(caught.akm, { service, operation, ...number });
      assert.match(caught.error.message, new RegExp(`refused ${operation}_REQUEST`));
    });
  });
}
