import { layoutEntries, readLayout } from './layouts/layout-drafts.js';
import type { Names } from '../settings/names.js';
import { mistakeIn, type NamedKind } from './names/named-value.js';
import { notationWords } from './layouts/notation-words.js';
import { toIdentifier, toWholeNumber } from '../protocol/literals.js';
import { isEnvironmentReference } from '../settings/environment.js';
import { hostProblemIn } from './host-words.js';
import { RANGES, type Range, type RangeName } from './ranges.js';
import type { Translate } from './texts.js';

/** What the validators need of the editor around them. */
export interface EditorPort {
  readonly translate: Translate;
  /** Node-RED's own check of a typed value: true, or what is wrong with it. */
  checkTyped(value: unknown, type: string): true | string;
  /**
   * What the open form holds for `companion`, if it is the one that holds `value` for `property`; undefined otherwise. Node-RED
   * checks other nodes as well while a form is open, and these must not be judged by what that form holds.
   */
  inOpenForm(property: string, value: unknown, companion: string): string | undefined;
  /** The names of a connection, by its id; none where there is no such connection. */
  namesOf(connection: unknown): Names;
  /** Whether another register node registers an application, in writing, over another connection to the same AppEndpoint. */
  isTaken(node: unknown, connection: unknown, atrId: unknown, appValue: unknown): boolean;
}

/** A node as the editor hands it to a validator: its saved properties, and more. */
export type EditedNode = Readonly<Record<string, unknown>>;

/** What Node-RED hands a validator besides the value. */
export interface ValidatorOptions {
  /** The property's name in words, where its definition has one. */
  label?: string;
}

/** True, or in words what is wrong: the editor marks the field and shows them. */
export type Verdict = true | string;

/** What the literal of a typed input means: a number within a range, or what can have a name. */
export type TypedKind = RangeName | NamedKind;

/**
 * The validators of the forms. Their words never repeat the value given: Node-RED shows them as HTML in places, and a flow that
 * someone else wrote must not get that far.
 */
