import assert from 'node:assert/strict';
import { createValidators, type EditorPort, type TypedKind } from '../../src/editor/validators.js';
import { RANGES, type RangeName } from '../../src/editor/ranges.js';
import { Names } from '../../src/settings/names.js';

/** An editor without a form open, whose texts are the keys and the values filled in. */
function validatorsWith(port: Partial<EditorPort> = {}) {
  return createValidators({
    translate: (key, values) => [key.split(':').pop(), ...Object.values(values ?? {})].join(' '),
    checkTyped: () => true,
    inOpenForm: () => undefined,
    namesOf: () => new Names([]),
    isTaken: () => false,
    ...port,
  });
}

const { wholeNumber, optionalWholeNumber, millisecondsFrom, host, literal, typedValue } = validatorsWith();

describe('editor: whole numbers', () => {
  const limits: [RangeName, number, number][] = [
    ['u16', 0, 65535],
    ['u32', 0, 4294967295],
    ['requestCode', 0, 4294967231],
    ['port', 1, 65535],
    ['listenPort', 0, 65535],
    ['milliseconds', 1, 2147483647],
    ['seconds', 0, 2147483],
    ['queueLimit', 1, 4294967295],
    ['endpoints', 0, 32],
    ['atrs', 0, 64],
  ];

  it('know every range', () =>
    assert.deepEqual(
      limits.map(([range]) => range),
      Object.keys(RANGES),
    ));

  for (const [range, min, max] of limits) {
    it(`take ${range} from ${min} to ${max}, and say so for any other`, () => {
      for (const good of [min, max, String(min), String(max), `0x${max.toString(16)}`, ` ${max} `]) {
        assert.equal(wholeNumber(good, {}, range), true, String(good));
      }
      for (const bad of [min - 1, max + 1, String(max + 1), `0x${(max + 1).toString(16)}`]) {
        assert.equal(wholeNumber(bad, {}, range), `error.wholeNumber ${min} ${max}`, String(bad));
      }
    });
  }

  it('are neither text, fractions, signs, exponents, other bases nor nothing', () => {
    for (const bad of [
      '',
      ' ',
      'one',
      '1.5',
      1.5,
      '-1',
      '+1',
      '1e3',
      '0b1',
      '0x',
      '1 2',
      NaN,
      null,
      undefined,
      true,
    ]) {
      assert.notEqual(wholeNumber(bad, {}, 'u16'), true, String(bad));
    }
  });

  it('take ${ENV}, but only as the whole value, as Node-RED puts it in only then', () => {
    assert.equal(wholeNumber('${AMM_PORT}', {}, 'port'), true);
    for (const bad of ['4${PORT}', '${A B}', '${}', '$PORT', ' ${PORT}']) {
      assert.notEqual(wholeNumber(bad, {}, 'port'), true, bad);
    }
  });

  it('put the label before what is wrong, and never the value given: Node-RED shows it as HTML', () => {
    const verdict = wholeNumber('<img src=x onerror=alert(1)>', { label: 'AMM port' }, 'port');
    assert.equal(verdict, 'AMM port: error.wholeNumber 1 65535');
  });

  it('may be left out where that means something', () => {
    assert.equal(optionalWholeNumber('', {}, 'u32'), true);
    assert.equal(optionalWholeNumber(undefined, {}, 'u32'), true);
    assert.equal(optionalWholeNumber('7', {}, 'u32'), true);
    assert.equal(optionalWholeNumber('seven', {}, 'u32'), 'error.wholeNumber 0 4294967295');
  });
});

describe('editor: the longest pause', () => {
  const check = (value: unknown, reconnectMin: unknown) =>
    millisecondsFrom({ reconnectMin }, 'reconnectMax', value, {}, 'reconnectMin');

  it('is as long as the shortest at least', () => {
    assert.equal(check('500', '500'), true);
    assert.equal(check('0x1F4', '500'), true);
    assert.equal(check('499', '500'), 'error.pauses');
  });

  it('is a number of milliseconds in the first place', () =>
    assert.equal(check('0', '500'), 'error.wholeNumber 1 2147483647'));

  it('is not compared with what is not known yet', () => {
    assert.equal(check('${MAX}', '500'), true);
    assert.equal(check('400', '${MIN}'), true);
    assert.equal(check('400', 'nonsense'), true, 'which is reported where it stands');
  });

  it('is compared with what the open form holds, not with what was saved', () => {
    const validators = validatorsWith({
      inOpenForm: (...asked) => (asked.join() === 'reconnectMax,700,reconnectMin' ? '800' : undefined),
    });
    const node = { reconnectMin: '500' };
    const verdict = validators.millisecondsFrom(node, 'reconnectMax', '700', {}, 'reconnectMin');
    assert.equal(verdict, 'error.pauses');
  });
});

