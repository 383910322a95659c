/** Writes the table in docs/messages.md from the message tables of the code: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AMM_OPERATIONS } from '../src/protocol/amm-messages.js';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../src/protocol/app-messages.js';
import type { Message, Operation } from '../src/protocol/message.js';

const PAGE = join(__dirname, '..', 'docs', 'messages.md');
const BEGIN = '<!-- table: written by npm run docs -->';
const END = '<!-- end of table -->';

/** The page with its table made anew. */
export function withTable(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`docs/messages.md lacks ${BEGIN} or ${END}`);
  return `${before}${BEGIN}\n\n${table()}\n\n${END}${after}`;
}

/** The page as it stands. */
export function readPage(): string {
  return readFileSync(PAGE, 'utf8');
}

function table(): string {
  const amm = (Object.values(AMM_OPERATIONS) as Operation[]).flatMap(({ request, response }) => [
    request,
    response,
  ]);
  const app = (Object.values(APP_OPERATIONS) as Operation[]).flatMap(({ request, response }) => [
    request,
    response,
  ]);
  return [
    '| service | message | code | body | source |',
    '| --- | --- | --- | --- | --- |',
    ...amm.map((message) => row('AMM', message)),
    ...[...app, SEND_APP_DATA_REQUEST, RECEIVE_APP_DATA_RESPONSE].map((message) =>
      row('AppEndpoint', message),
    ),
  ].join('\n');
}

function row(service: string, { name, code, body, source }: Message): string {
  const hex = `0x${code.toString(16).padStart(2, '0')}`;
  const fields = body.notation === '' ? '(nothing)' : `\`${body.notation}\``;
  return `| ${service} | \`${name}\` | \`${hex}\` | ${fields} | ${source === 'inferred' ? '**inferred**' : source} |`;
}

if (require.main === module) writeFileSync(PAGE, withTable(readPage()));
