import type { TypedInputType } from './node-red.js';
import type { TypedKind, Verdict } from './validators.js';

/**
 * Turns the field of `property` into a typed input; a hidden field of `<property>Type` keeps its type. Its literal is checked by
 * us: Node-RED takes any number for one, and any string for an identifier.
 */
export function setUpTypedInput(
  property: string,
  kind: TypedKind,
  checkLiteral: (value: unknown, options: undefined, kind: TypedKind) => Verdict,
): void {
  const validate = (value: string): Verdict => checkLiteral(value, undefined, kind);
  const number: TypedInputType = {
    value: 'num',
    label: RED._('@akmflow/node-red-akm/akm-connection:typed.number'),
    icon: 'red/images/typedInput/09.svg',
    validate,
  };
  const identifier: TypedInputType = {
    value: 'str',
    label: RED._('@akmflow/node-red-akm/akm-connection:typed.identifier'),
    icon: 'fa fa-key',
    validate,
  };
  const contexts = ['msg', 'flow', 'global'];
  const types =
    kind === 'identifier'
      ? [...contexts, identifier, 'json', 'env', 'jsonata']
      : [number, ...contexts, 'env', 'jsonata'];
  $(`#node-input-${property}`).typedInput({ types, typeField: `#node-input-${property}Type` });
}
