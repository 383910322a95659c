import util from '@node-red/util';
import type { NodeAPI, NodeInitializer } from 'node-red';
import type { EventEmitter } from 'node:events';
import { resolve } from 'node:path';
import akmAppInfo from '../../nodes/akm-app-info.js';
import akmConnection from '../../nodes/akm-connection.js';
import akmEndpointDetails from '../../nodes/akm-endpoint-details.js';
import akmEvents from '../../nodes/akm-events.js';
import akmListAtrs from '../../nodes/akm-list-atrs.js';
import akmListEndpoints from '../../nodes/akm-list-endpoints.js';
import akmProvision from '../../nodes/akm-provision.js';
import akmReceive from '../../nodes/akm-receive.js';
import akmRegister from '../../nodes/akm-register.js';
import akmRequest from '../../nodes/akm-request.js';
import akmSend from '../../nodes/akm-send.js';
import akmSimulator from '../../nodes/akm-simulator.js';
import akmWatch from '../../nodes/akm-watch.js';

const PACKAGE = '@akmflow/node-red-akm';
const LOCALES = resolve(__dirname, '../../nodes/locales');

const INITIALIZERS: Readonly<Record<string, NodeInitializer>> = {
  'akm-app-info': akmAppInfo,
  'akm-connection': akmConnection,
  'akm-endpoint-details': akmEndpointDetails,
  'akm-events': akmEvents,
  'akm-list-atrs': akmListAtrs,
  'akm-list-endpoints': akmListEndpoints,
  'akm-provision': akmProvision,
  'akm-receive': akmReceive,
  'akm-register': akmRegister,
  'akm-request': akmRequest,
  'akm-send': akmSend,
  'akm-simulator': akmSimulator,
  'akm-watch': akmWatch,
};

/** The types of our nodes. */
export const AKM_TYPES = Object.keys(INITIALIZERS);

/** Node-RED's events; its types leave them out. */
export const { events } = util as unknown as { events: EventEmitter };

/** The texts of Node-RED; its types leave the start of it out. */
const i18n = util.i18n as typeof util.i18n & { init(settings: { lang: string }): void };

/** Reads the English catalogues of our nodes, as Node-RED does when it loads a package. */
export async function readCatalogues(): Promise<void> {
  i18n.init({ lang: 'en-US' });
  await i18n.registerMessageCatalogs(
    AKM_TYPES.map((type) => ({ namespace: `${PACKAGE}/${type}`, dir: LOCALES, file: `${type}.json` })),
  );
}

/**
 * Our nodes from their sources, for node-red-node-test-helper. It gives every node a `RED._` that returns the key; here each gets
 * the one that Node-RED gives it, which looks in the node's own catalogue unless the key names another.
 */
export const AKM_NODES: readonly NodeInitializer[] = Object.entries(INITIALIZERS).map(
  ([type, initialize]) =>
    (RED: NodeAPI) =>
      initialize({
        ...RED,
        _: (key, values) => i18n._(key.includes(':') ? key : `${PACKAGE}/${type}:${key}`, values),
      }),
);
