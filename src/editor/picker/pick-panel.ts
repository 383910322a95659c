import { iconButton, make, setAttributes } from '../elements.js';
import { matching, type PickItem } from './pick-items.js';
import { optionOf } from './pick-option.js';
import type { Problem } from '../problem-words.js';
import { translate } from '../translate.js';

/** What came of asking what can be chosen. */
export type Outcome = { items: readonly PickItem[]; notes: readonly string[] } | { problem: Problem };

/** What a panel offers. */
export interface PickSource {
  /** What is to be chosen, in words. */
  readonly title: string;
  /** What is said where nothing can be chosen. */
  readonly empty: string;
  /** Whether somebody is asked, who may answer otherwise the next time. */
  readonly isLive: boolean;
  /** Whether several can be ticked. */
  readonly several: boolean;
  /** Asks what can be chosen, and calls `done` once, unless it is stopped by what it returns. */
  load(done: (outcome: Outcome) => void): () => void;
}

const MOVES: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 };

/** So many panels were made: each needs ids of its own. */
let made = 0;

/** A list to choose from and a field to search it, used by keyboard or mouse: one element, to be put anywhere. */
export class PickPanel {
  readonly element = make('div', 'akm-picker');
  private readonly id = `akm-picker-${++made}`;
  private readonly search = make('input', 'akm-picker-search');
  private readonly refresh = iconButton(
    'fa fa-refresh',
    translate('@akmflow/node-red-akm/akm-connection:picker.refresh'),
  );
  private readonly message = make('div', 'akm-picker-message');
  private readonly list = make('ul', 'akm-picker-list');
  private readonly notes = make('div', 'akm-picker-notes');
  private readonly use = make('button', 'red-ui-button red-ui-button-small');
  private items: readonly PickItem[] = [];
  private shown: readonly PickItem[] = [];
  private active = 0;
  private cancel = (): void => undefined;

  /**
   * @param ticked the values that are ticked to begin with
   * @param choose takes the values that were chosen
   * @param leave is called when nothing is to be chosen after all
   */
  constructor(
    private readonly source: PickSource,
    private readonly ticked: Set<string>,
    private readonly choose: (values: string[]) => void,
    private readonly leave: () => void,
  ) {
    this.build();
    this.listen();
    this.load();
  }

  focus(): void {
    this.search.focus();
  }

  /** Stops asking. */
  stop(): void {
    this.cancel();
  }

  private build(): void {
    const { element, search, list, source, id } = this;
    setAttributes(element, { role: 'dialog', 'aria-label': source.title });
    search.type = 'text';
    search.placeholder = translate('@akmflow/node-red-akm/akm-connection:picker.search');
    setAttributes(search, {
      role: 'combobox',
      autocomplete: 'off',
      'aria-label': search.placeholder,
      'aria-autocomplete': 'list',
      'aria-expanded': 'true',
      'aria-controls': id,
    });
    setAttributes(list, { id, role: 'listbox', 'aria-label': source.title });
    this.message.setAttribute('role', 'status');
    this.use.type = 'button';
    const head = make('div', 'akm-picker-head');
    head.append(search, ...(source.isLive ? [this.refresh] : []));
    const body = make('div', 'akm-picker-body');
    body.append(this.message, list);
    element.append(make('div', 'akm-picker-title', source.title), head, body, this.notes);
    if (!source.several) return;
    list.setAttribute('aria-multiselectable', 'true');
    const foot = make('div', 'akm-picker-foot');
    foot.append(this.use);
    element.append(foot);
  }

  private listen(): void {
    this.search.addEventListener('input', () => this.show(0));
    this.refresh.addEventListener('click', () => {
      this.load();
      this.focus();
    });
    this.use.addEventListener('click', () => this.choose([...this.ticked]));
    this.element.addEventListener('keydown', (event) => {
      event.stopPropagation(); // the editor has keys of its own
      this.press(event);
    });
  }

  private press(event: KeyboardEvent): void {
    const move = MOVES[event.key];
    if (event.key === 'Escape') this.leave();
    else if (event.target !== this.search) return;
    else if (move !== undefined) this.activate(this.active + move);
    else if (event.key === 'Enter') this.take(this.shown[this.active]);
    else return;
    event.preventDefault();
  }

  private load(): void {
    this.cancel();
    this.items = [];
    this.notes.replaceChildren();
    this.show(0);
    this.say(translate('@akmflow/node-red-akm/akm-connection:picker.loading'), 'fa fa-spinner fa-spin');
    this.setBusy(true);
    this.cancel = this.source.load((outcome) => {
      this.setBusy(false);
      if ('problem' in outcome) this.complain(outcome.problem);
      else this.offer(outcome.items, outcome.notes);
    });
  }

  private setBusy(busy: boolean): void {
    this.refresh.disabled = busy;
    this.element.setAttribute('aria-busy', String(busy));
  }

  private complain({ words, smallPrint }: Problem): void {
    this.say(words, 'fa fa-exclamation-triangle', smallPrint);
  }

  private offer(items: readonly PickItem[], notes: readonly string[]): void {
    this.items = items;
    this.notes.replaceChildren(...notes.map((note) => make('div', '', note)));
    const first = items.findIndex(({ value }) => this.ticked.has(value));
    this.show(Math.max(first, 0));
    if (items.length === 0) this.say(this.source.empty);
  }

  /** Shows the items that are searched for, and how many these are; `active` is the one that Enter takes. */
  private show(active: number): void {
    const { items, source, list, use } = this;
    this.shown = matching(items, this.search.value);
    const options = this.shown.map((item, index) => {
      const option = optionOf(item, source.several, this.ticked.has(item.value));
      option.id = `${this.id}-${index}`;
      option.addEventListener('click', () => {
        this.active = index;
        this.take(item);
      });
      return option;
    });
    list.replaceChildren(...options);
    list.hidden = options.length === 0;
    this.activate(active);
    use.textContent = translate('@akmflow/node-red-akm/akm-connection:picker.use', {
      count: this.ticked.size,
    });
    use.disabled = this.ticked.size === 0;
    if (items.length > 0) this.say(this.tally());
  }

  private tally(): string {
    const [shown, count] = [this.shown.length, this.items.length];
    if (shown === count) return '';
    if (shown === 0) return translate('@akmflow/node-red-akm/akm-connection:picker.noMatch');
    return translate('@akmflow/node-red-akm/akm-connection:picker.found', { shown, count });
  }

  private activate(index: number): void {
    const { list, shown, search } = this;
    list.children[this.active]?.classList.remove('akm-active');
    this.active = Math.max(0, Math.min(index, shown.length - 1));
    const option = list.children[this.active];
    option?.classList.add('akm-active');
    option?.scrollIntoView({ block: 'nearest' });
    search.setAttribute('aria-activedescendant', option?.id ?? '');
  }

  private take(item: PickItem | undefined): void {
    if (!item) return;
    if (!this.source.several) {
      this.choose([item.value]);
      return;
    }
    if (!this.ticked.delete(item.value)) this.ticked.add(item.value);
    this.show(this.active);
    this.focus();
  }

  private say(words: string, icon?: string, smallPrint = ''): void {
    const first = make('div');
    if (icon !== undefined) first.append(make('i', icon), ' ');
    first.append(words);
    this.message.replaceChildren(first, make('div', 'akm-small-print', smallPrint));
    this.message.hidden = words === '';
  }
}
