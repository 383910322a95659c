import type { Names } from '../settings/names.js';
import { toIdentifier, toWholeNumber } from '../protocol/literals.js';
import { isEnvironmentReference } from '../settings/environment.js';
import { numberOf } from './names/named-value.js';
import type { Translate } from './texts.js';
import type { EditedNode } from './validators.js';

/** No ATR has it: what is named in any ATR is found nevertheless. */
const NO_ATR = -1;

/** An identifier longer than this is cut in a label: its beginning and its end stay. */
const LONGEST = 12;

/** What labels say of the values that stand in a node's form. */
export function createLabels(translate: Translate, namesOf: (connection: unknown) => Names) {
  /** The text of a literal; undefined where the form says only where the value comes from. A plain field is always one. */
  const literal = (node: EditedNode, property: string): string | undefined => {
    const type = node[`${property}Type`];
    const value = node[property];
    const isLiteral = type === undefined || type === 'num' || type === 'str';
    if (!isLiteral || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
    return String(value).trim() || undefined;
  };

  /**
   * What application, or what trust relationship, a node is about: by name, or as `ATR 1 · App 200`; only what stands in its form.
   * Undefined where nothing does.
   */
  const application = (node: EditedNode): string | undefined => {
    const names = namesOf(node['connection']);
    const atrId = literal(node, 'atrId');
    const appValue = literal(node, 'appValue');
    const atrNumber = numberOf(atrId, 'atrId', names);
    const atrName = isName(atrId) ? atrId : atrNumber === undefined ? undefined : names.ofAtr(atrNumber);
    const atr =
      atrId === undefined
        ? undefined
        : (atrName ?? translate('@akmflow/node-red-akm/akm-connection:picker.atr', { atrId }));
    if (appValue === undefined) return atr;
    if (isName(appValue)) return appValue;
    const appNumber = toWholeNumber(appValue);
    const name = appNumber === undefined ? undefined : names.ofApplication(atrNumber ?? NO_ATR, appNumber);
    const app = translate('@akmflow/node-red-akm/akm-connection:picker.app', { appValue });
    return name ?? [atr, app].filter((each) => each !== undefined).join(' · ');
  };

  /** The endpoint or the ATR that a node is about: by name, or by an identifier cut short. */
  const target = (node: EditedNode): string | undefined => {
    const text = literal(node, 'target');
    const id = text === undefined ? undefined : toIdentifier(text);
    if (id === undefined) return text;
    const name = namesOf(node['connection']).ofIdentifier(id);
    return name ?? shortened(id);
  };

  return { application, target, endpoints: numberOfTargets };
}

function isName(text: string | undefined): text is string {
  return text !== undefined && toWholeNumber(text) === undefined && !isEnvironmentReference(text);
}

/** `0x0123…CDEF` for an identifier; the whole of a short one, without leading zeros. */
function shortened(id: string): string {
  const digits = id.slice(2).replace(/^0+(?=.)/, '');
  return digits.length <= LONGEST ? `0x${digits}` : `0x${digits.slice(0, 4)}…${digits.slice(-4)}`;
}

/** How many targets a node's form lists; undefined where it lists none. */
function numberOfTargets({ target, targetType }: EditedNode): number | undefined {
  if (targetType !== 'json' || typeof target !== 'string') return undefined;
  try {
    const targets: unknown = JSON.parse(target);
    return Array.isArray(targets) ? targets.length : undefined;
  } catch {
    return undefined; // the form says what is wrong with it
  }
}
