import assert from 'node:assert/strict';
import { CODEC } from './codec.js';
import { LIVE } from './live.js';
import { tryOut } from './property.js';

describe('fuzzing', () => {
  for (const fuzzed of [...CODEC, ...LIVE]) {
    it(fuzzed.name, async () => {
      const seed = Math.floor(Math.random() * 0x7fff_ffff);
      assert.equal(await tryOut(fuzzed, seed, fuzzed.runs), undefined);
    });
  }
});
