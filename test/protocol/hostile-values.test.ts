import assert from 'node:assert/strict';
import { AkmError, quote, isAkmError, messageOf, kindOf } from '../../src/errors.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { customMessages } from '../../src/protocol/custom-layout.js';
import { AMM_DIALECT } from '../../src/protocol/header.js';
import { identifierOf, parseIdentifier } from '../../src/protocol/identifier.js';
import { parseInteger, parseU64 } from '../../src/protocol/integer.js';
import { encodeFrame, encodeRawFrame } from '../../src/protocol/message.js';
import { thrown } from '../support/promises.js';

const ID = identifierOf(1n, 2n);
const trap = (): never => {
  throw new Error('stepped into the trap');
};
const trapped = (): object => new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap });
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
};

/** A frame of a message with this own layout. */
function encodeOwn(text: string, values: object): Buffer {
  const message = customMessages({ PROVISION_ENDPOINT_REQUEST: text }).get('PROVISION_ENDPOINT_REQUEST');
  assert.ok(message);
  return encodeFrame(AMM_DIALECT, message, values as never);
}

/** An array with one entry, and holes up to this length. */
const sparse = (first: unknown, length: number): unknown[] => Object.assign([first], { length });

describe('a hostile value', () => {
  const { request: create } = AMM_OPERATIONS.CREATE_OPERATIONAL_ATR;

  it('does not shorten a list by a hole in it', () => {
    const holed = { count: 3, endpoints: sparse(ID, 3) as (typeof ID)[] };
    assert.match(
      thrown(() => encodeFrame(AMM_DIALECT, create, holed), 'AKM_INVALID_INPUT').message,
      /^endpoints\[1\] is undefined/,
    );
    const { message } = thrown(
      () => encodeOwn('n:u8 a:u16[n] b:u8', { a: sparse(1, 3), b: 2 }),
      'AKM_INVALID_INPUT',
    );
    assert.match(message, /^a\[1\] is undefined/);
  });

  it('does not keep the process busy by billions of holes', () => {
    for (const first of [1, undefined]) {
      const { message } = thrown(
        () => encodeOwn('a:u8[]', { a: sparse(first, 2 ** 32 - 1) }),
        'AKM_PAYLOAD_TOO_LARGE',
      );
      assert.match(message, /^a has 4294967295 entries; a message body has at most 4080 bytes/);
    }
  });

  it('is no counting field unless it is a whole number', () => {
    for (const n of [Symbol('n'), { valueOf: trap }, '', [2], true, 'x'])
      assert.match(
        thrown(() => encodeOwn('n:u8 a:u8[n]', { n, a: [1, 2] }), 'AKM_INVALID_INPUT').message,
        /^n is /,
      );
  });

  it('that is another one each time it is read is not sent', () => {
    const growing = (values: unknown[]): object => ({
      get a(): unknown {
        return values.shift();
      },
    });
    for (const values of [
      [Buffer.alloc(4), Buffer.alloc(2)],
      [Buffer.alloc(2), Buffer.alloc(4)],
    ])
      assert.match(
        thrown(() => encodeOwn('a:bytes', growing(values)), 'AKM_INVALID_INPUT').message,
        /^The values cannot be read: /,
      );
  });

  it('that throws when it is read is an error of ours', () => {
    const getter = {
      get a() {
        return trap();
      },
    };
    for (const values of [getter, trapped()])
      assert.equal(
        thrown(() => encodeOwn('a:u8', values), 'AKM_INVALID_INPUT').message,
        'The values cannot be read: stepped into the trap',
      );
    thrown(() => parseIdentifier(trapped()), 'AKM_INVALID_INPUT');
    thrown(
      () => encodeRawFrame(AMM_DIALECT, 1, Object.create(Buffer.prototype as object) as Buffer),
      'AKM_INVALID_INPUT',
    );
  });

  it('of any length is no number and no identifier, and is not repeated in the error', () => {
    for (const text of ['9'.repeat(1e7), ' '.repeat(1e7), `0x${'f'.repeat(1e7)}`])
      for (const parse of [parseIdentifier, parseU64, (value: unknown) => parseInteger(value, 'it', 255)])
        assert.ok(thrown(() => parse(text, 'it'), 'AKM_INVALID_INPUT').message.length < 300);
  });

  it('can be shown, whatever it is', () => {
    for (const show of [quote, kindOf]) {
      assert.equal(show(trapped()), 'a Proxy');
      assert.equal(show(revoked()), 'a Proxy');
      assert.equal(show(Object.create(trapped()) as unknown), 'an object');
      assert.equal(show(Object.create(Buffer.prototype as object) as unknown), 'an object');
    }
    assert.equal(kindOf('a secret'), 'text of 8 characters');
  });

  it('can be thrown, whatever it is', () => {
    assert.equal(messageOf(trapped()), 'a Proxy');
    assert.equal(messageOf({ message: 7 }), 'an object');
    assert.equal(messageOf(new Error('x'.repeat(1e6))).length, 1001);
    assert.equal(isAkmError(trapped()), false);
    assert.equal(isAkmError(new AkmError('AKM_CLOSED', 'it is')), true);
  });
});
