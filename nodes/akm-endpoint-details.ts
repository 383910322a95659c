import type { Node, NodeAPI } from 'node-red';
import type { Target } from '../src/client/amm/amm-client.js';
import { resolveTarget, targetRefused } from '../src/settings/aliases.js';
import { configOf } from './shared/config.js';
import { evaluate } from './shared/evaluate.js';
import { flattenIdentifiers, identifierIn } from './shared/identifiers.js';
import { named } from './shared/names.js';
import { NodeConnection, type UserNodeDef } from './shared/node-connection.js';

interface EndpointDetailsDef extends UserNodeDef {
  target: string;
  targetType: string;
}

const SERVICE = 'amm';
const operation = 'GET_ENDPOINT_DETAILS';

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-endpoint-details', function (this: Node, saved: EndpointDetailsDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-endpoint-details', saved);
    const user = new NodeConnection(RED, this, config, { service: SERVICE, operation });
    user.follow();
    user.onMessage(async (msg, forward) => {
      const typed = { value: config.target, type: config.targetType };
      const { value: given } = await user.live(evaluate(RED, this, typed, msg));
      const { client, names } = user;
      const target = resolveTarget(names, given) as Target;
      const { fields, ...info } = await client
        .getEndpointDetails(target, user.cancellation)
        .catch(targetRefused(names, target));
      msg.payload = named(names, { ...identifierIn(target), ...flattenIdentifiers(fields, names) });
      msg.akm = { service: SERVICE, operation, ...info };
      user.showAnswered(info);
      forward(msg);
    });
  });
