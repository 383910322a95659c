import { AMM_OPERATIONS } from '../src/protocol/amm-messages.js';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../src/protocol/app-messages.js';
import type { Message, Operation } from '../src/protocol/message.js';
import { GeneratedPage } from './generated-page.js';

/** docs/messages.md, with the message tables of the code. */
export const MESSAGES_PAGE = new GeneratedPage('messages.md', table);

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

if (require.main === module) MESSAGES_PAGE.write();
