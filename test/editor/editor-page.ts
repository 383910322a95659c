import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { buildSync } from 'esbuild';
import type { InferredMessage } from '../../src/editor/inferred-message.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { INFERRED_MESSAGES } from '../../src/protocol/custom-layout.js';
import type { Operation } from '../../src/protocol/message.js';
import { createElement, ELEMENTS, elementsOf, type FakeElement } from './fake-page.js';

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
  outputLabels?(this: object): string;
  oneditprepare?(this: object): void;
  oneditsave?(this: object): void;
}

/** What a typed input offers for a property. */
export interface TypedInput {
  types: (string | { value: string; validate(value: string): true | string })[];
  typeField: string;
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
  private elements = new Map<string, FakeElement>();
  private readonly pages: ReadonlyMap<string, string>;

  constructor(types: readonly string[]) {
    this.pages = new Map(types.map((type) => [type, readFileSync(`nodes/${type}.html`, 'utf8')]));
    const context = createContext({
      RED: {
        _: (key: string, values: object = {}) =>
          [key, ...(Object.values(values) as (string | number)[])].join(' '),
        utils: { validateTypedProperty: (value: unknown) => (value === 'bad' ? 'bad' : true) },
        nodes: {
          registerType: (type: string, definition: Definition) => this.definitions.set(type, definition),
        },
      },
      $: (selector: string) => ({
        typedInput: (options: TypedInput) => this.typedInputs.set(selector, options),
      }),
      document: { createElement, getElementById: (id: string) => this.elements.get(id) ?? null },
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
  }

  /** An element of the form that is open. */
  element(id: string): FakeElement {
    const element = this.elements.get(id);
    if (!element) throw new Error(`The form has no element ${id}`);
    return element;
  }
}
