import type { NotationError, NotationProblem } from '../../protocol/notation-error.js';
import type { Translate } from '../texts.js';

/** The catalogue's text for each mistake that there can be in a layout. */
const TEXTS: Readonly<Record<NotationProblem, string>> = {
  tooLong: '@akmflow/node-red-akm/akm-connection:mistake.tooLong',
  noField: '@akmflow/node-red-akm/akm-connection:mistake.noField',
  empty: '@akmflow/node-red-akm/akm-connection:mistake.empty',
  bodyTooLong: '@akmflow/node-red-akm/akm-connection:mistake.bodyTooLong',
  behindEnd: '@akmflow/node-red-akm/akm-connection:mistake.behindEnd',
  sameName: '@akmflow/node-red-akm/akm-connection:mistake.sameName',
  endInGroup: '@akmflow/node-red-akm/akm-connection:mistake.endInGroup',
  underscores: '@akmflow/node-red-akm/akm-connection:mistake.underscores',
  digit: '@akmflow/node-red-akm/akm-connection:mistake.digit',
  reservedName: '@akmflow/node-red-akm/akm-connection:mistake.reservedName',
  noColon: '@akmflow/node-red-akm/akm-connection:mistake.noColon',
  noType: '@akmflow/node-red-akm/akm-connection:mistake.noType',
  unknownType: '@akmflow/node-red-akm/akm-connection:mistake.unknownType',
  tooDeep: '@akmflow/node-red-akm/akm-connection:mistake.tooDeep',
  noBrace: '@akmflow/node-red-akm/akm-connection:mistake.noBrace',
  emptyGroup: '@akmflow/node-red-akm/akm-connection:mistake.emptyGroup',
  howOften: '@akmflow/node-red-akm/akm-connection:mistake.howOften',
  noCounter: '@akmflow/node-red-akm/akm-connection:mistake.noCounter',
  noSize: '@akmflow/node-red-akm/akm-connection:mistake.noSize',
  badSize: '@akmflow/node-red-akm/akm-connection:mistake.badSize',
  noBracket: '@akmflow/node-red-akm/akm-connection:mistake.noBracket',
};

/** A mistake in a layout, in the language of the editor. Of the layout it repeats names at most, which hold no HTML. */
export function notationWords({ code, values }: NotationError, translate: Translate): string {
  return translate(TEXTS[code], values);
}
