import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AkmError, quote, isAkmError, messageOf, kindOf } from '../../src/errors.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { MAX_APP_BUFFER_SIZE, SEND_APP_DATA_REQUEST } from '../../src/protocol/app-messages.js';
import { bufferOn, bytesOf, copyOf, lengthOf } from '../../src/protocol/bytes.js';
import { customMessages } from '../../src/protocol/custom-layout.js';
import { AMM_DIALECT } from '../../src/protocol/header.js';
import { identifierOf, parseIdentifier, parseIdentifiers } from '../../src/protocol/identifier.js';
import { parseInteger, parseU64 } from '../../src/protocol/integer.js';
import { encodeFrame, encodeRawFrame } from '../../src/protocol/message.js';
import { readApplication, readAtrId, targetRefused } from '../../src/settings/aliases.js';
import { checkNames } from '../../src/settings/check-names.js';
import { Names } from '../../src/settings/names.js';
import { oneOf } from '../../src/settings/one-of.js';
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

const sizeOfData = (data: Uint8Array | string): number =>
  SEND_APP_DATA_REQUEST.body.fields.data.sizeOf(data, 'data');

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

  /** A Buffer that has all that it could be asked for as its own, and none of it true. */
  const forged = (content: string): Buffer => {
    const lie = { get: trap };
    const names = [
      'length',
      'byteLength',
      'byteOffset',
      'buffer',
      'copy',
      'set',
      'subarray',
      'slice',
      'toString',
    ];
    const own = [...names, Symbol.iterator, Symbol.toStringTag, 'constructor'].map((name) => [name, lie]);
    return Object.defineProperties(Buffer.from(content), Object.fromEntries(own) as PropertyDescriptorMap);
  };

  /** The data that a message carries, written into memory in which there was an earlier message. */
  const written = (data: Uint8Array | string): Buffer => {
    const target = Buffer.alloc(SEND_APP_DATA_REQUEST.body.size ?? 0);
    SEND_APP_DATA_REQUEST.body.write(target, 0, { atrId: 1, appValue: 2, data }, '');
    return target.subarray(4, 4 + target.readUInt32LE(4 + MAX_APP_BUFFER_SIZE));
  };

  it('that lies about its bytes is sent as the bytes that it is, and none of its code is run', () => {
    const value = forged('abc');
    sizeOfData(value);
    assert.equal(written(value).toString(), 'abc');
    assert.deepEqual(encodeOwn('a:bytes', { a: value }).subarray(16), Buffer.from('abc'));
    assert.deepEqual(encodeOwn('a:bytes[4]', { a: value }).subarray(16), Buffer.from('abc\0'));
    assert.deepEqual(encodeRawFrame(AMM_DIALECT, 1, value).subarray(16), Buffer.from('abc'));
    assert.equal(bufferOn(bytesOf(value) ?? assert.fail()).toString(), 'abc');
  });

  it('of any kind of bytes is sent as its bytes', () => {
    const { buffer } = new Uint16Array([1, 2, 3]);
    for (const value of [buffer, new Uint16Array(buffer), new DataView(buffer), new Uint8Array(buffer)])
      assert.deepEqual(copyOf(bytesOf(value) ?? assert.fail()), Buffer.from([1, 0, 2, 0, 3, 0]));
    const shared = new SharedArrayBuffer(2);
    for (const value of [shared, new Uint8Array(shared)])
      assert.deepEqual(copyOf(bytesOf(value) ?? assert.fail()), Buffer.alloc(2));
  });

  it('is no bytes unless its bytes can be had', () => {
    const gone = new ArrayBuffer(2);
    const view = new DataView(gone);
    structuredClone(gone, { transfer: [gone] });
    for (const value of [
      gone,
      view,
      new Proxy(Buffer.alloc(2), {}),
      Object.create(Buffer.prototype as object) as unknown,
      [1],
      'ab',
      null,
    ])
      assert.equal(bytesOf(value), undefined);
    thrown(() => sizeOfData(new Proxy(Buffer.alloc(2), {})), 'AKM_INVALID_INPUT');
  });

  it('that becomes longer once it was checked is not written beyond its place', () => {
    type Resizable = new (
      length: number,
      options: { maxByteLength: number },
    ) => ArrayBuffer & {
      resize(length: number): void;
    };
    const buffer = new (ArrayBuffer as unknown as Resizable)(2, { maxByteLength: 5000 });
    const value = new Uint8Array(buffer);
    sizeOfData(value);
    buffer.resize(5000);
    thrown(() => written(value), 'AKM_PAYLOAD_TOO_LARGE');
    type Growable = new (
      length: number,
      options: { maxByteLength: number },
    ) => SharedArrayBuffer & {
      grow(length: number): void;
    };
    const shared = new (SharedArrayBuffer as unknown as Growable)(2, { maxByteLength: 5000 });
    const taken = [shared, new Uint8Array(shared), new DataView(shared)].map(bytesOf);
    shared.grow(5000); // as a worker might between two steps of ours
    for (const bytes of taken) assert.equal(lengthOf(bytes ?? assert.fail()), 2);
  });

  it('that is a Proxy of an array is no array: it could have another length each time', () => {
    const growing = new Proxy([1, 2], {
      get: (of, name) => (name === 'length' ? (of.push(3), of.length) : of[0]),
    });
    for (const layout of ['a:u8[]', 'a:u8[2]', 'n:u8 a:u8[n]'])
      assert.match(
        thrown(() => encodeOwn(layout, { a: growing }), 'AKM_INVALID_INPUT').message,
        /^a is a Proxy; an array is needed/,
      );
  });

  it('is in no error text as it is, whoever reads it', () => {
    const shown = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u;
    const told = (mistake?: AkmError): void => {
      if (mistake) throw mistake;
    };
    const readers: ((value: string) => unknown)[] = [
      (value) => parseInteger(value, 'it', 255),
      (value) => parseU64(value, 'it'),
      (value) => parseIdentifier(value),
      (value) => parseIdentifier(`0x${value}`),
      (value) => parseIdentifiers([value], 'it', 1),
      (value) => customMessages({ [value]: 'a:u8' }),
      (value) => customMessages({ PROVISION_ENDPOINT_REQUEST: `a:${value}` }),
      (value) => customMessages({ PROVISION_ENDPOINT_REQUEST: value }),
      (value) => encodeOwn('a:u8', { a: value }),
      (value) => encodeOwn('a:bytes', { a: value }),
      (value) => told(checkNames([{ name: value, id: value, atrId: value, appValue: value }]).mistake),
      (value) => told(checkNames(value).mistake),
      (value) => oneOf(value, ['a', 'b'], 'action'),
      (value) => readAtrId(new Names([{ name: `a${value}b`, atrId: '1' }]), value),
      (value) => readApplication(new Names([{ name: 'a', appValue: '1' }]), 1, value, 'The App Value'),
      (value) =>
        targetRefused(
          new Names([{ name: `a${value}b`, id: '0x1' }]),
          value,
        )(new AkmError('AKM_INVALID_INPUT', value)),
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('\n', '\r', '\x1b', '\u202e', '\u2028', '0', 'x', 'a', ' ', '{', ':'),
      }),
    );
    fc.assert(
      fc.property(text, fc.nat(readers.length - 1), (value, index) => {
        try {
          readers[index]?.(value);
        } catch (error) {
          assert.match((error as Error).message, shown);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
