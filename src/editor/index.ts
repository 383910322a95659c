/** What the forms of the nodes share in the browser: the global `akmEditor` of the editor's page. */
import type { InferredMessage } from './layouts/inferred-message.js';
import { migrateWhatIsAdded } from './migration.js';
import { mistakesInTable } from './names/name-drafts.js';
import type { EditorNode } from './node-red.js';
import { translate } from './translate.js';
import { enteredTables, setUpConnection } from './connection/connection-form.js';
import { fieldOf, namesOf } from './connections.js';
import { createLabels } from './labels.js';
import { freeAppValue, isTaken } from './registrations.js';
import { setUpTypedInput } from './typed-input.js';
import { createValidators, type TypedKind, type ValidatorOptions } from './validators.js';

export { explainChoice } from './choice.js';
export { addPicker } from './picker/picker.js';
export { offerNames } from './typed-input.js';

/** Every message that is inferred. The build puts this here from the message tables, which do not run in a browser. */
declare const INFERRED_MESSAGES: readonly InferredMessage[];

const {
  literal,
  layouts: checkLayouts,
  ...validators
} = createValidators({
  translate,
  checkTyped: (value, type) => RED.utils.validateTypedProperty(value, type, {}),
  inOpenForm(property, value, companion) {
    const prefix = ['node-input-', 'node-config-input-'].find((form) => fieldOf(form + property) === value);
    return prefix === undefined ? undefined : fieldOf(prefix + companion);
  },
  namesOf,
  isTaken,
});

export const {
  wholeNumber,
  optionalWholeNumber,
  millisecondsFrom,
  host,
  optionalNamed,
  typedValue,
  ownAppValue,
} = validators;

/** What the labels of nodes say of their values. */
export const label = createLabels(translate, namesOf);

/** Turns the field of `property` and the hidden field of `<property>Type` into a typed input. */
export function typedInput(property: string, kind: TypedKind): void {
  setUpTypedInput(property, kind, literal);
}

/** Takes a connection's own layouts. What is wrong comes as a line for each of them. */
export function layouts(value: unknown, options: ValidatorOptions | undefined): true | string[] {
  return checkLayouts(value, options, INFERRED_MESSAGES);
}

/** Takes a connection's table of names. What is wrong comes as a line for each mistake. */
export function names(value: unknown, options: ValidatorOptions | undefined): true | string[] {
  const mistakes = mistakesInTable(value ?? [], translate);
  return mistakes.length === 0 || mistakes.map((words) => `${options?.label ?? ''}: ${words}`);
}

/**
 * Gives a register node that a person drops into the workspace an App Value of its own. One that is pasted or imported, which is in the
 * workspace already, keeps what it has.
 */
export function chooseAppValue(node: EditorNode): void {
  if (!RED.nodes.node(node.id)) Object.assign(node, { appValue: String(freeAppValue()) });
}

/** Sets up the form of a connection: its tabs, names and layouts, and the test. */
export function openConnection(node: EditorNode): void {
  setUpConnection(node, INFERRED_MESSAGES);
}

/** Has the connection keep what its form holds in tables. */
export function saveConnection(node: EditorNode): void {
  Object.assign(node, enteredTables());
}

migrateWhatIsAdded();
