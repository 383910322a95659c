import type { NameRow } from '../../settings/names.js';
import { make } from '../elements.js';
import { mistakesInRows, NAME_COLUMNS, rowsOf, rowsToSave, type NameColumn } from './name-drafts.js';
import { headerOfNames, partsOfRow } from './names-row.js';
import type { EditorNode } from '../node-red.js';
import { translate } from '../translate.js';

/** Height of the table in pixels; it scrolls. */
const HEIGHT = 300;

/** The class of a row that was just added, until it is left. */
const BEING_FILLED_IN = 'akm-names-new';

/**
 * Brings the table of names of a connection's form to life, in the list `akm-names`.
 *
 * @param saved the node's
 * @param connection gives the connection as the form holds it, to ask its services what there is to be named
 */
export function setUpNames(saved: unknown, connection: () => EditorNode): void {
  const list = $('#akm-names');
  list.editableList<NameRow>({
    header: $(headerOfNames()),
    addButton: translate('@akmflow/node-red-akm/akm-connection:names.add'),
    height: HEIGHT,
    sortable: true,
    removable: true,
    addItem({ 0: row }, _index, values) {
      row?.append(...partsOfRow(values, connection));
      row?.addEventListener('input', checkNames);
      const isAddedByHand = values.name === undefined;
      if (!row || !isAddedByHand) return;
      row.classList.add(BEING_FILLED_IN);
      row.addEventListener('focusout', ({ relatedTarget }) => {
        if (relatedTarget instanceof Node && row.contains(relatedTarget)) return;
        row.classList.remove(BEING_FILLED_IN);
        checkNames();
      });
      row.querySelector('input')?.focus();
    },
    removeItem: checkNames,
    sortItems: checkNames,
  });
  for (const row of rowsOf(saved)) list.editableList('addItem', row);
  checkNames();
}

/** The names that the form holds, for the node to keep. */
export function enteredNames(): NameRow[] {
  return rowsToSave(rowsInForm().map(({ values }) => values));
}

/** A row of the table in the page. */
interface RowInForm {
  element: HTMLElement;
  field: (column: NameColumn) => HTMLInputElement | null;
  values: NameRow;
}

/** The rows in the order they have in the page: a person can drag them about. */
function rowsInForm(): RowInForm[] {
  const elements = document.querySelectorAll<HTMLElement>('#akm-names .red-ui-editableList-item-content');
  return [...elements].map((element) => {
    const field = (column: NameColumn): HTMLInputElement | null =>
      element.querySelector(`input.akm-names-${column}`);
    const valueOf = (column: NameColumn): string => field(column)?.value ?? '';
    return {
      element,
      field,
      values: {
        name: valueOf('name'),
        id: valueOf('id'),
        atrId: valueOf('atrId'),
        appValue: valueOf('appValue'),
      },
    };
  });
}

/** Marks what is wrong in the table, and says what that is below each row. A mistake may be cured by a change in another row. */
function checkNames(): void {
  const rows = rowsInForm();
  const mistakes = mistakesInRows(
    rows.map(({ values }) => values),
    translate,
    (index) => rows[index]?.element.classList.contains(BEING_FILLED_IN) !== true,
  );
  rows.forEach(({ element, field }, index) => {
    const { columns = [], words = [] } = mistakes[index] ?? {};
    for (const column of NAME_COLUMNS) {
      const isWrong = columns.includes(column);
      field(column)?.classList.toggle('input-error', isWrong);
      field(column)?.setAttribute('aria-invalid', String(isWrong));
    }
    element
      .querySelector('.akm-names-mistakes')
      ?.replaceChildren(...words.map((text) => make('div', '', text)));
  });
}
