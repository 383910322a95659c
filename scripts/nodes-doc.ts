import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RANGES, type RangeName } from '../src/editor/ranges.js';
import { defaultsOf, NODE_TYPES, type NodeType } from '../src/settings/migrations.js';
import { GeneratedPage } from './generated-page.js';
import { composePage } from './page.js';

/** docs/nodes.md, with each node's settings, statuses and errors as the code, the forms and the catalogues have them. */
export const NODES_PAGE = new GeneratedPage('nodes.md', tableOf);

const NODES = join(__dirname, '..', 'nodes');

/** The catalogue with the texts that several nodes share. */
const SHARED: NodeType = 'akm-connection';

/** What every node has, and the page tells once. */
const COMMON = ['name', 'connection', 'version'];

/** What a field takes besides its literal, where it has a choice of types at its left. */
const TYPES = '`msg`, `flow`, `global`, environment variable, JSONata';

function tableOf(name: string): string {
  const type = NODE_TYPES.find((each) => each === name);
  if (!type) throw new Error(`docs/nodes.md has a place for ${name}, which is no node`);
  return [settingsOf(type), statusesOf(type), errorsOf(type)].filter((part) => part !== '').join('\n\n');
}

function settingsOf(type: NodeType): string {
  const defaults = defaultsOf(type);
  const rows = Object.keys(defaults)
    .filter(
      (property) =>
        !COMMON.includes(property) &&
        !(property.replace(/Type$/, '') in defaults && property.endsWith('Type')),
    )
    .map((property) => [
      labelOf(type, property),
      `\`${property}\``,
      defaultOf(type, property),
      rangeOf(type, property),
    ]);
  if (rows.length === 0) return '';
  return [['in the form', 'property', 'default', 'takes'], ['---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** What stands in front of the field in the form; for a table that fills a tab of its own, the tab. */
function labelOf(type: NodeType, property: string): string {
  const page = composePage(type);
  const label = new RegExp(`<label for="node-(?:config-)?input-${property}">.*?data-i18n="([^"]+)"`).exec(
    page,
  );
  const choice = new RegExp(
    `id="node-(?:config-)?input-${property}" />\\s*<span\\s+data-i18n="([^"]+)"`,
  ).exec(page);
  return [label, choice]
    .flatMap((match) => (match?.[1] === undefined ? [] : textOf(type, match[1])))
    .concat(label || choice ? [] : textOf(type, `tab.${property}`))
    .join(': ');
}

function defaultOf(type: NodeType, property: string): string {
  const { [property]: value, [`${property}Type`]: valueType } = defaultsOf(type);
  if (typeof value === 'boolean') return value ? 'ticked' : 'not ticked';
  if (typeof value !== 'string') return 'none';
  return valueOf(valueType === 'msg' ? `msg.${value}` : value);
}

function valueOf(text: string): string {
  return text === '' ? '(empty)' : `\`${text}\``;
}

/** What the field takes: the choices it offers, or what its validator lets through. */
function rangeOf(type: NodeType, property: string): string {
  const choices = choicesOf(type, property);
  if (choices.length > 0) return choices.map(([value, text]) => choiceOf(value, text)).join('; ');
  const { [property]: value } = defaultsOf(type);
  if (typeof value === 'boolean') return 'ticked or not';
  const validator = new RegExp(
    `\\b${property}: \\{[^}]*?akmEditor\\.(\\w+)\\((?:this, )?(?:'\\w+', )?value, options(?:, '(\\w+)')?`,
  ).exec(composePage(type));
  const [, check = '', kind = property] = validator ?? [];
  if (check === 'host') return 'host name or IP address';
  const literal = literalOf(check === 'millisecondsFrom' ? 'milliseconds' : kind);
  if (`${property}Type` in defaultsOf(type))
    return `${literal}; ${TYPES}${kind === 'identifier' ? ', JSON' : ''}`;
  return check.startsWith('optional') ? `empty, or ${literal}` : literal;
}

/** A choice as the table has it. A text that begins with the value, as the form shows it, does not repeat it. */
export function choiceOf(value: string, text: string): string {
  const begin = `${value}: `;
  return `${valueOf(value)}: ${text.startsWith(begin) ? text.slice(begin.length) : text}`;
}

function literalOf(kind: string): string {
  if (kind === 'identifier') return 'identifier or name';
  if (kind === 'atrId' || kind === 'appValue') return `${spanOf('u16')}, or name`;
  if (kind === 'layouts') return '[own layouts](layouts.md)';
  if (kind === 'names') return 'rows: name, identifier, ATR ID, App Value';
  if (!(kind in RANGES)) return 'text';
  const unit = { milliseconds: ' ms', seconds: ' s' }[kind] ?? '';
  return spanOf(kind as RangeName) + unit;
}

function spanOf(kind: RangeName): string {
  const { min, max } = RANGES[kind];
  return `${min} to ${max}`;
}

/** The value and the text of each choice that the form offers. */
function choicesOf(type: NodeType, property: string): [value: string, text: string][] {
  const select = new RegExp(`<select id="node-(?:config-)?input-${property}"[^]*?</select>`).exec(
    composePage(type),
  );
  return [...(select?.[0] ?? '').matchAll(/<option value="([^"]*)" data-i18n="([^"]+)"/g)].map(
    ([, value = '', key = '']) => [value, textOf(type, key)],
  );
}

/** The texts that the node alone can show below itself. */
function statusesOf(type: NodeType): string {
  if (type === SHARED) return '';
  const own = Object.values(catalogueOf(type)['status'] ?? {}).map(
    (text) => `\`${text.replaceAll(/__\w+__/g, '…')}\``,
  );
  const common = 'connection' in defaultsOf(type) ? ['[what all nodes show](#what-the-statuses-say)'] : [];
  return own.length + common.length === 0 ? '' : `**Status**: ${[...own, ...common].join(', ')}.`;
}

/** The codes that the node's help names under Errors. The connection's names all there are. */
function errorsOf(type: NodeType): string {
  if (type === SHARED) return '';
  const help = readFileSync(join(NODES, 'locales', 'en-US', `${type}.html`), 'utf8');
  const section = /<h3>Errors<\/h3>([^]*?)(?:<h3>|$)/.exec(help)?.[1] ?? '';
  const codes = new Set(
    [...section.matchAll(/\bAKM_[A-Z_]+/g)].map(([code]) => `[\`${code}\`](${pageOf(code)})`),
  );
  return codes.size === 0 ? '' : `**Errors**: ${[...codes].join(',\n')}.`;
}

function pageOf(code: string): string {
  return `troubleshooting.md#${code.toLowerCase()}`;
}

/** Texts in groups, as a catalogue has them. */
type Catalogue = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;

function catalogueOf(type: string): Catalogue {
  return JSON.parse(readFileSync(join(NODES, 'locales', 'en-US', `${type}.json`), 'utf8')) as Catalogue;
}

/** The text of a key as a form has it: `label.offline`, or with the catalogue's name in front. */
function textOf(type: NodeType, key: string): string {
  const [catalogue = '', path = ''] = key.includes(':')
    ? (key.split('/').at(-1) ?? '').split(':')
    : [type, key];
  const [group = '', name = ''] = path.split('.');
  const text = catalogueOf(catalogue)[group]?.[name];
  if (text === undefined) throw new Error(`there is no text for ${key} of ${type}`);
  return text;
}

if (require.main === module) NODES_PAGE.write();