export function createValidators(editor: EditorPort) {
  const refuse = (options: ValidatorOptions | undefined, words: string): string =>
    options?.label ? `${options.label}: ${words}` : words;

  const companionOf = (node: EditedNode, property: string, value: unknown, companion: string): unknown =>
    editor.inOpenForm(property, value, companion) ?? node[companion];

  const checkRange = (
    value: unknown,
    options: ValidatorOptions | undefined,
    { min, max }: Range,
  ): Verdict => {
    if (isEnvironmentReference(value)) return true;
    const number = toWholeNumber(value);
    if (number !== undefined && number >= min && number <= max) return true;
    return refuse(
      options,
      editor.translate('@akmflow/node-red-akm/akm-connection:error.wholeNumber', { min, max }),
    );
  };

  /** Takes a whole number of the range, decimal or hexadecimal, or `${ENV}`. */
  const wholeNumber = (value: unknown, options: ValidatorOptions | undefined, range: RangeName): Verdict =>
    checkRange(value, options, RANGES[range]);

  /** As {@link wholeNumber}; an empty field means something of its own. */
  const optionalWholeNumber = (
    value: unknown,
    options: ValidatorOptions | undefined,
    range: RangeName,
  ): Verdict => value === '' || value === undefined || wholeNumber(value, options, range);

  /** Takes what {@link wholeNumber} takes for milliseconds, if it is no less than another property of the node. */
  const millisecondsFrom = (
    node: EditedNode,
    property: string,
    value: unknown,
    options: ValidatorOptions | undefined,
    lowerProperty: string,
  ): Verdict => {
    const verdict = wholeNumber(value, options, 'milliseconds');
    const lower = toWholeNumber(companionOf(node, property, value, lowerProperty));
    const upper = toWholeNumber(value);
    if (verdict !== true || lower === undefined || upper === undefined || lower <= upper) return verdict;
    return refuse(options, editor.translate('@akmflow/node-red-akm/akm-connection:error.pauses'));
  };

  /** Takes a host name or an IP address, or `${ENV}`. */
  const host = (value: unknown, options: ValidatorOptions | undefined): Verdict => {
    const problem = isEnvironmentReference(value) ? undefined : hostProblemIn(value, editor.translate);
    return problem === undefined || refuse(options, problem);
  };

  /**
   * Takes the literal of a typed input: a number of the range, or what can have a name.
   *
   * @param connection the id of the connection whose names count
   * @param atrId the ATR ID in which an App Value is wanted, where it is known
   */
  const literal = (
    value: unknown,
    options: ValidatorOptions | undefined,
    kind: TypedKind,
    connection: unknown,
    atrId?: unknown,
  ): Verdict => {
    if (kind !== 'identifier' && kind !== 'atrId' && kind !== 'appValue')
      return wholeNumber(value, options, kind);
    const mistake = mistakeIn(value, kind, editor.namesOf(connection), atrId);
    return !mistake || refuse(options, editor.translate(mistake.key, mistake.values));
  };

  /** Takes an ATR ID or an App Value in a plain field; empty means something of its own. */
  const optionalNamed = (
    node: EditedNode,
    property: 'atrId' | 'appValue',
    value: unknown,
    options: ValidatorOptions | undefined,
  ): Verdict => {
    if (value === '' || value === undefined) return true;
    const of = (companion: string): unknown => companionOf(node, property, value, companion);
    return literal(value, options, property, of('connection'), of('atrId'));
  };

  /** Takes the value of the typed input `property`, whose type is in `<property>Type`. */
  const typedValue = (
    node: EditedNode,
    property: string,
    value: unknown,
    options: ValidatorOptions | undefined,
    kind: TypedKind,
  ): Verdict => {
    const of = (companion: string): unknown => companionOf(node, property, value, companion);
    const type = of(`${property}Type`);
    if (type === 'num' || type === 'str') {
      const atrId = of('atrIdType') === 'num' ? of('atrId') : undefined;
      return literal(value, options, kind, of('connection'), atrId);
    }
    if (isEnvironmentReference(value)) return true;
    if (typeof value !== 'string' || value.trim() === '') {
      return refuse(options, editor.translate('@akmflow/node-red-akm/akm-connection:error.empty'));
    }
    const isPath = type === 'msg' || type === 'flow' || type === 'global';
    // what stayed in the field when its type was changed
    if (isPath && (toIdentifier(value) !== undefined || toWholeNumber(value) !== undefined))
      return refuse(options, editor.translate('@akmflow/node-red-akm/akm-connection:error.notAPath'));
    const verdict = editor.checkTyped(value, String(type));
    return verdict === true || refuse(options, verdict);
  };

  /** Takes the App Value of a register node, if it is no other connection's in the same ATR. */
  const ownAppValue = (node: EditedNode, value: unknown, options: ValidatorOptions | undefined): Verdict => {
    const verdict = typedValue(node, 'appValue', value, options, 'appValue');
    const of = (companion: string): unknown => companionOf(node, 'appValue', value, companion);
    const isKnown = of('atrIdType') === 'num' && of('appValueType') === 'num' && node['d'] !== true;
    if (verdict !== true || !isKnown) return verdict;
    if (!editor.isTaken(node['id'], of('connection'), of('atrId'), value)) return true;
    return refuse(options, editor.translate('@akmflow/node-red-akm/akm-connection:error.taken'));
  };

  /** Takes own layouts for those messages that can have one. What is wrong comes as a line for each layout. */
  const layouts = (
    value: unknown,
    options: ValidatorOptions | undefined,
    messages: readonly { readonly name: string }[],
  ): true | string[] => {
    const entries = layoutEntries(value ?? {});
    const unusable = (): string =>
      refuse(options, editor.translate('@akmflow/node-red-akm/akm-connection:error.layouts'));
    if (!entries) return [unusable()];
    const names = new Set(messages.map(({ name }) => name));
    const wrong = entries.flatMap(([name, text]) => {
      if (!names.has(name) || typeof text !== 'string') return [unusable()];
      const mistake = text.trim() === '' ? undefined : readLayout(text).mistake;
      if (!mistake) return [];
      const place = { name, column: mistake.column, problem: notationWords(mistake, editor.translate) };
      return [refuse(options, editor.translate('@akmflow/node-red-akm/akm-connection:error.layout', place))];
    });
    return wrong.length === 0 || [...new Set(wrong)];
  };

  return {
    wholeNumber,
    optionalWholeNumber,
    millisecondsFrom,
    host,
    literal,
    optionalNamed,
    typedValue,
    ownAppValue,
    layouts,
  };
}
