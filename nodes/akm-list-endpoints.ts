import type { Node, NodeAPI } from 'node-red';
import { U32_MAX } from '../src/protocol/integer.js';
import { configOf } from './shared/config.js';
import { evaluateInteger } from './shared/evaluate.js';
import { named } from './shared/names.js';
import { NodeConnection, type UserNodeDef } from './shared/node-connection.js';

interface ListEndpointsDef extends UserNodeDef {
  filter: string;
  filterType: string;
}

const SERVICE = 'amm';
const operation = 'LIST_ENDPOINTS';

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-list-endpoints', function (this: Node, saved: ListEndpointsDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-list-endpoints', saved);
    const user = new NodeConnection(RED, this, config, { service: SERVICE, operation });
    user.follow();
    user.onMessage(async (msg, forward) => {
      const filter = { value: config.filter, type: config.filterType };
      const number = await user.live(evaluateInteger(RED, this, filter, msg, 'The filter', U32_MAX));
      const { client, names } = user;
      const { endpoints, ...info } = await client.listEndpoints(number, user.cancellation);
      msg.payload = endpoints.map((endpoint, index) => named(names, { index, ...endpoint }));
      msg.akm = { service: SERVICE, operation, ...info };
      user.status.own(endpoints.length === 1 ? 'endpoint' : 'endpoints', endpoints.length);
      forward(msg);
    });
  });
