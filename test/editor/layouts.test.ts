import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LayoutDrafts } from '../../src/editor/layouts/layout-drafts.js';
import { layoutWords } from '../../src/editor/layouts/layout-words.js';
import { createValidators } from '../../src/editor/validators.js';
import { customMessages } from '../../src/protocol/custom-layout.js';
import { Names } from '../../src/settings/names.js';
import { inferredMessages } from './editor-page.js';

/** A text is its key and what is filled in. */
const translate = (key: string, values: Readonly<Record<string, string | number>> = {}) =>
  [key.split(':').pop(), ...Object.values(values)].join(' ');

const { layouts } = createValidators({
  translate,
  checkTyped: () => true,
  inOpenForm: () => undefined,
  namesOf: () => new Names([]),
  isTaken: () => false,
});
const check = (value: unknown) => layouts(value, { label: 'Layouts' }, inferredMessages);

function messageNamed(wanted: string) {
  const message = inferredMessages.find(({ name }) => name === wanted);
  assert.ok(message, wanted);
  return message;
}

const wordsFor = (name: string, text: string) => layoutWords(messageNamed(name), text, translate);

describe('editor: own layouts in a flow', () => {
  it('are taken where they can be read, and where there are none', () => {
    for (const good of [
      undefined,
      null,
      {},
      { PROVISION_ENDPOINT_REQUEST: 'name:text[32] role:u16 id:id128' },
      { DELETE_ATR_REQUEST: ' ', GET_VERSION_RESPONSE: 'v:text' },
    ]) {
      assert.equal(check(good), true, JSON.stringify(good));
    }
  });

  it('are refused with the message and the column of the mistake, a line for each', () => {
    const mistaken = { PROVISION_ENDPOINT_REQUEST: 'id:id12', DELETE_ATR_REQUEST: 'id:id128 id:u8' };
    const verdict = check(mistaken);
    assert.ok(Array.isArray(verdict));
    assert.deepEqual(
      verdict.map((line) => line.split(', ')[0]),
      [
        'Layouts: error.layout PROVISION_ENDPOINT_REQUEST 4 mistake.unknownType id12 u8',
        'Layouts: error.layout DELETE_ATR_REQUEST 10 mistake.sameName id',
      ],
    );
  });

  it('are refused, without repeating them, where they are for no inferred message or no text', () => {
    const image = '<img src=x onerror=alert(1)>';
    for (const bad of [
      { LIST_ENDPOINTS_REQUEST: 'filter:u32' },
      { [image]: 'id:id128' },
      { [image]: 'id:id128', [`${image}2`]: 'id:id128' },
      { DELETE_ATR_REQUEST: 7 },
      { DELETE_ATR_REQUEST: null },
      image,
      ['id:id128'],
    ]) {
      assert.deepEqual(check(bad), ['Layouts: error.layouts'], JSON.stringify(bad));
    }
  });

  it('are never answered with HTML, whatever is in them', () => {
    const unit = fc.constantFrom('<', '>', '&', '"', "'", 'a', '1', '_', ':', 'u8', ' ', '[', ']', '{', '}');
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        const verdict = check({ DELETE_ATR_REQUEST: text });
        assert.doesNotMatch(String(verdict), /[<>&"']/);
      }),
    );
  });

  it('are judged as the runtime judges them', () => {
    const unit = fc.constantFrom(
      'a:u8',
      'n:u16',
      'b:bytes',
      'p:pad[2]',
      'l:u8[n]',
      'l:id128[]',
      ' ',
      '{',
      ':',
    );
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        const own = { DELETE_ATR_REQUEST: text };
        let runtimeTakesThem = true;
        try {
          customMessages(own);
        } catch {
          runtimeTakesThem = false;
        }
        assert.equal(check(own) === true, runtimeTakesThem, text);
      }),
    );
  });
});

