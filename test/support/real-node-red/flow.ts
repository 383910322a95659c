import { freePort } from '../free-port';
import type { FlowNode } from './node-red';

export { freePort };

/** Where an AMM and an AppEndpoint are, on this machine. */
export interface Ports {
  readonly ammPort: number;
  readonly appPort: number;
}

/** Two TCP ports that nothing listens on. */
export async function freePorts(): Promise<Ports> {
  const [ammPort, appPort] = await Promise.all([freePort(), freePort()]);
  return { ammPort, appPort };
}

/** Node types that have no place in the workspace. */
const WITHOUT_PLACE: readonly string[] = ['tab', 'akm-connection'];

/** Puts nodes onto one tab. A node without a place would be taken for a config node. */
export function onTab(...nodes: readonly FlowNode[]): FlowNode[] {
  const tab = { id: 'test-tab', type: 'tab', label: 'test' };
  const placed = nodes.map((node, index) =>
    WITHOUT_PLACE.includes(node.type) ? node : { ...node, z: tab.id, x: 200, y: 40 * (index + 1) },
  );
  return [tab, ...placed];
}

/** A node of this package, with the properties that differ from what is common to all of them. */
export function akmNode(
  id: string,
  type: string,
  properties: Readonly<Record<string, unknown>>,
  ...next: string[]
): FlowNode {
  return { id, type, name: '', wires: [next], ...properties };
}

/** A connection that tries again quickly, so that tests need not wait long for it. */
export function connectionNode(id: string, { ammPort, appPort }: Ports): FlowNode {
  return {
    id,
    type: 'akm-connection',
    name: '',
    ammHost: '127.0.0.1',
    ammPort: String(ammPort),
    appHost: '127.0.0.1',
    appPort: String(appPort),
    requestTimeout: '5000',
    reconnectMin: '50',
    reconnectMax: '200',
    heartbeat: '30',
    ammIdle: '0',
    queueLimit: '1000',
    successCode: '0',
    allowInferred: false,
    layouts: {},
  };
}

/** A simulated AMM and AppEndpoint inside the Node-RED under test. */
export function simulatorNode(
  { ammPort, appPort }: Ports,
  { endpoints = 4, atrs = 5 }: { endpoints?: number; atrs?: number } = {},
): FlowNode {
  return akmNode('simulator', 'akm-simulator', {
    host: '127.0.0.1',
    ammPort: String(ammPort),
    appPort: String(appPort),
    endpoints: String(endpoints),
    atrs: String(atrs),
    fault: '',
  });
}

/** A node whose button a test presses. */
export function injectNode(id: string, ...next: string[]): FlowNode {
  return {
    id,
    type: 'inject',
    name: '',
    props: [{ p: 'payload' }],
    payload: '',
    payloadType: 'date',
    wires: [next],
  };
}

/** A node that shows all of a message to the test. */
export function debugNode(id: string): FlowNode {
  return {
    id,
    type: 'debug',
    name: '',
    active: true,
    tosidebar: true,
    complete: 'true',
    targetType: 'full',
    wires: [],
  };
}

/** A node that catches every error on its tab. */
export function catchNode(id: string, ...next: string[]): FlowNode {
  return { id, type: 'catch', name: '', scope: null, uncaught: false, wires: [next] };
}

/** The id of the only node of that name, and of that type where one is given. */
export function idOf(flow: readonly FlowNode[], name: string, type?: string): string {
  const found = flow.filter((node) => node['name'] === name && (type === undefined || node.type === type));
  const [node] = found;
  if (!node || found.length > 1) throw new Error(`There are ${found.length} nodes "${name}" ${type ?? ''}`);
  return node.id;
}
