import type { FlowNode } from '../../support/real-node-red';
import { akmNode, CONNECTION } from './flow.js';
import type { Random } from './random.js';

/** How Node-RED is told to deploy. */
export type DeploymentType = 'full' | 'flows' | 'nodes';

/** A flow made from another. */
export type Change = (flow: readonly FlowNode[]) => FlowNode[];

/** Gives a node other properties. */
export const changed =
  (id: string, properties: Readonly<Record<string, unknown>>): Change =>
  (flow) =>
    flow.map((node) => (node.id === id ? { ...node, ...properties } : node));

/** Takes a node out. */
export const deleted =
  (id: string): Change =>
  (flow) =>
    flow.filter((node) => node.id !== id);

/** Disables a node, as the editor does. */
export const disabled = (id: string): Change => changed(id, { d: true });

/** Puts a node into a subflow, with an instance of that in its place. */
export const intoSubflow =
  (id: string): Change =>
  (flow) =>
    flow.flatMap((node) => {
      if (node.id !== id) return [node];
      const subflow = `subflow-${id}`;
      const { z, x, y, wires } = node;
      const inside = { ...node, id: `inner-${id}`, z: subflow, wires: [[]] };
      const ends = { in: [{ x: 40, y: 40, wires: [{ id: inside.id }] }], out: [] };
      return [
        { id: subflow, type: 'subflow', name: subflow, ...ends },
        inside,
        { id, type: `subflow:${subflow}`, z, x, y, wires },
      ];
    });

/** The nodes that a redeploy may do something to. */
export const NODES = [
  'send',
  'send-queued',
  'list-endpoints',
  'provision',
  'version',
  'register-21',
  'watch',
  'events',
] as const;

/** Takes the connection out as the editor does: the nodes that used it have none from then on. */
export const withoutConnection: Change = (flow) =>
  deleted(CONNECTION)(flow).map((node) =>
    node['connection'] === CONNECTION ? { ...node, connection: '' } : node,
  );

/** One of the things that people do to a flow before they deploy it. */
export function changeOf(chance: Random): { readonly what: string; readonly change: Change } {
  const id = chance.pick([...NODES, 'receive']);
  const movable = chance.pick(NODES);
  const heartbeat = String(chance.between(20, 40));
  return chance.pick<{ what: string; change: Change }>([
    { what: 'nothing', change: (flow) => [...flow] },
    { what: `${id} renamed`, change: changed(id, { name: String(chance.next()) }) },
    { what: `${id} deleted`, change: deleted(id) },
    { what: `${id} disabled`, change: disabled(id) },
    { what: `${movable} in a subflow`, change: intoSubflow(movable) },
    { what: 'the connection changed', change: changed(CONNECTION, { heartbeat }) },
    { what: 'another host', change: changed(CONNECTION, { ammHost: 'localhost', appHost: 'localhost' }) },
    { what: 'the connection disabled', change: disabled(CONNECTION) },
    { what: 'the connection deleted', change: withoutConnection },
    { what: 'the tab disabled', change: changed('test-tab', { disabled: true }) },
    { what: 'a node added', change: withAnother },
  ]);
}

/** Puts one more user of the connection beside the Catch node. */
const withAnother: Change = (flow) => {
  const place = flow.find(({ id }) => id === 'catch');
  const added = akmNode('added', 'akm-list-endpoints', { connection: CONNECTION });
  return [...flow, { ...place, ...added }];
};
