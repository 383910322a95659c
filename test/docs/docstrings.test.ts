import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import type { Operation } from '../../src/protocol/message.js';

const CLIENTS: [file: string, methods: Record<string, Operation>][] = [
  [
    'amm-client.ts',
    {
      listEndpoints: AMM_OPERATIONS.LIST_ENDPOINTS,
      listAtrs: AMM_OPERATIONS.LIST_ATRS,
      getEndpointDetails: AMM_OPERATIONS.GET_ENDPOINT_DETAILS,
      provisionEndpoint: AMM_OPERATIONS.PROVISION_ENDPOINT,
      createOperationalAtr: AMM_OPERATIONS.CREATE_OPERATIONAL_ATR,
      deleteEndpoint: AMM_OPERATIONS.DELETE_ENDPOINT,
      deleteAtr: AMM_OPERATIONS.DELETE_ATR,
    },
  ],
  [
    'app-client.ts',
    {
      getVersion: APP_OPERATIONS.GET_VERSION,
      getEndpointInfo: APP_OPERATIONS.GET_ENDPOINT_INFO,
      getAtrInfo: APP_OPERATIONS.GET_ATR_INFO,
    },
  ],
];

/** What a method's docstring must say of the layouts it rests on. */
function markOf({ request, response }: Operation): string {
  return request.source === response.source
    ? `The layouts of request and response are ${request.source}.`
    : `The layout of the request is ${request.source}, of the response ${response.source}.`;
}

describe('the docstrings of the clients', () => {
  for (const [file, methods] of CLIENTS) {
    const source = readFileSync(join(__dirname, '../../src/client', file), 'utf8');
    for (const [method, operation] of Object.entries(methods)) {
      it(`say of ${method} what the message tables say`, () => {
        const before = source.split(new RegExp(`\\n  (?:async )?${method}\\(`))[0] ?? '';
        const docstring = before.slice(before.lastIndexOf('/**')).replaceAll(/\s+\*?\s*/g, ' ');
        assert.ok(docstring.includes(markOf(operation)), docstring);
      });
    }
  }
});
