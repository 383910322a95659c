/** What the forms of the nodes share in the browser: the global `akmEditor` of the editor's page. */
import type { InferredMessage } from './inferred-message.js';
import { setUpLayouts } from './layouts-form.js';
import { setUpTypedInput } from './typed-input.js';
import { createValidators, type TypedKind, type ValidatorOptions } from './validators.js';

export { explainChoice } from './choice.js';
export { enteredLayouts } from './layouts-form.js';

/** Every message that is inferred. The build puts this here from the message tables, which do not run in a browser. */
declare const INFERRED_MESSAGES: readonly InferredMessage[];

const {
  literal,
  layouts: checkLayouts,
  ...validators
} = createValidators({
  translate: (key, values) => RED._(key, values),
  checkTyped: (value, type) => RED.utils.validateTypedProperty(value, type, {}),
  inOpenForm(property, value, companion) {
    const prefix = ['node-input-', 'node-config-input-'].find((form) => fieldOf(form + property) === value);
    return prefix === undefined ? undefined : fieldOf(prefix + companion);
  },
});

export const { wholeNumber, optionalWholeNumber, millisecondsFrom, typedValue } = validators;

/** Turns the field of `property` and the hidden field of `<property>Type` into a typed input. */
export function typedInput(property: string, kind: TypedKind): void {
  setUpTypedInput(property, kind, literal);
}

/** Takes a connection's own layouts. What is wrong comes as a line for each of them. */
export function layouts(value: unknown, options: ValidatorOptions | undefined): true | string[] {
  return checkLayouts(value, options, INFERRED_MESSAGES);
}

/** Sets up the part of a connection's form where own layouts are entered; `saved` are the node's. */
export function editLayouts(saved: unknown): void {
  setUpLayouts(INFERRED_MESSAGES, saved);
}

function fieldOf(id: string): string | undefined {
  const field = document.getElementById(id);
  return field instanceof HTMLInputElement ? field.value : undefined;
}
