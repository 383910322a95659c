/** Elements of a page, as far as the forms of this package use them. What is not here, no form may use without a test. */
export class FakeElement {
  id = '';
  value = '';
  textContent = '';
  className = '';
  label = '';
  placeholder = '';
  hidden = false;
  disabled = false;
  focused = false;
  /** What is selected of the text. */
  selection: [start: number, end: number] | undefined;
  readonly dataset: Record<string, string> = {};
  readonly attributes = new Map<string, string>();
  readonly classes = new Set<string>();
  children: FakeElement[] = [];
  parentElement: FakeElement | null = null;
  private readonly listeners = new Map<string, (() => void)[]>();

  readonly classList = {
    add: (name: string) => {
      this.classes.add(name);
    },
    toggle: (name: string, wanted: boolean) => {
      if (wanted) this.classes.add(name);
      else this.classes.delete(name);
    },
  };

  addEventListener(type: string, listener: () => void): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
  }

  /** Does what a person does: `change`, `input` or `click`. */
  fire(type: string): void {
    for (const listener of this.listeners.get(type) ?? []) listener();
  }

  append(...children: FakeElement[]): void {
    for (const child of children) child.parentElement = this;
    this.children.push(...children);
  }

  /** What stands beside it in its row of the form. */
  after(...elements: FakeElement[]): void {
    this.parentElement?.append(...elements);
  }

  replaceChildren(...children: FakeElement[]): void {
    this.children = [];
    this.append(...children);
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  focus(): void {
    this.focused = true;
  }

  setSelectionRange(start: number, end: number): void {
    this.selection = [start, end];
  }

  /** The row of the form that it stands in. */
  closest(): FakeElement | null {
    return this.parentElement;
  }

  /** There is no widget of Node-RED here. */
  querySelector(): null {
    return null;
  }

  querySelectorAll(): FakeElement[] {
    return this.children.filter(({ dataset }) => dataset['choice'] !== undefined);
  }
}

/** The classes of elements that forms tell apart. */
export const ELEMENTS = {
  HTMLElement: FakeElement,
  HTMLInputElement: class extends FakeElement {},
  HTMLSelectElement: class extends FakeElement {},
  HTMLTextAreaElement: class extends FakeElement {},
  HTMLButtonElement: class extends FakeElement {},
};

const CLASSES: Readonly<Record<string, new () => FakeElement>> = {
  input: ELEMENTS.HTMLInputElement,
  select: ELEMENTS.HTMLSelectElement,
  textarea: ELEMENTS.HTMLTextAreaElement,
  button: ELEMENTS.HTMLButtonElement,
};

/** Makes an element of a tag. */
export function createElement(tag: string): FakeElement {
  return new (CLASSES[tag] ?? FakeElement)();
}

/** The elements with an id in a form's template, row by row of the form. */
export function elementsOf(template: string): Map<string, FakeElement> {
  const elements = new Map<string, FakeElement>();
  for (const html of template.split('<div class="form-row').slice(1)) {
    const row = new FakeElement();
    for (const [, tag = '', attributes = ''] of html.matchAll(/<(\w+)\s([^>]*)>/g)) {
      const element = createElement(tag);
      const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1];
      const [id, choice] = [attribute('id'), attribute('data-choice')];
      if (choice !== undefined) element.dataset['choice'] = choice;
      if (id !== undefined) elements.set(id, element);
      if (id !== undefined || choice !== undefined) row.append(element);
    }
  }
  return elements;
}
