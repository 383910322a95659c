import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { connection, type Message } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';

const { request, response } = AMM_OPERATIONS.LIST_ENDPOINTS;

/** A way to give a number to a node. */
interface Given {
  value: string;
  type: string;
  msg?: Message;
}

describe('typed inputs', () => {
  const { nodeRed, bench } = useNodeRed();
  const list = { id: 'list', type: 'akm-list-endpoints' };
  /** A tab with an environment variable. */
  const tab = {
    id: 'tab',
    type: 'tab',
    label: 'test',
    env: [{ name: 'AKM_FILTER', value: '0x2A', type: 'str' }],
  };

  const accepted: [string, Given, number][] = [
    ['a number', { value: '7', type: 'num' }, 7],
    ['a hexadecimal number', { value: '0x1F', type: 'num' }, 31],
    ['an environment variable that Node-RED has put in', { value: '${AKM_FILTER}', type: 'num' }, 42],
    ['a string', { value: ' 12 ', type: 'str' }, 12],
    ['a hexadecimal string', { value: '0XfF', type: 'str' }, 255],
    ['a property of the message', { value: 'wanted', type: 'msg', msg: { wanted: 9 } }, 9],
    ['a string in the message', { value: 'wanted', type: 'msg', msg: { wanted: '0x10' } }, 16],
    ['a bigint in the message', { value: 'wanted', type: 'msg', msg: { wanted: 5n } }, 5],
    ['a property of a property', { value: 'a.b[1]', type: 'msg', msg: { a: { b: [1, 2] } } }, 2],
    ['flow context', { value: 'filter', type: 'flow' }, 21],
    ['global context', { value: 'filter', type: 'global' }, 22],
    ['an environment variable', { value: 'AKM_FILTER', type: 'env' }, 42],
    ['a JSONata expression', { value: 'payload * 2', type: 'jsonata', msg: { payload: 4 } }, 8],
    ['a JSONata expression that reads context', { value: '$flowContext("filter") + 1', type: 'jsonata' }, 22],
    ['the largest U32', { value: '4294967295', type: 'num' }, 0xffff_ffff],
  ];
  for (const [what, { value, type, msg = {} }, filter] of accepted) {
    it(`may be ${what}`, async () => {
      const amm = await bench.scriptedAmm();
      await nodeRed.start(tab, connection({ ammPort: amm.port }), {
        ...list,
        filter: value,
        filterType: type,
      });
      nodeRed.node('list').context().flow.set('filter', 21);
      nodeRed.node('list').context().global.set('filter', 22);
      const peer = await amm.connection();
      const listed = nodeRed.success('list', msg);
      assert.deepEqual(await peer.receive(request), { filter });
      peer.send(response, { confirmation: 0, count: 0, endpoints: [] });
      await listed;
    });
  }

  const WANTED = 'a whole number from 0 to 4294967295 is needed, decimal or 0x hexadecimal';
  const refused: [string, Given, string][] = [
    ['one more than the largest U32', { value: '4294967296', type: 'num' }, `"4294967296"; ${WANTED}`],
    ['a text', { value: 'all', type: 'str' }, `"all"; ${WANTED}`],
    ['nothing', { value: '', type: 'num' }, `""; ${WANTED}`],
    ['a fraction', { value: '1.5', type: 'num' }, `"1.5"; ${WANTED}`],
    ['a variable that is not set', { value: '${AKM_UNSET}', type: 'num' }, `"\${AKM_UNSET}"; ${WANTED}`],
    ['a property that the message has not', { value: 'none', type: 'msg' }, `undefined; ${WANTED}`],
    ['a negative number', { value: 'n', type: 'msg', msg: { n: -1 } }, `-1; ${WANTED}`],
    ['an object', { value: 'n', type: 'msg', msg: { n: {} } }, `an object; ${WANTED}`],
    ['context that is not set', { value: 'unset', type: 'flow' }, `undefined; ${WANTED}`],
    ['an environment variable that is not set', { value: 'AKM_UNSET', type: 'env' }, `""; ${WANTED}`],
    ['JSONata that gives nothing', { value: 'none', type: 'jsonata' }, `undefined; ${WANTED}`],
  ];
  for (const [what, { value, type, msg = {} }, message] of refused) {
    it(`may not be ${what}: the error tells what was given and what is allowed`, async () => {
      await nodeRed.start(tab, connection(await bench.simulator()), {
        ...list,
        filter: value,
        filterType: type,
      });
      const caught = await nodeRed.failure('list', msg, 'AKM_INVALID_INPUT');
      assert.equal(caught.error.message, `AkmError: The filter is ${message}`);
      assert.deepEqual(caught.akm, { service: 'amm', operation: 'LIST_ENDPOINTS' });
    });
  }

  const broken: [string, Given, RegExp][] = [
    ['a path that is none', { value: 'a[', type: 'msg' }, /msg "a\[" cannot be read: .*unterminated/],
    [
      'JSONata that is none',
      { value: '1 +', type: 'jsonata' },
      /jsonata "1 \+" cannot be read: .*end of expression/,
    ],
    [
      'JSONata that fails',
      { value: '1 + "a"', type: 'jsonata' },
      /jsonata "1 \+ "a"" cannot be read: .*must evaluate to a number/,
    ],
  ];
  for (const [what, { value, type }, message] of broken) {
    it(`may not be ${what}: the error says why`, async () => {
      await nodeRed.start(connection(await bench.simulator()), { ...list, filter: value, filterType: type });
      const caught = await nodeRed.failure('list', {}, 'AKM_INVALID_INPUT');
      assert.match(caught.error.message, message);
    });
  }
});
