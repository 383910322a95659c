import type { Node, NodeAPI } from 'node-red';
import { AkmError, describe } from '../src/errors.js';
import { parseIdentifier } from '../src/protocol/identifier.js';
import { evaluate } from './shared/evaluate.js';
import { ConnectionUser, type UserNodeDef } from './shared/user-node.js';

interface ProvisionDef extends UserNodeDef {
  action: string;
  target: string;
  targetType: string;
}

const SERVICE = 'amm';
const operation = 'PROVISION_ENDPOINT';

/** What a flow that leaves a property out means by it. */
const DEFAULTS = { action: 'provision-endpoint', target: 'payload', targetType: 'msg' };

export = (RED: NodeAPI): void => {
  RED.nodes.registerType('akm-provision', function (this: Node, saved: ProvisionDef) {
    RED.nodes.createNode(this, saved);
    const config = { ...DEFAULTS, ...saved };
    const user = new ConnectionUser(RED, this, config, { service: SERVICE, operation });
    user.follow();
    user.onMessage(async (msg, forward) => {
      const { action } = config;
      if (action !== 'provision-endpoint') {
        throw new AkmError(
          'AKM_INVALID_INPUT',
          `The action is ${describe(action)}; allowed is provision-endpoint`,
        );
      }
      const target = await evaluate(RED, this, { value: config.target, type: config.targetType }, msg);
      const endpoint = parseIdentifier(target, 'The endpoint');
      const info = await user.client.provisionEndpoint(endpoint);
      msg.payload = { action, accepted: true, confirmation: info.confirmation, ...endpoint };
      msg.akm = { service: SERVICE, operation, ...info };
      if (info.layout === 'inferred') user.status.shared('good', 'status.inferred');
      else user.showConnection();
      forward(msg);
    });
  });
};
