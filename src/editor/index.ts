/** What the forms of the nodes share in the browser: the global `akmEditor` of the editor's page. */
import { setUpTypedInput } from './typed-input.js';
import { createValidators, type TypedKind } from './validators.js';

const { literal, ...validators } = createValidators({
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

function fieldOf(id: string): string | undefined {
  const field = document.getElementById(id);
  return field instanceof HTMLInputElement ? field.value : undefined;
}
