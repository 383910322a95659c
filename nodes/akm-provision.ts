import type { Node, NodeAPI } from 'node-red';
import type { AmmClient, Confirmation, Target } from '../src/client/amm/amm-client.js';
import { resolveTarget, targetRefused } from '../src/settings/aliases.js';
import type { Names } from '../src/settings/names.js';
import { oneOf } from '../src/settings/one-of.js';
import type { RequestOptions } from '../src/client/requests/request-queue.js';
import { configOf } from './shared/config.js';
import { evaluate } from './shared/evaluate.js';
import { flattenIdentifiers, identifierIn } from './shared/identifiers.js';
import type { AkmMessage } from './shared/messages.js';
import { named } from './shared/names.js';
import { NodeConnection, type UserNodeDef } from './shared/node-connection.js';

interface ProvisionDef extends UserNodeDef {
  /** One of {@link ACTIONS}, or `msg`: taken from `msg.action`. */
  action: string;
  target: string;
  targetType: string;
}

/** Something that can be done to the AMM. */
interface Action {
  operation: string;
  perform(client: AmmClient, target: Target, options: RequestOptions): Promise<Confirmation>;
  /** What of the target the answer tells again. */
  subject(target: Target, names: Names): object;
}

const ACTIONS = {
  'provision-endpoint': {
    operation: 'PROVISION_ENDPOINT',
    perform: (client, target, options) => client.provisionEndpoint(target, options),
    subject: identifierIn,
  },
  'create-operational-atr': {
    operation: 'CREATE_OPERATIONAL_ATR',
    perform: (client, target, options) => client.createOperationalAtr(target as object, options),
    subject: (target, names) =>
      Array.isArray(target)
        ? { endpoints: target.map((endpoint) => named(names, identifierIn(endpoint))) }
        : {},
  },
  'delete-endpoint': {
    operation: 'DELETE_ENDPOINT',
    perform: (client, target, options) => client.deleteEndpoint(target, options),
    subject: identifierIn,
  },
  'delete-atr': {
    operation: 'DELETE_ATR',
    perform: (client, target, options) => client.deleteAtr(target, options),
    subject: identifierIn,
  },
} as const satisfies Record<string, Action>;

const ACTION_NAMES = Object.keys(ACTIONS) as (keyof typeof ACTIONS)[];

const SERVICE = 'amm';

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-provision', function (this: Node, saved: ProvisionDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-provision', saved);

    /** The action's name: the node's own, and a message's only where the node is set to that. */
    const nameFor = (msg: AkmMessage): unknown => (config.action === 'msg' ? msg.action : config.action);

    const user = new NodeConnection(RED, this, config, {
      service: SERVICE,
      operation: (msg) => ACTIONS[oneOf(nameFor(msg), ACTION_NAMES, 'action')].operation,
    });
    user.follow();
    user.onMessage(async (msg, forward) => {
      const name = nameFor(msg);
      const action = ACTIONS[oneOf(name, ACTION_NAMES, 'action')];
      const typed = { value: config.target, type: config.targetType };
      const { value: given } = await user.live(evaluate(RED, this, typed, msg));
      const { client, names } = user;
      const target = resolveTarget(names, given) as Target;
      const { fields, ...info } = await action
        .perform(client, target, user.cancellation)
        .catch(targetRefused(names, target));
      msg.payload = named(names, {
        action: name,
        accepted: true,
        ...action.subject(target, names),
        ...flattenIdentifiers(fields, names),
        confirmation: info.confirmation,
      });
      msg.akm = { service: SERVICE, operation: action.operation, ...info };
      user.status.shared(info.layout === 'inferred' ? 'inferred' : 'accepted');
      forward(msg);
    });
  });
