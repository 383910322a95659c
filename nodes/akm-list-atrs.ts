import type { Node, NodeAPI } from 'node-red';
import { parseInteger, U32_MAX } from '../src/protocol/integer.js';
import { configOf } from './shared/config.js';
import { evaluateInteger } from './shared/evaluate.js';
import { named } from './shared/names.js';
import { NodeConnection, type UserNodeDef } from './shared/node-connection.js';

interface ListAtrsDef extends UserNodeDef {
  filter: string;
  filterType: string;
  /** Keeps one category only, on our side; empty for all. */
  category: string;
}

const SERVICE = 'amm';
const operation = 'LIST_ATRS';

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-list-atrs', function (this: Node, saved: ListAtrsDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-list-atrs', saved);
    const user = new NodeConnection(RED, this, config, { service: SERVICE, operation });
    user.follow();
    user.onMessage(async (msg, forward) => {
      const category =
        config.category === '' ? undefined : parseInteger(config.category, 'The category', U32_MAX);
      const filter = { value: config.filter, type: config.filterType };
      const number = await user.live(evaluateInteger(RED, this, filter, msg, 'The filter', U32_MAX));
      const { client, names } = user;
      const { atrs, ...info } = await client.listAtrs(number, user.cancellation);
      const kept = atrs
        .map((atr, index) => named(names, { index, ...atr }))
        .filter((atr) => category === undefined || atr.category === category);
      msg.payload = kept;
      msg.akm = { service: SERVICE, operation, ...info };
      user.status.own(kept.length === 1 ? 'atr' : 'atrs', kept.length);
      forward(msg);
    });
  });
