import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toData } from '../../nodes/shared/app-data.js';
import { thrown } from '../support/promises.js';

const text = (payload: unknown): string => {
  const data = toData(payload);
  assert.equal(typeof data, 'string');
  return String(data);
};
const refused = (payload: unknown): string =>
  thrown(() => toData(payload), 'AKM_INVALID_INPUT').message.replace(/;.*/s, '');
const tooLarge = (payload: unknown): string => thrown(() => toData(payload), 'AKM_PAYLOAD_TOO_LARGE').message;

describe('a payload as application data', () => {
  it('is a string as it is', () => assert.equal(toData('Grüße'), 'Grüße'));

  const { buffer } = new Uint8Array([1, 2, 255, 0]);
  const bytes: Record<string, unknown> = {
    'a Buffer': Buffer.from(buffer),
    'a Uint8Array': new Uint8Array(buffer),
    'a Uint16Array': new Uint16Array(buffer),
    'a Float32Array': new Float32Array(buffer),
    'a DataView': new DataView(buffer),
    'an ArrayBuffer': buffer,
    'a SharedArrayBuffer': new Uint8Array(new SharedArrayBuffer(4)).fill(7).buffer,
    'a Buffer in JSON': Buffer.from(buffer).toJSON(),
  };
  for (const [what, payload] of Object.entries(bytes)) {
    it(`is the bytes of ${what}`, () =>
      assert.deepEqual(
        toData(payload),
        what === 'a SharedArrayBuffer' ? Buffer.alloc(4, 7) : Buffer.from(buffer),
      ));
  }

  it('is only the part of a buffer that a view shows', () =>
    assert.deepEqual(toData(new DataView(buffer, 1, 2)), Buffer.of(2, 255)));

  it('runs none of the code of a Buffer', () => {
    const forged = Object.defineProperties(Buffer.from('abc'), {
      length: { get: () => assert.fail('its length was asked') },
      copy: { get: () => assert.fail('its copy was asked') },
      toJSON: { get: () => assert.fail('its toJSON was asked') },
    });
    const data = toData(forged);
    assert.ok(Buffer.isBuffer(data) && data !== forged);
    assert.equal(data.toString(), 'abc');
  });

  it('is JSON of what only looks like a Buffer in JSON', () => {
    for (const payload of [
      { type: 'Buffer', data: [1, 256] },
      { type: 'Buffer', data: ['1'] },
      { type: 'Buffer', data: 'text' },
      { type: 'Buffer' },
      { type: 'Buffer', data: [1], unit: 'bar' },
      { type: 'buffer', data: [1] },
    ])
      assert.equal(toData(payload), JSON.stringify(payload));
  });

  it('is the JSON that JSON.stringify writes', () =>
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (payload) => {
        if (typeof payload !== 'string') assert.equal(text(payload), JSON.stringify(payload));
      }),
    ));

  it('is the JSON of whatever JSON shows honestly', () => {
    class Reading {
      readonly #hidden = 1;
      constructor(readonly value = this.#hidden) {}
    }
    for (const payload of [
      { when: new Date(0), none: undefined, run: () => 1, [Symbol('s')]: 1 },
      { key: Buffer.from('ab') },
      { own: { toJSON: (key: string) => `own ${key}` }, gone: { toJSON: () => undefined } },
      Object.assign(new Map(), { toJSON: () => ({ a: 1 }) }),
      [Object(1), Object('s'), Object(true)],
      Object.assign(Object.create(null) as object, { a: -0 }),
      new Reading(),
      new Proxy({ a: [1] }, {}),
      '__proto__ constructor'.split(' '),
      JSON.parse('{"__proto__":1,"a b":"\\ud800"}') as unknown,
      null,
      false,
      -1.5e-7,
    ])
      assert.equal(text(payload), JSON.stringify(payload));
  });

  const circular: { self?: unknown } = {};
  circular.self = [circular];
  const falsified: [unknown, string][] = [
    [NaN, 'msg.payload is NaN'],
    [{ readings: [1, 2, 3, NaN] }, 'msg.payload.readings[3] is NaN'],
    [[-Infinity], 'msg.payload[0] is -Infinity'],
    [Object(NaN), 'msg.payload is NaN'],
    [new Map([['a', 1]]), 'msg.payload is a Map'],
    [{ a: new Set([1]) }, 'msg.payload.a is a Set'],
    [new WeakMap(), 'msg.payload is a WeakMap'],
    [{ 'a b': { c: /x/ } }, 'msg.payload["a b"].c is a RegExp'],
    [{ 'a\nb': /x/ }, 'msg.payload["a\\nb"] is a RegExp'],
    [new Error('secret'), 'msg.payload is an Error'],
    [[Promise.resolve(1)], 'msg.payload[0] is a Promise'],
    [[() => 1], 'msg.payload[0] is a function'],
    [[Symbol('secret')], 'msg.payload[0] is a symbol'],
    [[1, undefined], 'msg.payload[1] is undefined'],
    [Object.assign([1], { length: 3 }), 'msg.payload[1] is undefined'],
    [[{ toJSON: () => undefined }], 'msg.payload[0] is an object'],
    [{ a: 5n }, 'msg.payload.a is 5n'],
    [Object(5n), 'msg.payload is a boxed primitive'],
    [Object(Symbol('s')), 'msg.payload is a boxed primitive'],
    [{ a: new Float64Array(2) }, 'msg.payload.a is a typed array'],
    [{ a: new Uint8Array(2) }, 'msg.payload.a is a Uint8Array of 2 bytes'],
    [{ a: new ArrayBuffer(2) }, 'msg.payload.a is an ArrayBuffer'],
    [{ a: new Date(NaN) }, 'msg.payload.a is an invalid Date'],
    [circular, 'msg.payload.self[0] is an object that it is part of'],
    [undefined, 'msg.payload is undefined'],
    [() => 1, 'msg.payload is a function'],
  ];
  for (const [payload, told] of falsified) {
    it(`is not sent as what it is not: ${told}`, () => assert.equal(refused(payload), told));
  }

  it('may be in a value twice, as long as it is not in itself', () => {
    const twice = { a: 1 };
    assert.equal(text([twice, { twice }]), '[{"a":1},{"twice":{"a":1}}]');
  });

  it('is told where its own code threw', () => {
    const trap = {
      get bad(): never {
        throw new Error('not\nthis');
      },
    };
    assert.equal(refused({ list: [trap] }), 'msg.payload.list[0].bad cannot be read: not\\nthis');
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    assert.match(refused([proxy]), /^msg\.payload\[0\] cannot be read/);
  });

  it('is read once: a value that changes its answers is sent as it was judged', () => {
    let asked = 0;
    const payload = {
      get a() {
        asked += 1;
        return asked === 1 ? 1 : NaN;
      },
    };
    assert.equal(text(payload), '{"a":1}');
  });

  it('is given up as soon as no message could carry it, and without much work', () => {
    const untouched = {
      get a(): string {
        return assert.fail('an entry was read');
      },
    };
    assert.match(
      tooLarge(Array(870_000).fill(untouched)),
      /^msg\.payload has 870000 entries; one message carries/,
    );
    assert.match(
      tooLarge({ deep: Object.assign([], { length: 2 ** 32 - 1 }) }),
      /^msg\.payload\.deep has 4294967295/,
    );
    assert.match(tooLarge(['x'.repeat(1e8)]), /^The data as JSON has more than 65536 bytes/);
    assert.match(tooLarge({ a: Buffer.alloc(1e8) }), /^msg\.payload\.a is a Buffer of 100000000 bytes/);
    assert.match(
      tooLarge({ type: 'Buffer', data: Array(1e6).fill(1) }),
      /^msg\.payload is a Buffer of 1000000 bytes in JSON/,
    );
    const members = Object.fromEntries(Array.from({ length: 70_000 }, (_, n) => [n, undefined]));
    assert.match(tooLarge(members), /^msg\.payload has 70000 members/);
    const endless: object = new Proxy([], { get: (_, name) => (name === 'length' ? 2000 : endless) });
    assert.match(
      refused(endless),
      /^msg\.payload(\[0\])+… is an object that it is part of$|^msg\.payload\[0\] is/,
    );
    let nested: unknown = [];
    for (let level = 0; level < 100_000; level += 1) nested = [nested];
    assert.match(refused(nested), /is nested more than 1000 deep$/);
  });

  it('tells how large it is if it is but somewhat too large', () =>
    assert.equal(text(['x'.repeat(5000)]).length, 5004));
});
