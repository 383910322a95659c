import { types } from 'node:util';
import { AkmError, quote, kindOf } from '../errors.js';
import { AMM_OPERATIONS } from './amm-messages.js';
import { APP_OPERATIONS } from './app-messages.js';
import * as fieldTypes from './field-types.js';
import type { FieldType } from './field-types.js';
import { parseInteger, U32_MAX } from './integer.js';
import { layout, type Fields, type Layout } from './layout.js';
import type { Message, Operation } from './message.js';
import { parseNotation, type NotationField, type Repeat } from './notation.js';
import { list } from './repeated.js';

/** The integrator's own layouts, in the notation, by the name of the message they are for. */
export type Layouts = Readonly<Record<string, unknown>>;

/** Every message whose body is only inferred, by name: those for which a layout can be entered. */
export const INFERRED_MESSAGES: ReadonlyMap<string, Message> = new Map(
  ([...Object.values(AMM_OPERATIONS), ...Object.values(APP_OPERATIONS)] as Operation[])
    .flatMap(({ request, response }) => [request, response])
    .filter(({ source }) => source === 'inferred')
    .map((message) => [message.name, message]),
);

/**
 * The messages that own layouts make of the inferred ones. Empty layouts are passed over.
 * @throws AkmError `AKM_INVALID_INPUT` naming the message, and the column of a mistake
 */
export function customMessages(layouts: Layouts): Map<string, Message> {
  const messages = new Map<string, Message>();
  for (const [name, text] of Object.entries(layouts)) {
    const inferred = INFERRED_MESSAGES.get(name);
    if (!inferred) {
      throw new AkmError(
        'AKM_INVALID_INPUT',
        `There is a layout for ${quote(name)}; only inferred messages can have one: ${[...INFERRED_MESSAGES.keys()].join(', ')}`,
      );
    }
    if (typeof text !== 'string') {
      throw new AkmError('AKM_INVALID_INPUT', `The layout of ${name} is ${quote(text)}; text is needed`);
    }
    if (text.trim() !== '') messages.set(name, { ...inferred, source: 'custom', body: compile(name, text) });
  }
  return messages;
}

function compile(name: string, text: string): Layout<Fields> {
  try {
    return compileLayout(text);
  } catch (error) {
    const { message } = error as Error;
    throw new AkmError('AKM_INVALID_INPUT', `The layout of ${name} has a mistake in ${message}`, {
      cause: error,
    });
  }
}

/**
 * Compiles a layout from its notation. It encodes any object that holds its fields by name; a field that counts another may be left out.
 * @throws NotationError
 */
export function compileLayout(text: string): Layout<Fields> {
  return compileFields(parseNotation(text));
}

function compileFields(parsed: readonly NotationField[]): Layout<Fields> {
  const named = parsed.map(
    (field, index) => [field.name === '' ? `pad ${index}` : field.name, typeOf(field)] as const,
  );
  const inner = layout(Object.fromEntries(named));
  const notation = parsed.map(
    ({ name }, index) => (name === '' ? '' : `${name}:`) + (named[index]?.[1].notation ?? ''),
  );
  const counters = parsed.flatMap((field) => {
    const repeat = 'repeat' in field ? field.repeat : undefined;
    return typeof repeat === 'object' && 'field' in repeat
      ? [{ counted: field.name, counter: repeat.field }]
      : [];
  });
  return {
    ...inner,
    notation: notation.join(' '),
    sizeOf: (values, path) => inner.sizeOf(complete(values, path, counters), path),
    write: (target, offset, values, path) =>
      inner.write(target, offset, complete(values, path, counters), path),
  };
}

/** Own fields of an object, with the counts that follow from its arrays. */
function complete(
  values: unknown,
  path: string,
  counters: readonly { counted: string; counter: string }[],
): Record<string, never> {
  if (typeof values !== 'object' || values === null) {
    const what = path === '' ? 'The value' : path;
    throw new AkmError(
      'AKM_INVALID_INPUT',
      `${what} is ${kindOf(values)}; an object with its fields by name is needed`,
    );
  }
  const own = Object.assign(Object.create(null) as Record<string, unknown>, values);
  for (const { counted, counter } of counters) {
    const entries = own[counted];
    const length = !types.isProxy(entries) && Array.isArray(entries) ? entries.length : 0;
    own[counter] ??= length;
    const count = parseInteger(own[counter], counter, U32_MAX);
    if (count !== length)
      throw new AkmError('AKM_INVALID_INPUT', `${counter} is ${count}, but ${counted} has ${length} entries`);
  }
  return own as Record<string, never>; // each field's type checks what it is given
}

function typeOf(field: NotationField): FieldType<unknown, never> {
  switch (field.kind) {
    case 'pad':
      return fieldTypes.padding(field.size);
    case 'bytes':
      return field.size === undefined ? fieldTypes.bytes : fieldTypes.fixedBytes(field.size);
    case 'text':
      return field.size === undefined ? fieldTypes.text : fieldTypes.fixedText(field.size);
    case 'group':
      return repeated(compileFields(field.fields), field.repeat);
    default:
      return repeated(fieldTypes[field.kind], field.repeat);
  }
}

function repeated(type: FieldType<unknown>, repeat: Repeat | undefined): FieldType<unknown> {
  return repeat === undefined ? type : list(type, repeat);
}
