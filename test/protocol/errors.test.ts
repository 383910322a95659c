import assert from 'node:assert/strict';
import { AkmError, quote as picture, messageOf } from '../../src/errors.js';

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
    for (const property of ['code', 'status', 'confirmation']) assert.ok(Object.hasOwn(error, property));
  });

  it('have no property for what is not known', () => {
    const error = new AkmError('AKM_TIMEOUT', 'late');
    assert.deepEqual(Object.keys(error).sort(), ['code', 'name']);
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
    assert.deepEqual(values.map(picture), [
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
});
