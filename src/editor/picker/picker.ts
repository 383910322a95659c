import { fieldOf, namesOf } from '../connections.js';
import type { NamedKind } from '../names/named-value.js';
import { asItemValue } from './pick-items.js';
import { pickButton, type Pick } from './pick-button.js';
import type { PickSource } from './pick-panel.js';
import { applicationSource, listSource, takenEndpointSource } from './pick-sources.js';

/** What can be picked for a field. */
export type Pickable = 'endpoint' | 'atrId' | 'application' | 'target';

/** What the targets of the actions of a provision node are picked from. */
const TARGETS: Readonly<Record<string, () => PickSource>> = {
  'provision-endpoint': takenEndpointSource,
  'create-operational-atr': () => listSource('endpoints', true),
  'delete-atr': () => listSource('atrs'),
};

const SOURCES: Readonly<Record<Pickable, () => PickSource>> = {
  endpoint: () => listSource('endpoints'),
  atrId: () => listSource('app-atrs'),
  application: applicationSource,
  target: () => (TARGETS[fieldOf('node-input-action') ?? ''] ?? SOURCES.endpoint)(),
};

const KINDS: Readonly<Record<Pickable, NamedKind>> = {
  endpoint: 'identifier',
  atrId: 'atrId',
  application: 'appValue',
  target: 'identifier',
};

/** Puts a button beside the field of `property` that opens a panel to pick its value from. Typing stays possible. */
export function addPicker(property: string, what: Pickable): void {
  const field = document.getElementById(`node-input-${property}`);
  const row = field?.closest('.form-row');
  if (!field || !row) return;
  const button = pickButton(SOURCES[what]().title, () => pickFor(property, what));
  button.id = `akm-pick-${property}`;
  (row.querySelector('.red-ui-typedInput-container') ?? field).after(button);
}

function pickFor(property: string, what: Pickable): Pick {
  const source = SOURCES[what]();
  const kind = KINDS[what];
  return {
    source,
    ticked: ticked(property, kind, source.several),
    take(values) {
      const [value] = values;
      if (source.several) put(property, 'json', JSON.stringify(values));
      else if (value !== undefined) put(property, kind === 'identifier' ? 'str' : 'num', value);
    },
  };
}

/** The values that a field holds already, as those of items; none where it says where to find them instead. */
function ticked(property: string, kind: NamedKind, several: boolean): Set<string> {
  const value = fieldOf(`node-input-${property}`) ?? '';
  const type = fieldOf(`node-input-${property}Type`) ?? 'plain';
  const names = namesOf(fieldOf('node-input-connection'));
  const isLiteral = ['plain', 'num', 'str'].includes(type) && value.trim() !== '';
  const texts = several && type === 'json' ? textsIn(value) : isLiteral ? [value] : [];
  return new Set(texts.map((text) => asItemValue(text, kind, names)));
}

function textsIn(json: string): string[] {
  try {
    const values: unknown = JSON.parse(json);
    return Array.isArray(values) ? values.filter((each) => typeof each === 'string') : [];
  } catch {
    return []; // somebody is still writing it
  }
}

/** Puts into a field what was picked for it; a plain field has no type. */
function put(property: string, type: 'json' | 'num' | 'str', value: string): void {
  const field = $(`#node-input-${property}`);
  if (fieldOf(`node-input-${property}Type`) === undefined) {
    field.val(value).trigger('change');
  } else {
    field.typedInput('type', type);
    field.typedInput('value', value);
  }
}
