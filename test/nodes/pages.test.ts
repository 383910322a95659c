import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { NODE_TYPES } from '../support/catalogues.js';

describe('pages', () => {
  for (const type of NODE_TYPES) {
    it(`of ${type} has one form, and leaves the help to the languages`, () => {
      const page = readFileSync(`nodes/${type}.html`, 'utf8');
      assert.deepEqual(
        [...page.matchAll(/data-template-name="([^"]*)"/g)].map(([, name]) => name),
        [type],
      );
      assert.ok(!page.includes('data-help-name'));
    });
  }
});
