import type { Node, NodeAPI } from 'node-red';
import type { AppClient } from '../src/client/app/app-client.js';
import type { Response } from '../src/client/requests/exchange.js';
import { oneOf } from '../src/settings/one-of.js';
import type { RequestOptions } from '../src/client/requests/request-queue.js';
import { configOf } from './shared/config.js';
import { flattenIdentifiers } from './shared/identifiers.js';
import { named } from './shared/names.js';
import { NodeConnection, type UserNodeDef } from './shared/node-connection.js';

interface AppInfoDef extends UserNodeDef {
  /** One of {@link QUERIES}. */
  query: string;
}

/** What can be asked. */
interface Query {
  operation: string;
  ask(client: AppClient, options: RequestOptions): Promise<Response<object>>;
}

const QUERIES = {
  version: { operation: 'GET_VERSION', ask: (client, options) => client.getVersion(options) },
  endpoint: { operation: 'GET_ENDPOINT_INFO', ask: (client, options) => client.getEndpointInfo(options) },
  atrs: { operation: 'GET_ATR_INFO', ask: (client, options) => client.getAtrInfo(options) },
} as const satisfies Record<string, Query>;

const QUERY_NAMES = Object.keys(QUERIES) as (keyof typeof QUERIES)[];

const SERVICE = 'app';

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-app-info', function (this: Node, saved: AppInfoDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-app-info', saved);
    const query = QUERY_NAMES.find((name) => name === config.query);
    const operation = query ? QUERIES[query].operation : 'UNKNOWN';
    const user = new NodeConnection(RED, this, config, { service: SERVICE, operation });
    user.follow();
    user.onMessage(async (msg, forward) => {
      const { ask } = QUERIES[oneOf(config.query, QUERY_NAMES, 'query')];
      const { client, names } = user;
      const { fields, ...info } = await ask(client, user.cancellation);
      msg.payload = named(names, flattenIdentifiers(fields, names));
      msg.akm = { service: SERVICE, operation, ...info };
      user.showAnswered(info);
      forward(msg);
    });
  });