describe('editor: hosts', () => {
  it('are names and addresses, or ${ENV} as the whole value', () => {
    for (const good of ['amm', ' 127.0.0.1 ', '[::1]', '${AMM_HOST}'])
      assert.equal(host(good, {}), true, good);
    assert.equal(host('${AMM}.plant', {}), 'host.variable');
  });

  it('are refused with the label and the problem, and never with the value given', () => {
    assert.equal(host('<b>', { label: 'AMM host' }), 'AMM host: host.characters');
    assert.equal(host('http://amm', {}), 'host.url');
  });
});

describe('editor: identifiers', () => {
  it('are 32 hexadecimal digits, or fewer behind 0x', () => {
    for (const good of [
      '0123456789abcdefABCDEF0123456789',
      '0xE1',
      `0x${'f'.repeat(32)}`,
      ' 0X1 ',
      '${ENDPOINT}',
    ]) {
      assert.equal(literal(good, {}, 'identifier', ''), true, good);
    }
    for (const bad of ['E1', '0x', 'g'.repeat(32)]) {
      assert.equal(literal(bad, {}, 'identifier', ''), 'error.unknownIdentifier', bad);
    }
    for (const bad of ['', ' ', 1, undefined, `0x${'f'.repeat(33)}`]) {
      assert.equal(literal(bad, {}, 'identifier', ''), 'error.identifier', String(bad));
    }
  });
});

describe('editor: typed values', () => {
  const check = (value: unknown, type: string, kind: TypedKind = 'u16') =>
    typedValue({ atrIdType: type }, 'atrId', value, { label: 'ATR ID' }, kind);

  it('are judged by their type', () => {
    assert.equal(check('0xFFFF', 'num'), true);
    assert.equal(check('atrId', 'num'), 'ATR ID: error.wholeNumber 0 65535');
    assert.equal(check('atrId', 'msg'), true);
    assert.equal(check('0x1', 'str', 'identifier'), true);
    assert.equal(check('one', 'str', 'identifier'), 'ATR ID: error.unknownIdentifier');
  });

  it('are not empty', () => {
    for (const type of ['msg', 'flow', 'global', 'env', 'json', 'jsonata']) {
      assert.equal(check('', type), 'ATR ID: error.empty', type);
      assert.equal(check(' ', type), 'ATR ID: error.empty', type);
    }
  });

  it('are no values where the name of a property is wanted', () => {
    for (const type of ['msg', 'flow', 'global']) {
      for (const left of ['0xE0000000000000000000000000000002', 'e'.repeat(32), '200', '0x1F'])
        assert.equal(check(left, type), 'ATR ID: error.notAPath', left);
      for (const path of ['payload.id', 'e1', 'payload[0]']) assert.equal(check(path, type), true, path);
    }
    assert.equal(check('200', 'jsonata'), true);
  });

  it('take ${ENV} whatever the type', () => {
    for (const type of ['num', 'msg', 'jsonata']) assert.equal(check('${ATR}', type), true, type);
  });

  it('hand on what Node-RED finds wrong, behind the label', () => {
    const asked: unknown[] = [];
    const validators = validatorsWith({
      checkTyped: (...what) => {
        asked.push(what);
        return 'Invalid property expression';
      },
    });
    const verdict = validators.typedValue({ xType: 'msg' }, 'x', 'a[', { label: 'X' }, 'u16');
    assert.equal(verdict, 'X: Invalid property expression');
    assert.deepEqual(asked, [['a[', 'msg']]);
  });

  it('are judged by the type that the open form holds, not by the one that was saved', () => {
    const validators = validatorsWith({
      inOpenForm: (...asked) => (asked.join() === 'x,5,xType' ? 'num' : undefined),
    });
    assert.equal(validators.typedValue({ xType: 'msg' }, 'x', '5', {}, 'u16'), true);
    assert.equal(validators.typedValue({ xType: 'msg' }, 'x', 'payload', {}, 'u16'), true, 'another node');
  });
});
