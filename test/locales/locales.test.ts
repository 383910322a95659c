import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { shortNumber } from '../../nodes/shared/status.js';
import { helpOf, LOCALES, NODE_TYPES, SOURCE_LANGUAGE, textsOf } from '../support/catalogues.js';
import { structureOf } from './help-structure.js';
import { countingStatusesOf, referencesInPage, referencesInSources, type Reference } from './references.js';

const LANGUAGES = [SOURCE_LANGUAGE, 'de', 'fr', 'ja', 'zh-CN'];

/** Most characters of a status that can be read below a node. */
const LONGEST_STATUS = 19;

/** The longest that a number becomes where it is counted, and a number that is shown as it is: of 16 bits, as most are. */
const NUMBERS = { counted: shortNumber(999_900_000), plain: '65535' };

describe('languages', () => {
  it('are the ones that the package speaks', () =>
    assert.deepEqual(readdirSync(LOCALES).sort(), [...LANGUAGES].sort()));

  for (const language of LANGUAGES) {
    describe(language, () => {
      it('has a catalogue and a help for each node, and nothing else', () => {
        const files = NODE_TYPES.flatMap((type) => [`${type}.html`, `${type}.json`]);
        assert.deepEqual(readdirSync(join(LOCALES, language)).sort(), files.sort());
      });

      for (const type of NODE_TYPES) describeTexts(language, type);
    });
  }
});

function describeTexts(language: string, type: string): void {
  describe(type, () => {
    it(`has the texts of ${SOURCE_LANGUAGE}, in their order`, () =>
      assert.deepEqual([...textsOf(language, type).keys()], [...textsOf(SOURCE_LANGUAGE, type).keys()]));

    it(`has the placeholders of ${SOURCE_LANGUAGE} in each text`, () => {
      const texts = textsOf(language, type);
      for (const [key, source] of textsOf(SOURCE_LANGUAGE, type))
        assert.deepEqual(placeholdersIn(texts.get(key) ?? ''), placeholdersIn(source), key);
    });

    it('has no text that is empty', () => {
      const empty = [...textsOf(language, type)].filter(([, text]) => text.trim() === '');
      assert.deepEqual(empty, []);
    });

    it('has no status too long to be read below a node', () => {
      const counting = countingStatusesOf(type);
      for (const [key, text] of textsOf(language, type)) {
        if (!key.startsWith('status.')) continue;
        const number = counting.includes(key) ? NUMBERS.counted : NUMBERS.plain;
        const shown = text.replace(/__\w+?__/g, number);
        assert.ok(shown.length <= LONGEST_STATUS, `${key} is ${shown.length} characters long: ${shown}`);
      }
    });

    it('has a help of its own that begins with a paragraph', () => {
      const begins = [...helpOf(language, type).matchAll(/data-help-name="([^"]*)">\n<p>/g)];
      assert.deepEqual(
        begins.map(([, name]) => name),
        [type],
      );
    });

    it(`has the help of ${SOURCE_LANGUAGE}, part by part`, () =>
      assert.deepEqual(structureOf(helpOf(language, type)), structureOf(helpOf(SOURCE_LANGUAGE, type))));
  });
}

describe('texts', () => {
  const texts = new Set(
    NODE_TYPES.flatMap((type) =>
      [...textsOf(SOURCE_LANGUAGE, type).keys()].map((key): Reference => `${type}:${key}`),
    ),
  );
  const asked = (): Set<Reference> =>
    new Set([...NODE_TYPES.flatMap(referencesInPage), ...referencesInSources()]);

  it('are there for all that the forms, the editor and the runtime ask for', () =>
    assert.deepEqual(
      [...asked()].filter((reference) => !texts.has(reference)),
      [],
    ));

  it('are all asked for', () => {
    const known = asked();
    assert.deepEqual(
      [...texts].filter((reference) => !known.has(reference)),
      [],
    );
  });
});

function placeholdersIn(text: string): string[] {
  return [...text.matchAll(/__\w+?__/g)].map(([placeholder]) => placeholder).sort();
}
