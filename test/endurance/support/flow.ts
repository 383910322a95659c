import { akmNode, connectionNode, onTab, type FlowNode, type Ports } from '../../support/real-node-red';
import { CONNECTION } from './connection-id.js';

/** A connection that is quick to try again, but not so quick as to keep the processor busy. */
export function machineNode(ports: Ports, properties: Readonly<Record<string, unknown>> = {}): FlowNode {
  return {
    ...connectionNode(CONNECTION, ports),
    requestTimeout: '1500',
    reconnectMin: '50',
    reconnectMax: '500',
    ...properties,
  };
}

/** A node of this package at the shared connection. */
export function machineUser(
  id: string,
  type: string,
  properties: Readonly<Record<string, unknown>> = {},
  ...next: string[]
): FlowNode {
  return akmNode(id, type, { connection: CONNECTION, ...properties }, ...next);
}

/** A source of traffic, of the observer. */
export function sourceNode(
  id: string,
  properties: Readonly<Record<string, unknown>>,
  ...next: string[]
): FlowNode {
  return { id, type: 'test-source', ...properties, wires: [next] };
}

/** Data that `number`s itself, for this App Value in the trust relationship 1. */
export function numbered(appValue: number): Readonly<Record<string, unknown>> {
  return { payload: '#', atrId: 1, appValue };
}

/** Registers an App Value in the trust relationship 1. */
export function registerNode(appValue: number, properties: Readonly<Record<string, unknown>> = {}): FlowNode {
  return machineUser(`register-${appValue}`, 'akm-register', {
    atrId: '1',
    atrIdType: 'num',
    appValue: String(appValue),
    appValueType: 'num',
    auto: true,
    ...properties,
  });
}

/** A sink, or another node of the observer. */
export function observerNode(
  id: string,
  type: 'test-sink' | 'test-burner',
  properties: Readonly<Record<string, unknown>> = {},
  ...next: string[]
): FlowNode {
  return { id, type, ...properties, wires: [next] };
}

/** `GET /alive`, answered by nodes of a flow. */
export const ALIVE: readonly FlowNode[] = [
  { id: 'alive', type: 'http in', url: '/alive', method: 'get', wires: [['alive-answer']] },
  { id: 'alive-answer', type: 'http response', wires: [[]] },
];

export { akmNode, CONNECTION, onTab };
