import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docBlocks } from '../support/doc-blocks.js';

const repository = join(__dirname, '../..');
const DOCS = readdirSync(join(repository, 'docs'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/${file}`);

const TESTS = readdirSync(join(repository, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(repository, 'test', file), 'utf8'))
  .join('\n');

describe('the guides', () => {
  for (const file of DOCS) {
    it(`have no code in ${file} that a test does not run`, () => {
      for (const { name, code } of docBlocks(file)) {
        assert.ok(name !== undefined, `a block without a name:\n${code}`);
        assert.ok(TESTS.includes(`docBlock('${file}', '${name}')`), `no test takes the block ${name}`);
      }
    });
  }
});
