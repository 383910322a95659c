import { createContext, runInContext } from 'node:vm';
import { buildSync } from 'esbuild';
import { composePage } from '../../scripts/page.js';
import type { InferredMessage } from '../../src/editor/layouts/inferred-message.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { INFERRED_MESSAGES } from '../../src/protocol/custom-layout.js';
import type { Operation } from '../../src/protocol/message.js';
import { createElement, ELEMENTS, elementsOf, type FakeElement } from './fake-page.js';

/** The id of a tab that is disabled. */
export const DISABLED_TAB = 'disabled';

/** A node type as the editor gets to know it. */
export interface Definition {
  category: string;
  color: string;
  icon: string;
  inputs?: number;
  outputs?: number;
  align?: string;
  defaults: Record<
    string,
    {
      value: unknown;
      type?: string;
      required?: boolean;
      label?: string;
      validate?: (this: object, value: unknown, options: object) => true | string | string[];
    }
  >;
  label(this: object): string;
  labelStyle?(this: object): string;
  paletteLabel(this: object): string;
  inputLabels?(this: object): string;
  outputLabels?(this: object, index: number): string;
  onadd?(this: object): void;
  oneditprepare?(this: object): void;
  oneditsave?(this: object): void;
}

/** What a typed input offers for a property. */
export interface TypedInput {
  types: (
    string | { value: string; validate(value: string): true | string; autoComplete?(): Offer['search'] }
  )[];
  typeField: string;
}

/** A request to Node-RED that a form makes, waiting for its answer. */
export interface AjaxRequest {
  url: string;
  type: string;
  data?: string;
  success(answer: unknown): void;
  error(request: { status: number; responseJSON?: unknown }): void;
}

/** What is offered while something is typed. */
export interface Offer {
  search: (typed: string) => string[];
}

/** The messages for which a layout can be entered, as the build takes them from the message tables. */
export const inferredMessages = Object.entries({ amm: AMM_OPERATIONS, app: APP_OPERATIONS }).flatMap(
  ([service, operations]) =>
    (Object.values(operations) as Operation[]).flatMap(({ request, response, changing }) =>
      Object.entries({ request, response })
        .filter(([, { name }]) => INFERRED_MESSAGES.has(name))
        .map(([kind, { name, body }]) => ({ name, service, kind, changing, notation: body.notation })),
    ),
) as InferredMessage[];

/**
 * The editor's page with the types of this package in it: their pages' scripts and the bundle run in as much of an editor as they need.
 * Its texts are their keys and what is filled in.
 */
export class EditorPage {
  readonly definitions = new Map<string, Definition>();
  /** The typed inputs made, by selector. */
  readonly typedInputs = new Map<string, TypedInput>();
  /** What is offered while something is typed in a plain field, by selector. */
  readonly offers = new Map<string, Offer>();
  /** The config nodes that the editor holds, by id. */
  readonly configNodes = new Map<string, object>();
  /** The other nodes of the workspace. */
  readonly nodes: ({ type: string } & Record<string, unknown>)[] = [];
  /** The requests that were made, in their order. */
  readonly requests: AjaxRequest[] = [];
  /** Tells the bundle of a node that comes into the workspace. */
  add: (node: object) => void = () => undefined;
  private elements = new Map<string, FakeElement>();
  private readonly pages: ReadonlyMap<string, string>;

  constructor(types: readonly string[]) {
    this.pages = new Map(types.map((type) => [type, composePage(type)]));
    const context = createContext({
      RED: {
        _: (key: string, values: object = {}) =>
          [key, ...(Object.values(values) as (string | number)[])].join(' '),
        utils: { validateTypedProperty: (value: unknown) => (value === 'bad' ? 'bad' : true) },
        nodes: {
          registerType: (type: string, definition: Definition) => this.definitions.set(type, definition),
          node: (id: string) => this.configNodes.get(id),
          filterNodes: ({ type }: { type: string }) => this.nodes.filter((node) => node.type === type),
          workspace: (id: string) => ({ disabled: id === DISABLED_TAB }),
        },
        events: { on: (_event: 'nodes:add', listener: (node: object) => void) => (this.add = listener) },
        tabs: { create: () => ({ addTab: () => undefined }) },
      },
      $: Object.assign(
        (selector: string) => ({
          typedInput: (options: TypedInput) => this.typedInputs.set(selector, options),
          autoComplete: (options: Offer) => this.offers.set(selector, options),
          editableList: () => undefined,
          on: () => undefined,
        }),
        { ajax: (request: AjaxRequest) => this.requests.push(request) },
      ),
      document: {
        createElement,
        getElementById: (id: string) => this.elements.get(id) ?? null,
        querySelector: () => null,
        querySelectorAll: () => [],
      },
      // tabs and tables are Node-RED's own: they are tested in a browser
      MutationObserver: class {
        observe(): void {
          return;
        }
      },
      queueMicrotask: () => undefined,
      ...ELEMENTS,
    });
    // the bundle last: nothing may need it before a form opens or a flow is checked
    for (const page of this.pages.values()) {
      for (const [, script = ''] of page.matchAll(/<script type="text\/javascript">(.*?)<\/script>/gs)) {
        runInContext(script, context);
      }
    }
    const [bundle] = buildSync({
      entryPoints: ['src/editor/index.ts'],
      define: { INFERRED_MESSAGES: JSON.stringify(inferredMessages) },
      bundle: true,
      format: 'iife',
      globalName: 'akmEditor',
      write: false,
    }).outputFiles;
    runInContext(bundle?.text ?? '', context);
  }

  /** Opens the form of a type, as it is before the editor calls `oneditprepare`; fields get their values. */
  open(type: string, values: Readonly<Record<string, string>> = {}): void {
    this.elements = elementsOf(this.pages.get(type) ?? '');
    for (const [id, value] of Object.entries(values)) this.element(id).value = value;
  }

  close(): void {
    this.elements.clear();
    this.typedInputs.clear();
    this.offers.clear();
    this.requests.length = 0;
    this.configNodes.clear();
    this.nodes.length = 0;
  }

  /** An element of the form that is open. */
  element(id: string): FakeElement {
    const element = this.elements.get(id);
    if (!element) throw new Error(`The form has no element ${id}`);
    return element;
  }
}
