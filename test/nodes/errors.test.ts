import assert from 'node:assert/strict';
import type { AkmErrorCode } from '../../src/errors.js';
import type { Fault } from '../../src/simulator/faults.js';
import { connection, type Caught } from '../support/flows.js';
import { freePort } from '../support/free-port.js';
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

const peers = { amm: /the AMM at 127\.0\.0\.1:\d+/, app: /the AppEndpoint at 127\.0\.0\.1:\d+/ };

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

    const faults: [Fault, AkmErrorCode, RegExp][] = [
      ['silent', 'AKM_TIMEOUT', new RegExp(`did not answer ${operation}_REQUEST within 100 ms`)],
      ['slow', 'AKM_TIMEOUT', new RegExp(`did not answer ${operation}_REQUEST within 100 ms`)],
      ['disconnect', 'AKM_CONNECTION_LOST', /The connection to .* was lost/],
      ['garbage', 'AKM_PROTOCOL', /broke the protocol/],
    ];
    for (const [fault, code, message] of faults) {
      it(`are ${code} with the fault ${fault}`, async () => {
        const peer = await bench.simulator({ fault });
        const requestTimeout = code === 'AKM_TIMEOUT' ? '100' : '5000';
        await nodeRed.start(connection(peer, { requestTimeout }), node);
        await nodeRed.showing('node', 'connected');
        const { error } = await failure(code);
        assert.match(error.message, message);
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
      const peer = await bench.simulator({ fault: 'silent' });
      const other = { id: 'other', type: service === 'amm' ? 'akm-list-atrs' : 'akm-register', auto: false };
      await nodeRed.start(connection(peer, { queueLimit: '1' }), node, other);
      await nodeRed.showing('other', 'connected');
      const inFlight = nodeRed.input('other');
      const waiting = nodeRed.input('other');
      await turn();
      const { error } = await failure('AKM_QUEUE_FULL');
      assert.match(error.message, /1 requests or sends are waiting already, which is the limit/);
      await nodeRed.stop();
      for (const ended of [inFlight, waiting]) {
        const closed = await ended;
        assert.equal(closed?.code, 'AKM_CLOSED');
        assert.match(closed.message, peers[service]);
        assert.match(closed.message, /was closed/);
      }
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
