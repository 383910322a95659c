/** As much of Node-RED's editor, and of jQuery in it, as this package uses. Both are globals of the page. */

/** One type that a typed input offers. */
export interface TypedInputType {
  value: string;
  label: string;
  icon: string;
  validate(value: string): true | string;
  /** Makes the search for what can be offered of what is being typed. */
  autoComplete?: (() => Search) | undefined;
}

/** Gives the values to offer for what was typed so far. */
export type Search = (typed: string) => string[];

interface TypedInputOptions {
  types: readonly (string | TypedInputType)[];
  typeField: string;
}

/** A node as the editor holds it. */
export interface EditorNode {
  readonly id: string;
  readonly type: string;
  /** Whether it was changed since it was deployed. */
  readonly changed?: boolean;
  readonly [property: string]: unknown;
}

/** A panel that opens at an element, and closes at a click elsewhere. */
interface Panel {
  show(options: {
    target: Elements;
    align?: 'left';
    offset?: [number, number];
    closeButton?: Elements;
    onclose: () => void;
  }): void;
  hide(): void;
}

/** A request to Node-RED's own server, made as the user of the editor. */
interface AjaxOptions {
  url: string;
  type: 'GET' | 'POST';
  dataType: 'json';
  contentType?: string;
  data?: string;
  /** In milliseconds. */
  timeout: number;
  success(answer: unknown): void;
  error(request: { status: number; responseJSON?: unknown }): void;
}

/** A list whose rows a person adds, drags about and removes. */
interface EditableListOptions<Values> {
  /** What stands above the rows. */
  header: Elements;
  /** The words of the button that adds a row. */
  addButton: string;
  /** In pixels. */
  height: number;
  sortable: boolean;
  removable: boolean;
  /** Fills the row for what was added: nothing yet where a person adds it. */
  addItem(row: ArrayLike<HTMLElement>, index: number, values: Partial<Values>): void;
  removeItem(): void;
  sortItems(): void;
}

interface Tab {
  /** The id of the element that it shows, too. */
  readonly id: string;
  readonly label: string;
}

/** What jQuery and the widgets of Node-RED do with elements. */
interface Elements {
  typedInput(options: TypedInputOptions): void;
  typedInput(set: 'type' | 'value', to: string): void;
  autoComplete(options: { search: Search; minLength: number }): void;
  editableList<Values>(options: EditableListOptions<Values>): void;
  editableList(method: 'addItem', values: object): void;
  val(value: string): Elements;
  trigger(event: string): Elements;
  on(event: string, listener: () => void): void;
}

declare global {
  const RED: {
    _(key: string, values?: Readonly<Record<string, string | number>>): string;
    nodes: {
      node(id: string): EditorNode | null | undefined;
      /** A tab, by its id; subflows are none. */
      workspace(id: string): { readonly disabled?: boolean } | undefined;
      filterNodes(filter: { type: string }): readonly EditorNode[];
    };
    events: { on(event: 'nodes:add', listener: (node: EditorNode) => void): void };
    tabs: {
      create(options: { id: string; onchange: (shown: Tab) => void }): {
        addTab(tab: Tab): void;
        activateTab(id: string): void;
      };
    };
    popover: { panel(content: Elements): Panel };
    utils: { validateTypedProperty(value: unknown, type: string, options: object): true | string };
  };
  const $: {
    (found: string | HTMLElement): Elements;
    ajax(options: AjaxOptions): { abort(): void };
  };
}
