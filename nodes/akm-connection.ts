import type { Node, NodeAPI, NodeDef } from 'node-red';
import { AMM_PORT, AmmClient, type AmmClientOptions } from '../src/client/amm/amm-client.js';
import { APP_PORT, AppClient } from '../src/client/app/app-client.js';
import { checkOptions, type ClientOptions, type NumberInput } from '../src/client/options.js';
import type { ServiceClient } from '../src/client/service-client.js';
import type { Layouts } from '../src/protocol/custom-layout.js';
import { checkNames, type CheckedNames } from '../src/settings/check-names.js';
import { textSetting } from '../src/settings/text.js';
import { registerAdminRoutes } from './shared/admin/routes.js';
import { configOf } from './shared/config.js';
import { SharedClient, type Clients, type ConnectionNode } from './shared/connection-node.js';
import { toAkmError } from './shared/errors.js';
import { FaultReports } from './shared/fault-reports.js';
import { OutageLog } from './shared/outage-log.js';
import { inMilliseconds } from './shared/seconds.js';

/** What the editor saves. Numbers are strings where `${ENV}` stood for them. */
interface ConnectionDef extends NodeDef {
  ammHost: string;
  ammPort: NumberInput;
  appHost: string;
  appPort: NumberInput;
  /** milliseconds */
  requestTimeout: NumberInput;
  /** milliseconds */
  reconnectMin: NumberInput;
  /** milliseconds */
  reconnectMax: NumberInput;
  /** seconds */
  heartbeat: NumberInput;
  /** seconds */
  ammIdle: NumberInput;
  queueLimit: NumberInput;
  /** empty: no answer counts as a failure */
  successCode: NumberInput;
  allowInferred: boolean;
  layouts: Layouts;
  /** an array of NameRow */
  names: unknown;
}

function sharedOptions(config: ConnectionDef, { mistake }: CheckedNames): ClientOptions {
  if (mistake) throw mistake; // with names that are not what was meant, no client is to do anything
  const { requestTimeout, reconnectMin, reconnectMax, queueLimit, successCode, layouts } = config;
  return {
    requestTimeout,
    reconnectMin,
    reconnectMax,
    queueLimit,
    layouts,
    heartbeat: inMilliseconds(config.heartbeat, 'The heartbeat (s)'),
    successCode: successCode === '' ? undefined : successCode,
  };
}

function ammOptions(config: ConnectionDef, names: CheckedNames): AmmClientOptions {
  return {
    ...sharedOptions(config, names),
    host: textSetting(config.ammHost, 'The AMM host'),
    port: config.ammPort,
    idleTimeout: inMilliseconds(config.ammIdle, 'The AMM idle time (s)'),
    allowInferred: (config.allowInferred as unknown) === true, // nothing else, such as the text "false"
  };
}

function appOptions(config: ConnectionDef, names: CheckedNames): ClientOptions {
  return {
    ...sharedOptions(config, names),
    host: textSetting(config.appHost, 'The AppEndpoint host'),
    port: config.appPort,
  };
}

/** What a person is asked where a connection is lost again and again. */
const QUESTIONS = {
  amm: 'Does something end its connections, or take only one client?',
  app: 'Does another client use the same App Value?',
} as const;

export = (RED: NodeAPI): void => {
  registerAdminRoutes(RED);
  RED.nodes.registerType('akm-connection', function (this: Node, saved: ConnectionDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-connection', saved);
    const checked = checkNames(config.names);
    const observed = <C extends ServiceClient>(service: keyof Clients, client: C): C => {
      const faults = new FaultReports(RED, this, () => clients[service].nodes);
      client.on('state', new OutageLog(this, client, QUESTIONS[service]).onState);
      client.on('state', faults.onState);
      client.on('fault', faults.onFault);
      client.on('warning', (message) => this.warn(message));
      return client;
    };
    const clients: ConnectionNode['clients'] = {
      amm: new SharedClient(() => observed('amm', new AmmClient(ammOptions(config, checked)))),
      app: new SharedClient(() => observed('app', new AppClient(appOptions(config, checked)))),
    };
    const shown: Pick<ConnectionNode, 'clients' | 'names'> = { clients, names: checked.names };
    Object.assign(this, shown);
    try {
      checkOptions(ammOptions(config, checked), AMM_PORT);
      checkOptions(appOptions(config, checked), APP_PORT);
    } catch (error) {
      this.error(toAkmError(error)); // in the log, once; each message that wants the connection fails with it, catchable
    }
    this.on('close', (done: () => void) => {
      void Promise.all([clients.amm.close(), clients.app.close()]).then(() => done());
    });
  });
};
