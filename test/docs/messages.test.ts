import assert from 'node:assert/strict';
import { readPage, withTable } from '../../scripts/messages-doc.js';

describe('docs/messages.md', () => {
  it('holds the message tables of the code (npm run docs writes it)', () => {
    const page = readPage();
    // prettier aligns the columns, which says nothing else
    const plain = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
    assert.equal(plain(page), plain(withTable(page)));
  });
});
