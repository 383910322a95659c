import type { NameRow } from '../../settings/names.js';
import { make, setAttributes } from '../elements.js';
import { NAME_COLUMNS, type NameColumn } from './name-drafts.js';
import { namePickButton } from './names-pick.js';
import type { EditorNode } from '../node-red.js';
import { translate } from '../translate.js';

/** Makes what stands above the rows of the table of names. */
export function headerOfNames(): HTMLElement {
  const header = make('div', 'akm-names-row');
  for (const column of NAME_COLUMNS) {
    header.append(make('div', `akm-names-${column}`, titleOf(column)));
    if (isPicked(column)) header.append(make('div', 'akm-names-pick'));
  }
  return header;
}

/** Makes the fields of a row of the table, the buttons beside them, and the place below them for its mistakes. */
export function partsOfRow(values: Partial<NameRow>, connection: () => EditorNode): HTMLElement[] {
  const row = make('div', 'akm-names-row');
  for (const column of NAME_COLUMNS) {
    const field = make('input', `akm-names-${column}`);
    field.type = 'text';
    field.value = values[column] ?? '';
    field.placeholder = exampleOf(column);
    setAttributes(field, { 'aria-label': titleOf(column), autocomplete: 'off', spellcheck: 'false' });
    row.append(field);
    if (!isPicked(column)) continue;
    const pick = namePickButton(column, field, connection);
    pick.classList.add('akm-names-pick');
    row.append(pick);
  }
  const mistakes = make('div', 'akm-names-mistakes akm-mistake');
  mistakes.setAttribute('role', 'status');
  return [row, mistakes];
}

/** App Values are in no list that a service answers. */
function isPicked(column: NameColumn): column is 'id' | 'atrId' {
  return column === 'id' || column === 'atrId';
}

function titleOf(column: NameColumn): string {
  return translate(
    {
      name: '@akmflow/node-red-akm/akm-connection:names.name',
      id: '@akmflow/node-red-akm/akm-connection:names.identifier',
      atrId: '@akmflow/node-red-akm/akm-connection:label.atrId',
      appValue: '@akmflow/node-red-akm/akm-connection:label.appValue',
    }[column],
  );
}

function exampleOf(column: NameColumn): string {
  const examples = { id: '0x…', atrId: '1', appValue: '200' };
  return column === 'name'
    ? translate('@akmflow/node-red-akm/akm-connection:names.example')
    : examples[column];
}
