import assert from 'node:assert/strict';
import { composePage, composeParts } from '../../scripts/page.js';
import { NODE_TYPES } from '../support/catalogues.js';

describe('pages', () => {
  for (const type of NODE_TYPES) {
    describe(type, () => {
      const page = composePage(type);

      it('has one form', () =>
        assert.deepEqual(
          [...page.matchAll(/data-template-name="([^"]*)"/g)].map(([, name]) => name),
          [type],
        ));

      it('has all of its parts in their places', () => assert.doesNotMatch(page, /part:/));

      it('leaves its help to the languages', () => assert.ok(!page.includes('data-help-name')));
    });
  }

  it('cannot have a part that does not exist', () =>
    assert.throws(
      () => composeParts('<!-- part: shoe size -->', 'x.html'),
      /x\.html names the part "shoe size"/,
    ));

  it('have each part at the depth of the line that stands for it', () =>
    assert.equal(
      composeParts('{\n    /* part: port labels */\n}', 'x.html').split('\n').slice(0, 3).join('\n'),
      "{\n    inputLabels: function () {\n      return this._('port.input');",
    ));
});
