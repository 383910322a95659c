/** As much of Node-RED's editor, and of jQuery in it, as this package uses. Both are globals of the page. */

/** One type that a typed input offers. */
export interface TypedInputType {
  value: string;
  label: string;
  icon: string;
  validate(value: string): true | string;
}

interface TypedInputOptions {
  types: readonly (string | TypedInputType)[];
  typeField: string;
}

declare global {
  const RED: {
    _(key: string, values?: Readonly<Record<string, string | number>>): string;
    utils: { validateTypedProperty(value: unknown, type: string, options: object): true | string };
  };
  const $: (selector: string) => { typedInput(options: TypedInputOptions): void };
}
