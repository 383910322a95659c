import assert from 'node:assert/strict';
import { isLoopback } from '../../src/client/amm/loopback.js';

describe('loopback addresses', () => {
  for (const address of [
    '127.0.0.1',
    '127.255.255.254',
    '127.1.2.3',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
  ])
    it(`include ${address}`, () => assert.equal(isLoopback(address), true));

  for (const address of [
    '126.255.255.255',
    '128.0.0.1',
    '0.0.0.0',
    '10.127.0.1',
    '192.168.127.1',
    '::',
    '::2',
    '::ffff:128.0.0.1',
    '::ffff:10.0.0.1',
    '::127.0.0.1',
    'fe80::1',
    'localhost',
    '127.1',
    '127.0.0.1.example.org',
    '',
  ])
    it(`do not include ${address === '' ? 'nothing' : address}`, () =>
      assert.equal(isLoopback(address), false));
});
