import type { Node, NodeAPI } from 'node-red';
import type { Target } from '../src/client/amm-client.js';
import { evaluate } from './shared/evaluate.js';
import { flattenIdentifiers, identifierIn } from './shared/identifiers.js';
import { ConnectionUser, type UserNodeDef } from './shared/user-node.js';

interface EndpointDetailsDef extends UserNodeDef {
  target: string;
  targetType: string;
}

/** What a flow that leaves a property out means by it. */
const DEFAULTS = { target: 'payload', targetType: 'msg' };

const SERVICE = 'amm';
const operation = 'GET_ENDPOINT_DETAILS';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType('akm-endpoint-details', function (this: Node, saved: EndpointDetailsDef) {
    RED.nodes.createNode(this, saved);
    const config = { ...DEFAULTS, ...saved };
    const user = new ConnectionUser(RED, this, config, { service: SERVICE, operation });
    user.follow();
    user.onMessage(async (msg, forward) => {
      const target = await evaluate(RED, this, { value: config.target, type: config.targetType }, msg);
      const { fields, ...info } = await user.client.getEndpointDetails(target as Target);
      msg.payload = { ...identifierIn(target), ...flattenIdentifiers(fields) };
      msg.akm = { service: SERVICE, operation, ...info };
      user.showAnswered(info);
      forward(msg);
    });
  });
};
