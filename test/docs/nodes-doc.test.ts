import assert from 'node:assert/strict';
import { choiceOf } from '../../scripts/nodes-doc.js';

describe('the generator of docs/nodes.md', () => {
  it('gives the value and the text of a choice', () =>
    assert.equal(choiceOf('atrs', 'ATRs only'), '`atrs`: ATRs only'));

  it('does not repeat a value that the text begins with', () =>
    assert.equal(choiceOf('silent', 'silent: never answers'), '`silent`: never answers'));

  it('leaves a text whole that contains its value further on', () =>
    assert.equal(
      choiceOf('baseline', 'is the baseline: nothing is sent'),
      '`baseline`: is the baseline: nothing is sent',
    ));

  it('names a value that is empty', () => assert.equal(choiceOf('', 'none'), '(empty): none'));
});
