import assert from 'node:assert/strict';
import { isEnvironmentReference } from '../../src/settings/environment.js';

describe('an environment reference', () => {
  it('is a value that is ${ENV} and nothing else', () => {
    assert.ok(isEnvironmentReference('${AKM_ATR}'));
    for (const value of ['', '${}', ' ${AKM_ATR}', '1${AKM_ATR}', '${A B}', 7, undefined])
      assert.ok(!isEnvironmentReference(value), String(value));
  });
});
