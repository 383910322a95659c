import type { Node, NodeAPI } from 'node-red';
import type { AppClient } from '../src/client/app/app-client.js';
import type { Response } from '../src/client/requests/exchange.js';
import { AkmError, quote } from '../src/errors.js';
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
  ask(client: AppClient): Promise<Response<object>>;
}

const QUERIES: Readonly<Record<string, Query>> = {
  version: { operation: 'GET_VERSION', ask: (client) => client.getVersion() },
  endpoint: { operation: 'GET_ENDPOINT_INFO', ask: (client) => client.getEndpointInfo() },
  atrs: { operation: 'GET_ATR_INFO', ask: (client) => client.getAtrInfo() },
};

const SERVICE = 'app';

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-app-info', function (this: Node, saved: AppInfoDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-app-info', saved);
    const query = Object.hasOwn(QUERIES, config.query) ? QUERIES[config.query] : undefined;
    const operation = query?.operation ?? 'UNKNOWN';
    const user = new NodeConnection(RED, this, config, { service: SERVICE, operation });
    user.follow();
    user.onMessage(async (msg, forward) => {
      if (!query) {
        const allowed = Object.keys(QUERIES).join(', ');
        throw new AkmError(
          'AKM_INVALID_INPUT',
          `The query is ${quote(config.query)}; allowed are ${allowed}`,
        );
      }
      const { client, names } = user;
      const { fields, ...info } = await query.ask(client);
      msg.payload = named(names, flattenIdentifiers(fields, names));
      msg.akm = { service: SERVICE, operation, ...info };
      user.showAnswered(info);
      forward(msg);
    });
  });
