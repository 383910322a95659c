import { Names } from '../../settings/names.js';
import { askForList } from '../picker/live-list.js';
import type { EditorNode } from '../node-red.js';
import { pickButton } from '../picker/pick-button.js';
import { itemsOfList, type LiveList, type PickItem } from '../picker/pick-items.js';
import type { Outcome, PickSource } from '../picker/pick-panel.js';
import { listSource, notesOn } from '../picker/pick-sources.js';
import { translate } from '../translate.js';

/**
 * Makes a button that picks, for a row of the table of names, an identifier from the lists of the AMM or an ATR ID from that of the
 * AppEndpoint.
 *
 * @param connection gives the connection as the form holds it now
 */
export function namePickButton(
  column: 'id' | 'atrId',
  field: HTMLInputElement,
  connection: () => EditorNode,
): HTMLButtonElement {
  const source = column === 'id' ? identifierSource(connection) : atrIdSource(connection);
  return pickButton(source.title, () => ({
    source,
    ticked: new Set([field.value.trim()]),
    take: ([value = '']) => {
      field.value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.focus();
    },
  }));
}

function identifierSource(connection: () => EditorNode): PickSource {
  return {
    ...listSource('endpoints'),
    title: translate('@akmflow/node-red-akm/akm-connection:names.chooseIdentifier'),
    empty: translate('@akmflow/node-red-akm/akm-connection:names.noIdentifiers'),
    load: (done) => itemsOfLists(['endpoints', 'atrs'], connection(), done),
  };
}

function atrIdSource(connection: () => EditorNode): PickSource {
  return { ...listSource('app-atrs'), load: (done) => itemsOfLists(['app-atrs'], connection(), done) };
}

/** Asks for lists one after the other: the services answer one request at a time. */
function itemsOfLists(
  [list, ...rest]: readonly LiveList[],
  connection: EditorNode,
  done: (outcome: Outcome) => void,
  before: { items: readonly PickItem[]; notes: readonly string[] } = { items: [], notes: [] },
): () => void {
  if (list === undefined) {
    done(before);
    return () => undefined;
  }
  let stop = askForList(list, connection, (answer) => {
    if ('problem' in answer) {
      done(answer);
      return;
    }
    // the bare values: they are about to get names
    const items = itemsOfList(list, answer.items, new Names([]), translate);
    stop = itemsOfLists(rest, connection, done, {
      items: [...before.items, ...items],
      notes: [...before.notes, ...notesOn(answer)],
    });
  });
  return () => stop();
}
