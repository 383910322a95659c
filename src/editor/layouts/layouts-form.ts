import type { InferredMessage } from './inferred-message.js';
import { LayoutDrafts } from './layout-drafts.js';
import { layoutWords } from './layout-words.js';
import { translate } from '../translate.js';

/** What the form's parts are called in the page, by what they are. */
interface Parts {
  message: HTMLSelectElement;
  summary: HTMLElement;
  text: HTMLTextAreaElement;
  verdict: HTMLElement;
  show: HTMLButtonElement;
  warning: HTMLElement;
  start: HTMLButtonElement;
  reset: HTMLButtonElement;
  use: HTMLElement;
}

/** The drafts of the form that is open. */
let drafts: LayoutDrafts | undefined;

/**
 * Brings the layouts part of a connection's form to life: one message is chosen, and its layout edited below. The parts are the
 * elements with an id `akm-layout-<part>`.
 *
 * @param saved the node's `layouts`
 */
export function setUpLayouts(messages: readonly InferredMessage[], saved: unknown): void {
  const entered = new LayoutDrafts(messages, saved);
  drafts = entered;
  const form = new LayoutsForm(entered, partsOfPage());
  form.open();
}

/** What the form that is open holds, for the node to keep. */
export function enteredLayouts(): Record<string, string> {
  return drafts?.toSave() ?? {};
}

class LayoutsForm {
  private readonly options = new Map<string, HTMLOptionElement>();

  constructor(
    private readonly drafts: LayoutDrafts,
    private readonly parts: Parts,
  ) {}

  open(): void {
    const { message, text, start, reset, show } = this.parts;
    message.replaceChildren(...this.groups());
    message.value = this.drafts.firstToShow()?.name ?? '';
    message.addEventListener('change', () => this.showChosen());
    text.addEventListener('input', () => this.enter(text.value));
    start.addEventListener('click', () => {
      text.value = this.chosen.notation;
      this.enter(text.value);
      text.focus();
    });
    reset.addEventListener('click', () => {
      text.value = '';
      this.enter('');
      text.focus();
    });
    show.addEventListener('click', () => {
      const at = this.words.mistakeAt ?? 0;
      text.focus();
      text.setSelectionRange(at, at + 1);
    });
    for (const { name } of this.drafts.messages) this.mark(name);
    this.showChosen();
  }

  private get chosen(): InferredMessage {
    const { value } = this.parts.message;
    const chosen = this.drafts.messages.find(({ name }) => name === value);
    if (!chosen) throw new Error(`There is no message ${value}`);
    return chosen;
  }

  private get words() {
    return layoutWords(this.chosen, this.parts.text.value, translate);
  }

  private enter(text: string): void {
    const { name } = this.chosen;
    this.drafts.enter(name, text);
    this.mark(name);
    this.tell();
  }

  private showChosen(): void {
    const { name, notation } = this.chosen;
    this.parts.text.value = this.drafts.textOf(name);
    this.parts.text.placeholder = notation;
    this.tell();
  }

  /** Says at a message in the list how its layout is. */
  private mark(name: string): void {
    const option = this.options.get(name);
    if (!option) return;
    const texts = {
      inferred: name,
      own: translate('@akmflow/node-red-akm/akm-connection:layout.markedOwn', { name }),
      mistake: translate('@akmflow/node-red-akm/akm-connection:layout.markedMistake', { name }),
    };
    option.textContent = texts[this.drafts.stateOf(name)];
  }

  /** Says how the layout is that is being edited, and which messages have one. */
  private tell(): void {
    const { text, verdict, show, warning, start, reset, use, summary } = this.parts;
    const { words } = this;
    const isMistake = words.mistakeAt !== undefined;
    verdict.textContent = words.verdict;
    verdict.classList.toggle('akm-mistake', isMistake);
    text.classList.toggle('input-error', isMistake);
    text.setAttribute('aria-invalid', String(isMistake));
    show.hidden = !isMistake;
    warning.textContent = words.warning ?? '';
    (warning.parentElement ?? warning).hidden = words.warning === undefined;
    use.replaceChildren(...words.use.map(paragraph));
    const isBlank = text.value.trim() === '';
    start.disabled = !isBlank;
    reset.disabled = text.value === '';
    summary.textContent = summaryOf(this.drafts);
  }

  private groups(): HTMLOptGroupElement[] {
    const titles = {
      'amm request': translate('@akmflow/node-red-akm/akm-connection:layout.ammRequests'),
      'amm response': translate('@akmflow/node-red-akm/akm-connection:layout.ammResponses'),
      'app request': translate('@akmflow/node-red-akm/akm-connection:layout.appRequests'),
      'app response': translate('@akmflow/node-red-akm/akm-connection:layout.appResponses'),
    };
    return Object.entries(titles).flatMap(([group, title]) => {
      const messages = this.drafts.messages.filter(({ service, kind }) => group === `${service} ${kind}`);
      if (messages.length === 0) return [];
      const element = document.createElement('optgroup');
      element.label = title;
      element.append(...messages.map(({ name }) => this.option(name)));
      return [element];
    });
  }

  private option(name: string): HTMLOptionElement {
    const option = document.createElement('option');
    option.value = name;
    this.options.set(name, option);
    return option;
  }
}

/** Which messages have an own layout, and in which of these there is a mistake. */
function summaryOf(drafts: LayoutDrafts): string {
  const names = Object.keys(drafts.toSave()).map((name) =>
    drafts.stateOf(name) === 'mistake'
      ? translate('@akmflow/node-red-akm/akm-connection:layout.markedMistake', { name })
      : name,
  );
  return names.length === 0
    ? translate('@akmflow/node-red-akm/akm-connection:layout.none')
    : translate('@akmflow/node-red-akm/akm-connection:layout.some', { names: names.join(', ') });
}

function paragraph(text: string): HTMLElement {
  const element = document.createElement('div');
  element.textContent = text;
  return element;
}

function partsOfPage(): Parts {
  return {
    message: part('message', HTMLSelectElement),
    summary: part('summary', HTMLElement),
    text: part('text', HTMLTextAreaElement),
    verdict: part('verdict', HTMLElement),
    show: part('show', HTMLButtonElement),
    warning: part('warning', HTMLElement),
    start: part('start', HTMLButtonElement),
    reset: part('reset', HTMLButtonElement),
    use: part('use', HTMLElement),
  };
}

function part<E extends HTMLElement>(name: keyof Parts, type: new () => E): E {
  const element = document.getElementById(`akm-layout-${name}`);
  if (element instanceof type) return element;
  throw new Error(`The form has no ${name}`);
}
