import assert from 'node:assert/strict';
import { MESSAGES_PAGE } from '../../scripts/messages-doc.js';
import { NODES_PAGE } from '../../scripts/nodes-doc.js';
import { RELIABILITY_PAGE } from '../../scripts/reliability-doc.js';

/** Prettier aligns the columns, which says nothing else. */
const plain = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

for (const page of [MESSAGES_PAGE, NODES_PAGE, RELIABILITY_PAGE]) {
  describe(`docs/${page.name}`, () => {
    it('holds what the code has (npm run docs writes it)', () =>
      assert.equal(plain(page.read()), plain(page.made())));
  });
}
