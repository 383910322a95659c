import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AkmError, ERROR_CODES, ERRORS, isAkmError, kindOf, messageOf, quote } from '../../src/errors.js';

describe('errors', () => {
  it('own their code and what the peer said, so that Node-RED hands them on', () => {
    const cause = new Error('underneath');
    const error = new AkmError('AKM_REJECTED', 'no', { cause, status: 3, confirmation: 4 });
    assert.ok(error instanceof Error);
    const { name, message, code, status, confirmation } = error;
    assert.deepEqual(
      { name, message, code, status, confirmation, cause: error.cause },
      { name: 'AkmError', message: 'no', code: 'AKM_REJECTED', status: 3, confirmation: 4, cause },
    );
    for (const property of ['code', 'reached', 'retryable', 'status', 'confirmation'])
      assert.ok(Object.hasOwn(error, property));
  });

  it('say by their code whether they reached the peer, and whether to try again', () => {
    for (const code of ERROR_CODES) {
      const { reached, retryable } = new AkmError(code, 'it is so');
      assert.deepEqual({ reached, retryable, summary: ERRORS[code].summary }, ERRORS[code]);
    }
    assert.deepEqual([ERRORS.AKM_PROTOCOL.reached, ERRORS.AKM_REJECTED.reached], ['unknown', 'yes']);
  });

  it('have a number after AKM_REJECTED, and no other code: the compiler knows it', () => {
    const numberIn = (thrown: unknown): number | undefined => {
      if (!isAkmError(thrown)) return undefined;
      // @ts-expect-error before the code is checked there may be no number
      const unchecked: number = thrown.status ?? thrown.confirmation;
      assert.equal(unchecked, 7);
      if (thrown.code !== 'AKM_REJECTED') {
        const reached: 'no' | 'unknown' = thrown.reached;
        assert.fail(reached);
      }
      const answered: 'yes' = thrown.reached;
      assert.equal(answered, 'yes');
      const checked: number = thrown.status ?? thrown.confirmation;
      return checked;
    };
    assert.equal(numberIn(new AkmError('AKM_REJECTED', 'no', { status: 7 })), 7);
  });

  it('have no property for what is not known', () => {
    const error = new AkmError('AKM_TIMEOUT', 'late');
    assert.deepEqual(Object.keys(error).sort(), ['code', 'name', 'reached', 'retryable']);
    assert.equal('cause' in error, false);
  });

  it('keep a status of 0', () => assert.equal(new AkmError('AKM_REJECTED', 'no', { status: 0 }).status, 0));

  it('take the message of anything that was thrown', () => {
    assert.equal(messageOf(new TypeError('wrong')), 'wrong');
    assert.equal(messageOf('text'), '"text"');
    assert.equal(messageOf(undefined), 'undefined');
  });

  it('show any value in one short line', () => {
    const values = [
      'x'.repeat(61),
      '',
      1n << 128n,
      (1n << 128n) + 1n,
      -(1n << 200n),
      Symbol('s'),
      Object.create(null),
      [],
      null,
    ];
    assert.deepEqual(values.map(quote), [
      `"${'x'.repeat(60)}…" (61 characters)`,
      '""',
      `${(1n << 128n).toString()}n`,
      'a bigint of more than 128 bits',
      'a bigint of more than 128 bits',
      'a symbol',
      'an object',
      'an array of 0',
      'null',
    ]);
  });

  it('name the kind of what is no plain object, without running its code', () => {
    const forged = Object.defineProperties(Buffer.alloc(3), {
      length: { get: () => assert.fail('its length was asked') },
      constructor: { get: () => assert.fail('its constructor was asked') },
      [Symbol.toStringTag]: { get: () => assert.fail('its tag was asked') },
    });
    const values = [
      forged,
      new Uint8Array(3),
      new Float64Array(2),
      new DataView(new ArrayBuffer(2)),
      new ArrayBuffer(2),
      new Map(),
      new Set(),
      new Error('secret'),
      /secret/,
      new Date(0),
      Promise.resolve(),
    ];
    assert.deepEqual(values.map(kindOf), [
      'a Buffer of 3 bytes',
      'a Uint8Array of 3 bytes',
      'a typed array',
      'a DataView',
      'an ArrayBuffer',
      'a Map',
      'a Set',
      'an Error',
      'a RegExp',
      'a Date',
      'a Promise',
    ]);
  });

  it('escape what a log or a terminal would obey, as JavaScript writes it', () => {
    const hostile = 'a\nb\r\t\x1b[31m\u0085\u202e\u2028\ud800\u{e0001}\u200b';
    const shown = 'a\\nb\\r\\t\\x1b[31m\\x85\\u202e\\u2028\\ud800\\u{e0001}\\u200b';
    assert.equal(quote(hostile), `"${shown}"`);
    assert.equal(messageOf(new Error(hostile)), shown);
    assert.equal(new AkmError('AKM_CLOSED', hostile).message, shown);
    assert.equal(quote('Pumpe Ä 泵 ポンプ 🏭'), '"Pumpe Ä 泵 ポンプ 🏭"');
  });

  it('are one short line of what can be shown, whatever they repeat', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        for (const line of [
          quote(text),
          messageOf(new Error(text)),
          new AkmError('AKM_CLOSED', text).message,
        ])
          assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        assert.ok(quote(text).length < 600);
      }),
    );
  });
});
