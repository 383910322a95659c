import { catchNode, type FlowNode, type Ports } from '../../support/real-node-red';
import { machineNode, machineUser, numbered, observerNode, onTab, registerNode, sourceNode } from './flow.js';

/** App Values that the flow sends to: of the sends that fail while there is no connection, and of those that wait for one. */
export const TARGETS = { error: 9, queue: 10 } as const;

/** App Values that the flow registers. */
export const REGISTERED = [20, 21] as const;

/** Identifiers that are provisioned and deleted in turn. */
const NEW_ENDPOINT = '0x000000000000000000000000C0FFEE01';

/** A flow with every kind of traffic in it, between sources and a sink of the observer. */
export function baseFlow(ports: Ports): FlowNode[] {
  const list = { filter: '0', filterType: 'num' };
  return onTab(
    machineNode(ports),
    ...REGISTERED.map((appValue) => registerNode(appValue)),
    sourceNode('send-source', { every: 2, message: numbered(TARGETS.error) }, 'send'),
    machineUser('send', 'akm-send', { offline: 'error' }),
    sourceNode('queue-source', { every: 3, message: numbered(TARGETS.queue) }, 'send-queued'),
    machineUser('send-queued', 'akm-send', { offline: 'queue' }),
    machineUser('receive', 'akm-receive', { atrId: '', appValue: '', format: 'auto' }, 'sink'),
    observerNode('sink', 'test-sink'),
    sourceNode('list-source', { every: 23, message: {} }, 'list-endpoints', 'list-atrs', 'version'),
    machineUser('list-endpoints', 'akm-list-endpoints', list),
    machineUser('list-atrs', 'akm-list-atrs', { ...list, category: '' }),
    machineUser('version', 'akm-app-info', { query: 'version' }),
    sourceNode(
      'provision-source',
      {
        every: 31,
        message: { payload: NEW_ENDPOINT },
        turns: [{ action: 'provision-endpoint' }, { action: 'delete-endpoint' }],
      },
      'provision',
    ),
    machineUser('provision', 'akm-provision', { action: 'msg', target: 'payload', targetType: 'msg' }),
    sourceNode('register-source', { every: 97, message: {} }, 'register-21'),
    sourceNode('watch-source', { every: 53, message: {} }, 'watch', 'events'),
    machineUser('watch', 'akm-watch', { interval: '1', what: 'both', first: 'added' }),
    machineUser('events', 'akm-events', { services: 'both', format: 'prometheus' }),
    catchNode('catch'),
  );
}
