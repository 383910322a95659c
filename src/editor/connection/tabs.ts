import { make } from '../elements.js';
import { translate } from '../translate.js';

/**
 * Spreads a form over tabs. A tab with a mistake in it is marked, and the first of them comes to the front when the form opens.
 *
 * @param list the id of the element that takes the tabs
 * @param labels what each tab is called, by the id of the part of the form that it shows
 */
export function setUpTabs(list: string, labels: Readonly<Record<string, string>>): void {
  const panes = Object.keys(labels).flatMap((id) => document.getElementById(id) ?? []);
  const tabs = RED.tabs.create({
    id: list,
    onchange: (shown) => {
      for (const pane of panes) pane.hidden = pane.id !== shown.id;
    },
  });
  for (const { id } of panes) tabs.addTab({ id, label: labels[id] ?? '' });
  const links = new Map(panes.map((pane) => [pane, linkTo(pane.id)]));
  for (const [pane, link] of links) {
    link?.append(markOfMistake());
    // for the keyboard: Node-RED's tabs answer to the mouse alone
    link?.addEventListener('click', () => tabs.activateTab(pane.id));
  }
  const mark = (): void => {
    for (const [pane, link] of links) link?.classList.toggle('akm-tab-mistaken', hasMistake(pane));
  };
  const changes = new MutationObserver(mark);
  for (const pane of panes)
    changes.observe(pane, { subtree: true, childList: true, attributeFilter: ['class'] });
  // Node-RED checks the fields right after they are prepared
  queueMicrotask(() => {
    mark();
    const mistaken = panes.find(hasMistake);
    if (mistaken) tabs.activateTab(mistaken.id);
  });
}

function linkTo(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`.red-ui-tab > a[href="#${id}"]`);
}

function hasMistake(pane: Element): boolean {
  return pane.querySelector('.input-error') !== null;
}

function markOfMistake(): HTMLElement {
  const mark = make('i', 'fa fa-exclamation-triangle akm-tab-mark');
  mark.title = translate('@akmflow/node-red-akm/akm-connection:tab.mistake');
  return mark;
}
