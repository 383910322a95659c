import assert from 'node:assert/strict';
import fc from 'fast-check';
import { halvesOf, identifierOf, parseIdentifier, parseIdentifiers } from '../../src/protocol/identifier.js';
import { thrown } from '../support/promises.js';

const LOWER = '0123456789ABCDEF';
const UPPER = 'FEDCBA9876543210';
const IDENTIFIER = { id: `0x${UPPER}${LOWER}`, lower64: `0x${LOWER}`, upper64: `0x${UPPER}` };

describe('identifiers', () => {
  const accepted: Record<string, unknown> = {
    'a hexadecimal string': UPPER + LOWER,
    'a hexadecimal string behind 0x': `0x${UPPER}${LOWER}`,
    'lower-case digits': `0x${UPPER}${LOWER}`.toLowerCase(),
    'upper-case 0X': `0X${UPPER}${LOWER}`,
    'white space around': `\t ${UPPER}${LOWER}\n`,
    'a bigint': BigInt(`0x${UPPER}${LOWER}`),
    'an object with id': { id: `0x${UPPER}${LOWER}` },
    'an object with an id without 0x': { id: (UPPER + LOWER).toLowerCase() },
    'an object with a bigint id': { id: BigInt(`0x${UPPER}${LOWER}`) },
    'an object with both halves': { lower64: `0x${LOWER}`, upper64: `0x${UPPER}` },
    'halves without 0x': { lower64: LOWER, upper64: UPPER.toLowerCase() },
    'bigint halves': { lower64: BigInt(`0x${LOWER}`), upper64: BigInt(`0x${UPPER}`) },
    'what this package gives out': IDENTIFIER,
    'a list entry with more properties': { ...IDENTIFIER, index: 3, category: 1 },
  };
  for (const [what, value] of Object.entries(accepted)) {
    it(`are read from ${what}`, () => assert.deepEqual(parseIdentifier(value), IDENTIFIER));
  }

  it('are read from fewer digits behind 0x, and given out with all their digits', () => {
    const five = {
      id: `0x${'0'.repeat(31)}5`,
      lower64: `0x${'0'.repeat(15)}5`,
      upper64: `0x${'0'.repeat(16)}`,
    };
    assert.deepEqual(parseIdentifier('0x5'), five);
    assert.deepEqual(parseIdentifier(5n), five);
    assert.deepEqual(parseIdentifier({ lower64: '0x5', upper64: '0x0' }), five);
    assert.equal(parseIdentifier((1n << 128n) - 1n).id, `0x${'F'.repeat(32)}`);
  });

  const refused: Record<string, unknown> = {
    'an empty string': '',
    '0x alone': '0x',
    'a string without 0x that was cut short': (UPPER + LOWER).slice(1),
    'a string with a digit too many': `0x1${UPPER}${LOWER}`,
    'a string with other characters': `0x${'G'.repeat(32)}`,
    'a sign': `-0x${UPPER}${LOWER}`,
    'a number': 5,
    'a negative bigint': -1n,
    'a bigint of 129 bits': 1n << 128n,
    'an object with neither id nor halves': {},
    'half an identifier': { lower64: `0x${LOWER}` },
    'the other half alone': { upper64: `0x${UPPER}` },
    'an id that its halves contradict': { ...IDENTIFIER, lower64: '0x1' },
    'an id beside one half': { id: IDENTIFIER.id, upper64: IDENTIFIER.upper64 },
    'an id beside halves that are none': { ...IDENTIFIER, lower64: 'x' },
    'a half of 65 bits': { lower64: `0x1${LOWER}`, upper64: `0x${UPPER}` },
    'a half without 0x that was cut short': { lower64: LOWER.slice(1), upper64: UPPER },
    'an id that is no identifier': { id: 'x', lower64: `0x${LOWER}`, upper64: `0x${UPPER}` },
    null: null,
    undefined: undefined,
    'a Buffer': Buffer.alloc(16),
    'an array': [IDENTIFIER],
    true: true,
  };
  for (const [what, value] of Object.entries(refused)) {
    it(`are not read from ${what}`, () => {
      const { message } = thrown(() => parseIdentifier(value, 'target'), 'AKM_INVALID_INPUT');
      assert.match(message, /^target is .*128-bit.*32 hexadecimal digits/);
    });
  }

  it('tell in the error what was given, but no text that was never meant for one', () => {
    const told = (value: string): string =>
      thrown(() => parseIdentifier(value), 'AKM_INVALID_INPUT').message.replace(/;.*/s, '');
    assert.equal(told('00C0-ffee'), 'identifier is "00C0-ffee"');
    assert.equal(told('00C0\nffee'), 'identifier is "00C0\\nffee"');
    assert.equal(told('the secret key'), 'identifier is text of 14 characters');
    assert.equal(told('0'.repeat(64)), 'identifier is text of 64 characters');
  });

  it('survive being given out and read again, in every form', () => {
    const half = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    fc.assert(
      fc.property(half, half, (lower64, upper64) => {
        const identifier = identifierOf(lower64, upper64);
        assert.match(identifier.id, /^0x[\dA-F]{32}$/);
        assert.deepEqual(halvesOf(identifier), { lower64, upper64 });
        for (const form of [
          identifier,
          identifier.id,
          identifier.id.slice(2),
          BigInt(identifier.id),
          { lower64, upper64 },
          JSON.parse(JSON.stringify(identifier)) as unknown,
        ])
          assert.deepEqual(parseIdentifier(form), identifier);
      }),
    );
  });

  const read = (values: unknown, max = 3) => parseIdentifiers(values, 'The endpoints', max);

  it('are read from an array of them, in whatever forms', () =>
    assert.deepEqual(read([IDENTIFIER.id, IDENTIFIER, 5n]), [IDENTIFIER, IDENTIFIER, parseIdentifier(5n)]));

  it('are counted before any of an array is read', () => {
    const trap = {
      get id(): string {
        return assert.fail('an entry was read');
      },
    };
    const many = Array<object>(4).fill(trap);
    assert.equal(
      thrown(() => read(many), 'AKM_PAYLOAD_TOO_LARGE').message,
      'The endpoints has 4 entries; one message carries at most 3',
    );
    thrown(() => read(Object.assign([], { length: 2 ** 32 - 1 })), 'AKM_PAYLOAD_TOO_LARGE');
  });

  it('are not read from anything but an array of them: the error tells which is none', () => {
    for (const values of [[], {}, undefined, IDENTIFIER.id, new Proxy([5n], {})])
      assert.match(
        thrown(() => read(values), 'AKM_INVALID_INPUT').message,
        /^The endpoints is .*; an array of at least one identifier is needed$/,
      );
    const holed = Object.assign([5n], { length: 2 });
    for (const [values, entry] of [
      [[5n, 'x'], 1],
      [holed, 1],
      [[7], 0],
    ] as const)
      assert.ok(
        thrown(() => read(values), 'AKM_INVALID_INPUT').message.startsWith(`The endpoints[${entry}] is `),
      );
  });
});
