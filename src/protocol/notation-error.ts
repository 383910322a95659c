/**
 * What can be wrong with a layout, in English; `__name__` marks the place of a value. The keys are stable: the editor has a text of
 * its catalogue for each of them.
 */
const PROBLEMS = {
  tooLong: 'a layout has at most __max__ characters',
  noField: 'a field is expected here: name:type',
  empty: 'a layout has at least one field',
  bodyTooLong: 'a message body has at most __max__ bytes',
  behindEnd: 'nothing can follow __field__, which extends to the end',
  sameName: 'there is already a field __field__',
  endInGroup: 'only the last field of all can extend to the end',
  underscores: 'a name cannot begin with two underscores',
  digit: 'a name cannot begin with a digit',
  reservedName:
    'a field cannot be called __field__: every JavaScript object already has a member with this name',
  noColon: 'a colon and a type are expected after __field__',
  noType: 'no type; the types are __types__',
  unknownType: 'unknown type __type__; the types are __types__',
  tooDeep: 'groups can be nested __max__ deep',
  noBrace: 'a closing brace } is expected',
  emptyGroup: 'a group has at least one byte',
  howOften: '[N], [earlier field] or [] is expected after a group',
  noCounter: '__field__ is not an earlier field of type u8, u16 or u32',
  noSize: 'a size is expected: __type__[N]',
  badSize: 'a whole number from 1 to __max__ is expected',
  noBracket: 'a closing bracket ] is expected',
} as const;

/** The code of something that can be wrong with a layout. */
export type NotationProblem = keyof typeof PROBLEMS;

/** A mistake in a layout, and where it is. */
export class NotationError extends Error {
  override readonly name = 'NotationError';

  /**
   * @param column of the mistake, from 1
   * @param code stable, for those who have words of their own
   * @param values what belongs into these words, by name: numbers, and names that stand in the layout
   */
  constructor(
    readonly column: number,
    readonly code: NotationProblem,
    readonly values: Readonly<Record<string, string | number>> = {},
  ) {
    const problem = PROBLEMS[code].replace(/__(\w+?)__/g, (_place, name: string) => String(values[name]));
    super(`column ${column}: ${problem}`);
  }
}
