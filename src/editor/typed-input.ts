import { fieldOf, namesOf } from './connections.js';
import { namesFor, type NamedKind } from './names/named-value.js';
import type { Search, TypedInputType } from './node-red.js';
import { translate } from './translate.js';
import type { createValidators, TypedKind } from './validators.js';

/**
 * Turns the field of `property` into a typed input; a hidden field of `<property>Type` keeps its type. Its literal is checked by
 * us: Node-RED takes any number for one, and any string for an identifier.
 */
export function setUpTypedInput(
  property: string,
  kind: TypedKind,
  checkLiteral: ReturnType<typeof createValidators>['literal'],
): void {
  const isNumber = kind !== 'identifier';
  const hasNames = kind === 'identifier' || kind === 'atrId' || kind === 'appValue';
  const literal: TypedInputType = {
    ...(isNumber
      ? {
          value: 'num',
          label: hasNames
            ? translate('@akmflow/node-red-akm/akm-connection:typed.numberOrName')
            : translate('@akmflow/node-red-akm/akm-connection:typed.number'),
          icon: 'red/images/typedInput/09.svg',
        }
      : {
          value: 'str',
          label: translate('@akmflow/node-red-akm/akm-connection:typed.identifierOrName'),
          icon: 'fa fa-key',
        }),
    validate: (value) =>
      checkLiteral(value, undefined, kind, fieldOf('node-input-connection'), literalAtrId()),
    ...(hasNames ? { autoComplete: () => searchNames(kind) } : {}),
  };
  const contexts = ['msg', 'flow', 'global'];
  const types = isNumber
    ? [literal, ...contexts, 'env', 'jsonata']
    : [...contexts, literal, 'json', 'env', 'jsonata'];
  $(`#node-input-${property}`).typedInput({ types, typeField: `#node-input-${property}Type` });
  moveLabel(property);
}

/** Has the label of a typed input lead to where a person types: that is a field of Node-RED's own, and ours is hidden. */
function moveLabel(property: string): void {
  const row = document.getElementById(`node-input-${property}`)?.closest('.form-row');
  const label = row?.querySelector('label');
  const input = row?.querySelector('.red-ui-typedInput-input');
  if (!label || !input) return;
  input.id = `akm-input-${property}`;
  label.htmlFor = input.id;
}

/** Offers the names of the connection in a plain field while something is typed there. */
export function offerNames(property: string, kind: NamedKind): void {
  $(`#node-input-${property}`).autoComplete({ search: searchNames(kind), minLength: 0 });
}

/**
 * Searches the names that begin with what was typed. Where that is a number already, there is nothing to offer: the key Tab would take
 * the name in its place.
 */
function searchNames(kind: NamedKind): Search {
  return (typed) => {
    const start = typed.trim().toLowerCase();
    if (start === '' || /^[\d$]/.test(start)) return [];
    const names = namesFor(namesOf(fieldOf('node-input-connection')), kind);
    return names.filter((name) => name.toLowerCase().startsWith(start) && name !== typed);
  };
}

/** The ATR ID that stands in the form; undefined where it comes with the message. */
function literalAtrId(): string | undefined {
  return fieldOf('node-input-atrIdType') === 'num' ? fieldOf('node-input-atrId') : undefined;
}
