import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { connection, untimed } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';

const { request, response } = AMM_OPERATIONS.LIST_ATRS;

/** Trust relationships of these categories, in this order. */
const atrsOf = (...categories: number[]) =>
  categories.map((category, n) => ({ category, id: identifierOf(BigInt(n), 0xa0n) }));

describe('akm-list-atrs', () => {
  const { nodeRed, bench } = useNodeRed();
  const list = { id: 'list', type: 'akm-list-atrs' };

  /** Lists what a scripted AMM answers. */
  const listing = async (answer: { count: number; atrs: ReturnType<typeof atrsOf> }, properties: object) => {
    const amm = await bench.scriptedAmm();
    await nodeRed.start(connection({ ammPort: amm.port }), { ...list, ...properties });
    const peer = await amm.connection();
    const listed = nodeRed.success('list');
    assert.deepEqual(await peer.receive(request), { filter: 0 });
    peer.send(response, { confirmation: 0, ...answer });
    return (await listed) as { payload: { index: number; category: number }[]; akm: object };
  };

  it('gives what the AMM knows, in the message that asked', async () => {
    await nodeRed.start(connection(await bench.simulator({ atrs: 4 })), list);
    const msg = await nodeRed.success('list', { _msgid: 'mine', payload: 1, topic: 'kept' });
    const upper64 = '0xA000000000000000';
    const listed = (index: number, category: number, categoryName: string) => {
      const lower64 = `0x000000000000000${index + 1}`;
      return { index, category, categoryName, id: upper64 + lower64.slice(2), lower64, upper64 };
    };
    assert.deepEqual(msg, {
      _msgid: 'mine',
      topic: 'kept',
      akm: msg.akm,
      payload: [
        listed(0, 3, 'Operational'),
        listed(1, 3, 'Operational'),
        listed(2, 3, 'Operational'),
        listed(3, 2, 'Provisional'),
      ],
    });
    assert.deepEqual(untimed(msg), {
      service: 'amm',
      operation: 'LIST_ATRS',
      requestCode: 0x05,
      responseCode: 0x45,
      confirmation: 0,
      count: 4,
      truncated: false,
      layout: 'documented',
    });
  });

  it('names the categories, and calls every other number Unknown', async () => {
    const { payload } = await listing({ count: 6, atrs: atrsOf(0, 1, 2, 3, 4, 0xffff_ffff) }, {});
    assert.deepEqual(
      payload.map((atr) => [atr.category, 'categoryName' in atr && atr.categoryName]),
      [
        [0, 'Illegal'],
        [1, 'Bootstrap'],
        [2, 'Provisional'],
        [3, 'Operational'],
        [4, 'Unknown'],
        [0xffff_ffff, 'Unknown'],
      ],
    );
  });

  for (const [category, kept] of Object.entries({ '0': [3], '1': [1, 5], '2': [], '3': [0, 2, 4] })) {
    it(`keeps those of category ${category}, each with its place in the whole list`, async () => {
      const { payload, akm } = await listing({ count: 6, atrs: atrsOf(3, 1, 3, 0, 3, 1) }, { category });
      assert.deepEqual(
        payload.map(({ index }) => index),
        kept,
      );
      assert.equal('count' in akm && akm.count, 6, 'what the AMM counts');
    });
  }

  it('keeps all of them where the category is empty', async () =>
    assert.equal((await listing({ count: 3, atrs: atrsOf(3, 1, 3) }, { category: '' })).payload.length, 3));

  it('gives the 64 that exist where the count is higher, and says so', async () => {
    const atrs = atrsOf(...Array.from({ length: 64 }, () => 3));
    const { payload, akm } = await listing({ count: 70, atrs }, {});
    assert.equal(payload.length, 64);
    assert.deepEqual('truncated' in akm && 'count' in akm && [akm.count, akm.truncated], [70, true]);
  });

  it('fails with a category that is none, and asks nothing', async () => {
    const amm = await bench.scriptedAmm();
    await nodeRed.start(connection({ ammPort: amm.port }), { ...list, category: 'all' });
    const peer = await amm.connection();
    const { error } = await nodeRed.failure('list', {}, 'AKM_INVALID_INPUT');
    assert.match(error.message, /The category is "all"; a whole number from 0 to 4294967295 is needed/);
    assert.equal(peer.unasked, 0);
  });
});
