import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_TYPES } from '../support/catalogues.js';

describe('pages', () => {
  for (const type of NODE_TYPES) {
    describe(type, () => {
      const page = readFileSync(`nodes/${type}.html`, 'utf8');

      it('has one form and one literal registration, as the flow library reads it', () => {
        const scripts = [...page.matchAll(/<script type="text\/javascript">(.*?)<\/script>/gs)].map(
          ([, body]) => body,
        );
        const registered = scripts.flatMap((body) => [
          ...(body ?? '').matchAll(/RED\.nodes\.registerType\((?:'([\w-]+)', \{)?/g),
        ]);
        assert.deepEqual(
          registered.map(([, name]) => name),
          [type],
        );
        assert.deepEqual(
          [...page.matchAll(/data-template-name="([^"]*)"/g)].map(([, name]) => name),
          [type],
        );
      });

      it('leaves its help to the languages', () => assert.ok(!page.includes('data-help-name')));

      it('has an icon', () => assert.ok(existsSync(join('icons', `${type}.svg`))));
    });
  }
});
