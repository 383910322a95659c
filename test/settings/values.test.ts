import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseIdentifier } from '../../src/protocol/identifier.js';
import { parseInteger, U32_MAX } from '../../src/protocol/integer.js';
import { isEnvironmentReference, toIdentifier, toWholeNumber } from '../../src/settings/values.js';

/** What reads a value, or undefined where it throws. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Texts that are, or nearly are, numbers and identifiers. */
const text = fc.oneof(
  fc.nat(U32_MAX).map(String),
  fc.nat(U32_MAX).map((n) => ` 0x${n.toString(16)} `),
  fc.stringMatching(/^ ?(0[xX])?[\da-fA-F]{0,33} ?$/),
  fc.stringMatching(/^[\da-fA-F]{32}$/),
  fc.string(),
);

describe('values as a person writes them', () => {
  it('are whole numbers where the runtime reads such', () =>
    fc.assert(
      fc.property(fc.oneof(text, fc.integer({ min: 0 }), fc.double(), fc.anything()), (value) => {
        const number = toWholeNumber(value);
        const inRange = number !== undefined && number >= 0 && number <= U32_MAX ? number : undefined;
        const read =
          typeof value === 'bigint' ? undefined : orUndefined(() => parseInteger(value, '', U32_MAX));
        assert.equal(inRange, read);
      }),
    ));

  it('are identifiers where the runtime reads such, in the form in which it gives them', () => {
    fc.assert(
      fc.property(text, (value) =>
        assert.equal(toIdentifier(value), orUndefined(() => parseIdentifier(value))?.id),
      ),
    );
    assert.equal(toIdentifier('0xe1'), `0x${'E1'.padStart(32, '0')}`);
    assert.equal(toIdentifier(0xe1n), undefined);
  });

  it('are environment variables where they are that and nothing else', () => {
    assert.ok(isEnvironmentReference('${AKM_ATR}'));
    for (const value of ['', '${}', ' ${AKM_ATR}', '1${AKM_ATR}', '${A B}', 7, undefined])
      assert.ok(!isEnvironmentReference(value), String(value));
  });
});