describe('editor: own layouts in a form', () => {
  it('are those of the node, and what cannot be one is left out', () => {
    const drafts = new LayoutDrafts(inferredMessages, {
      GET_VERSION_RESPONSE: 'v:text',
      DELETE_ATR_REQUEST: 'id:id1',
      DELETE_ATR_RESPONSE: 7,
      LIST_ATRS_REQUEST: 'filter:u32',
    });
    assert.equal(drafts.textOf('DELETE_ATR_REQUEST'), 'id:id1');
    assert.deepEqual(drafts.toSave(), { DELETE_ATR_REQUEST: 'id:id1', GET_VERSION_RESPONSE: 'v:text' });
    for (const nothing of [undefined, null, 'text', []]) {
      assert.deepEqual(new LayoutDrafts(inferredMessages, nothing).toSave(), {});
    }
  });

  it('are kept in the order of the messages, and only where something was entered', () => {
    const drafts = new LayoutDrafts(inferredMessages, {});
    drafts.enter('GET_VERSION_RESPONSE', 'v:text');
    drafts.enter('DELETE_ATR_REQUEST', 'id:id128');
    drafts.enter('DELETE_ATR_RESPONSE', 'confirmation:u8');
    drafts.enter('DELETE_ATR_RESPONSE', ' \n');
    assert.deepEqual(Object.entries(drafts.toSave()), [
      ['DELETE_ATR_REQUEST', 'id:id128'],
      ['GET_VERSION_RESPONSE', 'v:text'],
    ]);
  });

  it('begin with a mistake, else with what was entered, else with the first message', () => {
    const drafts = new LayoutDrafts(inferredMessages, {});
    assert.equal(drafts.firstToShow(), inferredMessages[0]);
    drafts.enter('DELETE_ATR_REQUEST', 'id:id128');
    assert.equal(drafts.firstToShow()?.name, 'DELETE_ATR_REQUEST');
    drafts.enter('GET_VERSION_RESPONSE', 'v');
    assert.equal(drafts.firstToShow()?.name, 'GET_VERSION_RESPONSE');
  });
});

describe('editor: what is said of a layout', () => {
  it('is the size of the inferred one where nothing is entered', () => {
    assert.equal(wordsFor('PROVISION_ENDPOINT_REQUEST', ' ').verdict, 'layout.inferred layout.bytes 16');
    for (const { name, notation } of inferredMessages) {
      assert.ok(notation, `${name} can be entered as it is inferred`);
      assert.match(wordsFor(name, '').verdict, /^layout\.inferred /);
    }
  });

  it('is its size, as far as that is known', () => {
    const sizes = [
      ['name:text[32] role:u16 id:id128', 'layout.bytes 50'],
      ['a:u8', 'layout.oneByte'],
      ['a:u64 b:bytes', 'layout.atLeast layout.bytes 8'],
      ['n:u8 a:u16[n]', 'layout.atLeast layout.oneByte'],
      ['a:bytes', 'layout.anySize'],
    ] as const;
    for (const [text, size] of sizes) {
      assert.equal(wordsFor('DELETE_ATR_REQUEST', text).verdict, `layout.own ${size}`, text);
    }
  });

  it('is the place of the mistake, in the line it is in where there are several', () => {
    const inOne = wordsFor('DELETE_ATR_REQUEST', 'id:id12');
    assert.match(inOne.verdict, /^layout\.mistake 1 4 mistake\.unknownType id12 /);
    assert.equal(inOne.mistakeAt, 3);
    const inSecond = wordsFor('DELETE_ATR_REQUEST', 'role:u16\nid:id12');
    assert.match(inSecond.verdict, /^layout\.mistakeInLine 2 4 mistake\.unknownType id12 /);
    assert.equal(inSecond.mistakeAt, 12);
  });

  it('is that nothing would be refused, where the number that says so is missing', () => {
    const warned = (name: string, text: string) => wordsFor(name, text).warning;
    assert.equal(warned('DELETE_ATR_RESPONSE', 'result:u32'), 'layout.unjudged confirmation');
    assert.equal(warned('DELETE_ATR_RESPONSE', 'confirmation:u64'), 'layout.unjudged confirmation');
    assert.equal(warned('DELETE_ATR_RESPONSE', 'confirmation:u8[2]'), 'layout.unjudged confirmation');
    assert.equal(warned('DELETE_ATR_RESPONSE', 'confirmation:u16'), undefined);
    assert.equal(warned('REGISTER_APP_RESPONSE', 'confirmation:u32'), 'layout.unjudged status');
    assert.equal(warned('REGISTER_APP_RESPONSE', 'status:u8'), undefined);
    for (const unjudged of ['GET_VERSION_RESPONSE', 'GET_ENDPOINT_DETAILS_RESPONSE', 'DELETE_ATR_REQUEST']) {
      assert.equal(warned(unjudged, 'x:u8'), undefined, unjudged);
    }
  });

  it('is what becomes of its fields', () => {
    const use = (name: string) => wordsFor(name, '').use;
    assert.deepEqual(use('GET_ENDPOINT_DETAILS_REQUEST'), ['layout.request']);
    assert.deepEqual(use('DELETE_ATR_REQUEST'), ['layout.request', 'layout.verified']);
    assert.deepEqual(use('CREATE_OPERATIONAL_ATR_REQUEST'), [
      'layout.requestList endpoints',
      'layout.verified',
    ]);
    assert.deepEqual(use('DELETE_ATR_RESPONSE'), ['layout.judged confirmation', 'layout.response']);
    assert.deepEqual(use('GET_VERSION_RESPONSE'), ['layout.response']);
    assert.deepEqual(use('REGISTER_APP_RESPONSE'), ['layout.judged status']);
  });
});
