import type { Names } from '../../src/settings/names.js';
import type { AkmInfo } from './messages.js';

/** What leaves a node, with the name of its identifier, or else of its ATR ID, where there is one and it has no `name` of its own. */
export function named<T extends object>(names: Names, outgoing: T): T {
  const { id, atrId }: { id?: unknown; atrId?: unknown } = outgoing;
  if ('name' in outgoing) return outgoing;
  const ofIdentifier = typeof id === 'string' ? names.ofIdentifier(id) : undefined;
  const name = ofIdentifier ?? (typeof atrId === 'number' ? names.ofAtr(atrId) : undefined);
  return name === undefined ? outgoing : { ...outgoing, name };
}

/** Notes at a message the names of the application it is from or for, and of that one's ATR ID, where there are any. */
export function nameApplication(akm: AkmInfo, names: Names, atrId: number, appValue: number): void {
  const name = names.ofApplication(atrId, appValue);
  const atrName = names.ofAtr(atrId);
  if (name !== undefined) akm.name = name;
  if (atrName !== undefined) akm.atrName = atrName;
}
