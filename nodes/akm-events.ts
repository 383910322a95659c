import type { Node, NodeAPI } from 'node-red';
import { oneOf } from '../src/settings/one-of.js';
import { configOf } from './shared/config.js';
import { ConnectionObserver } from './shared/events/connection-observer.js';
import type { AkmMessage } from './shared/messages.js';
import { PROMETHEUS_TYPE, toPrometheus } from './shared/events/prometheus.js';
import { REGISTRATION, type ServiceEvent } from './shared/events/service-events.js';
import type { UserNodeDef } from './shared/node-connection.js';

interface EventsDef extends UserNodeDef {
  /** One of {@link SERVICES}. */
  services: string;
  onConnection: boolean;
  onRegistration: boolean;
  onError: boolean;
  /** How counters are given: `object` or `prometheus`. */
  format: string;
}

const SERVICES: Readonly<Record<string, readonly ('amm' | 'app')[]>> = {
  both: ['amm', 'app'],
  amm: ['amm'],
  app: ['app'],
};

/** Errors told in a second at most, of each service. */
const ERRORS_PER_SECOND = 5;

const operation = 'COUNTERS';

/** What happens leaves by the first output, and the answer to a message, which is counters, by the second: neither is ever taken for the other. */
export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-events', function (this: Node, saved: EventsDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-events', saved);
    const { onConnection, onRegistration, onError, format } = config;
    const services = Object.hasOwn(SERVICES, config.services) ? (SERVICES[config.services] ?? []) : [];
    const observer = new ConnectionObserver(RED, this, config, { operation, service: config.services });

    const tell = (event: ServiceEvent, details: object): void => {
      const { service } = event;
      const topic = `akm/${service}/${event.event}`;
      const msg: AkmMessage & { topic: string } = { topic, payload: event };
      msg.akm = { service, operation: 'CONNECTION', ...details };
      this.send([msg, null]);
    };

    observer.follow(services, ERRORS_PER_SECOND, {
      connection: (event) => {
        if (onConnection) tell(event, {});
      },
      registration: (event) => {
        if (!onRegistration) return;
        const name = observer.names.ofApplication(event.atrId, event.appValue);
        tell(name === undefined ? event : { ...event, name }, { operation: REGISTRATION });
      },
      error: (event, failed) => {
        // a refused registration is told as that
        const isTold = onRegistration && failed === REGISTRATION && event['code'] === 'AKM_REJECTED';
        if (onError && !isTold) tell(event, { operation: failed });
      },
    });

    observer.onMessage((msg, forward) => {
      oneOf(config.services, Object.keys(SERVICES), 'service');
      oneOf(format, ['object', 'prometheus'], 'format');
      const counters = observer.counters(services);
      if (format === 'prometheus') {
        const connection = observer.connectionName;
        msg.payload = toPrometheus(counters.map(([service, values]) => ({ service, connection, values })));
        msg.headers = { 'content-type': PROMETHEUS_TYPE }; // what an http response node sends with it
      } else {
        msg.payload = Object.fromEntries(counters);
      }
      msg.akm = { service: config.services, operation, format };
      forward([null, msg]);
    });
  });
