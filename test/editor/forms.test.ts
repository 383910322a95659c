import assert from 'node:assert/strict';
import { composePage } from '../../scripts/page.js';
import { EditorPage, inferredMessages } from './editor-page.js';

const page = new EditorPage(['akm-connection', 'akm-provision', 'akm-app-info']);

/** What an own layout is called in the list of messages, as {@link EditorPage} fills in texts. */
const OWN = '@akmflow/node-red-akm/akm-connection:layout.markedOwn';
const MISTAKE = '@akmflow/node-red-akm/akm-connection:layout.markedMistake';

/** Opens the form of a node. */
function openForm(type: string, node: object, values: Readonly<Record<string, string>> = {}) {
  page.open(type, values);
  page.definitions.get(type)?.oneditprepare?.call(node);
  return node;
}

const part = (name: string) => page.element(`akm-layout-${name}`);

/** Opens a connection's form. */
const openConnection = (layouts: unknown) =>
  openForm('akm-connection', { layouts }) as { layouts: Record<string, string> };

function save(node: { layouts: Record<string, string> }): Record<string, string> {
  page.definitions.get('akm-connection')?.oneditsave?.call(node);
  return { ...node.layouts };
}

function choose(name: string): void {
  part('message').value = name;
  part('message').fire('change');
}

function type(text: string): void {
  part('text').value = text;
  part('text').fire('input');
}

/** The list of messages: each with the title of its group. */
const listed = () =>
  part('message').children.flatMap(({ label, children }) =>
    children.map(({ value, textContent }) => ({ group: label.split('.').pop(), value, textContent })),
  );

describe('forms: explanations of a choice', () => {
  afterEach(() => page.close());

  for (const [nodeType, property, first] of [
    ['akm-provision', 'action', 'delete-endpoint'],
    ['akm-app-info', 'query', 'endpoint'],
  ] as const) {
    it(`show that of what is chosen in ${nodeType}, and no other`, () => {
      openForm(nodeType, {}, { [`node-input-${property}`]: first });
      const list = page.element(`node-input-${property}`);
      const shown = () =>
        list.parentElement
          ?.querySelectorAll()
          .filter(({ hidden }) => !hidden)
          .map(({ dataset }) => dataset['choice']);
      assert.deepEqual(shown(), [first]);
      const html = composePage(nodeType);
      const choices = [...html.matchAll(/<option value="([^"]*)"/g)].map(([, choice = '']) => choice);
      assert.ok(choices.length > 1);
      for (const choice of choices) {
        list.value = choice;
        list.fire('change');
        assert.deepEqual(shown(), [choice]);
      }
    });
  }
});

describe('forms: own layouts', () => {
  afterEach(() => page.close());

  it('can be entered for every message that is inferred, and for no other', () => {
    openConnection({});
    assert.deepEqual(
      listed()
        .map(({ value }) => value)
        .sort(),
      inferredMessages.map(({ name }) => name).sort(),
    );
    for (const { group, value } of listed()) {
      const message = inferredMessages.find(({ name }) => name === value);
      assert.equal(
        group,
        `${message?.service ?? ''}${message?.kind === 'request' ? 'Requests' : 'Responses'}`,
      );
    }
  });

  it('are marked in the list, told of below it, and saved', () => {
    const node = openConnection({});
    choose('DELETE_ATR_REQUEST');
    assert.equal(part('text').placeholder, 'id:id128');
    type('role:u16 id:id128');
    const marked = listed().filter(({ value, textContent }) => textContent !== value);
    assert.deepEqual(
      marked.map(({ textContent }) => textContent),
      [`${OWN} DELETE_ATR_REQUEST`],
    );
    assert.match(part('summary').textContent, /layout\.some DELETE_ATR_REQUEST$/);
    assert.match(part('verdict').textContent, /layout\.own \S+:layout\.bytes 18$/);
    assert.deepEqual(save(node), { DELETE_ATR_REQUEST: 'role:u16 id:id128' });
  });

  it('are not touched by the message that is chosen next', () => {
    const node = openConnection({ DELETE_ATR_REQUEST: 'id:id128' });
    assert.equal(part('message').value, 'DELETE_ATR_REQUEST', 'begins with what was entered');
    assert.equal(part('text').value, 'id:id128');
    choose('GET_VERSION_RESPONSE');
    assert.equal(part('text').value, '');
    type('version:text');
    choose('DELETE_ATR_REQUEST');
    assert.equal(part('text').value, 'id:id128');
    assert.deepEqual(save(node), { DELETE_ATR_REQUEST: 'id:id128', GET_VERSION_RESPONSE: 'version:text' });
  });

  it('are checked as they are typed, and a mistake can be shown', () => {
    openConnection({});
    choose('DELETE_ATR_REQUEST');
    type('id:id12');
    const [text, verdict, show] = [part('text'), part('verdict'), part('show')];
    assert.match(verdict.textContent, /layout\.mistake 1 4 \S+:mistake\.unknownType id12 /);
    assert.ok(verdict.classes.has('akm-mistake') && text.classes.has('input-error') && !show.hidden);
    assert.equal(text.attributes.get('aria-invalid'), 'true');
    assert.match(part('summary').textContent, new RegExp(`${MISTAKE} DELETE_ATR_REQUEST$`));
    show.fire('click');
    assert.deepEqual([text.focused, text.selection], [true, [3, 4]]);
    type('id:id128');
    assert.ok(!verdict.classes.has('akm-mistake') && !text.classes.has('input-error') && show.hidden);
    assert.equal(text.attributes.get('aria-invalid'), 'false');
  });

  it('may start from the inferred one, and go back to it', () => {
    const node = openConnection({});
    choose('CREATE_OPERATIONAL_ATR_REQUEST');
    assert.deepEqual([part('start').disabled, part('reset').disabled], [false, true]);
    part('start').fire('click');
    assert.equal(part('text').value, 'count:u32 endpoints:id128[count]');
    assert.deepEqual(save(node), { CREATE_OPERATIONAL_ATR_REQUEST: 'count:u32 endpoints:id128[count]' });
    assert.deepEqual([part('start').disabled, part('reset').disabled], [true, false]);
    part('reset').fire('click');
    assert.equal(part('text').value, '');
    assert.match(part('summary').textContent, /layout\.none$/);
    assert.deepEqual(save(node), {});
  });

  it('come with a warning where no answer could be a refusal', () => {
    openConnection({});
    choose('DELETE_ATR_RESPONSE');
    const isWarned = () => !(part('warning').parentElement?.hidden ?? false);
    type('result:u32');
    assert.ok(isWarned());
    type('confirmation:u32');
    assert.ok(!isWarned());
  });
});
