import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { connection, untimed } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';

const { request, response } = AMM_OPERATIONS.LIST_ENDPOINTS;

describe('akm-list-endpoints', () => {
  const { nodeRed, bench } = useNodeRed();
  const list = { id: 'list', type: 'akm-list-endpoints' };

  it('gives what the AMM knows, in the message that asked', async () => {
    await nodeRed.start(connection(await bench.simulator({ endpoints: 2 })), list);
    const msg = await nodeRed.success('list', { _msgid: 'mine', payload: 1, topic: 'kept' });
    assert.deepEqual(msg, {
      _msgid: 'mine',
      topic: 'kept',
      akm: msg.akm,
      payload: [
        {
          index: 0,
          id: '0xE0000000000000000000000000000001',
          lower64: '0x0000000000000001',
          upper64: '0xE000000000000000',
        },
        {
          index: 1,
          id: '0xE0000000000000000000000000000002',
          lower64: '0x0000000000000002',
          upper64: '0xE000000000000000',
        },
      ],
    });
    assert.deepEqual(untimed(msg), {
      service: 'amm',
      operation: 'LIST_ENDPOINTS',
      requestCode: 0x01,
      responseCode: 0x41,
      confirmation: 0,
      count: 2,
      truncated: false,
      layout: 'documented',
    });
  });

  it('gives an empty array where the AMM knows none', async () => {
    await nodeRed.start(connection(await bench.simulator({ endpoints: 0 })), list);
    assert.deepEqual((await nodeRed.success('list')).payload, []);
  });

  it('gives the 32 that exist where the count is higher, and says so', async () => {
    const amm = await bench.scriptedAmm();
    await nodeRed.start(connection({ ammPort: amm.port }), list);
    const peer = await amm.connection();
    const listed = nodeRed.success('list');
    await peer.receive(request);
    const endpoints = Array.from({ length: 32 }, (_, n) => identifierOf(BigInt(n), 1n));
    peer.send(response, { confirmation: 0, count: 33, endpoints });
    const { payload, akm } = await listed;
    assert.deepEqual(
      payload,
      endpoints.map((endpoint, index) => ({ index, ...endpoint })),
    );
    assert.deepEqual([akm?.count, akm?.truncated], [33, true]);
  });

  it('takes no confirmation for a refusal: the request changes nothing', async () => {
    const amm = await bench.scriptedAmm();
    await nodeRed.start(connection({ ammPort: amm.port }), list);
    const peer = await amm.connection();
    const listed = nodeRed.success('list');
    await peer.receive(request);
    peer.send(response, { confirmation: 9, count: 0, endpoints: [] });
    assert.equal((await listed).akm?.confirmation, 9);
  });

  it('asks for all of them where a flow leaves the filter out', async () => {
    const amm = await bench.scriptedAmm();
    await nodeRed.start(connection({ ammPort: amm.port }), list);
    const peer = await amm.connection();
    const listed = nodeRed.success('list');
    assert.deepEqual(await peer.receive(request), { filter: 0 });
    peer.send(response, { confirmation: 0, count: 0, endpoints: [] });
    await listed;
  });
});
