import type { NodeMessage } from 'node-red';
import assert from 'node:assert/strict';
import type { AkmErrorCode } from '../../src/errors.js';
import type { SimulatorAddress } from '../../src/simulator/simulator.js';

/** A node as a flow file has it. */
export interface FlowNode {
  id: string;
  type: string;
  wires?: string[][];
  [property: string]: unknown;
}

/** What our nodes note at a message. */
export interface AkmDetails {
  service?: unknown;
  operation?: unknown;
  requestCode?: unknown;
  responseCode?: unknown;
  confirmation?: unknown;
  status?: unknown;
  latencyMs?: unknown;
  layout?: unknown;
  count?: unknown;
  truncated?: unknown;
  raw?: unknown;
  length?: unknown;
}

/** A message in a flow. */
export interface Message extends NodeMessage {
  akm?: AkmDetails;
  atrId?: unknown;
  appValue?: unknown;
}

/** What a Catch node sends on. */
export interface Caught extends Message {
  error: { message: string; code: AkmErrorCode; source: { id: string }; cause?: unknown };
}

/** Where {@link flowOf} lets messages, errors and completed messages end. */
export const OUT = 'out';
export const CAUGHT = 'caught';
export const COMPLETED = 'completed';

/** Node types that have no place on a tab. */
const PLACELESS = ['tab', 'akm-connection'];

/** A connection that is quick to try again, under the id that {@link flowOf} gives to the nodes. */
export function connection(
  { ammPort, appPort }: Partial<SimulatorAddress>,
  properties: Record<string, unknown> = {},
): FlowNode {
  return {
    id: 'connection',
    type: 'akm-connection',
    ...(ammPort === undefined ? {} : { ammPort: String(ammPort) }),
    ...(appPort === undefined ? {} : { appPort: String(appPort) }),
    requestTimeout: '5000',
    reconnectMin: '10',
    reconnectMax: '50',
    heartbeat: '0',
    ...properties,
  };
}

/**
 * The nodes on one tab. Our nodes use the connection and send to `out` unless they say otherwise; a Catch node and a Complete node
 * for all of them, and a sink for each wire that leads nowhere, are added.
 */
export function flowOf(nodes: readonly FlowNode[]): FlowNode[] {
  const akm = nodes.filter(({ type }) => type.startsWith('akm-') && !PLACELESS.includes(type));
  const placed = [
    ...nodes.map((node) =>
      akm.includes(node) ? { connection: 'connection', wires: [[OUT]], ...node } : node,
    ),
    { id: 'catch', type: 'catch', scope: null, wires: [[CAUGHT]] },
    { id: 'complete', type: 'complete', scope: akm.map(({ id }) => id), wires: [[COMPLETED]] },
  ];
  const known = new Set(placed.map(({ id }) => id));
  const ends = new Set(placed.flatMap(({ wires = [] }) => wires.flat()).filter((id) => !known.has(id)));
  const sinks = [...ends].map((id) => ({ id, type: 'test-sink' }));
  const tab = { id: 'tab', type: 'tab', label: 'test' };
  return [
    ...(nodes.some(({ type }) => type === 'tab') ? [] : [tab]),
    ...[...placed, ...sinks].map((node) =>
      PLACELESS.includes(node.type) ? node : { z: 'tab', x: 100, y: 100, ...node },
    ),
  ];
}

/** The same without a Catch node: what one catches is not in the log. */
export function uncaughtFlowOf(nodes: readonly FlowNode[]): FlowNode[] {
  return flowOf(nodes).filter(({ type }) => type !== 'catch');
}

/** What a node noted at a message, but for the latency: that must be a time. */
export function untimed({ akm = {} }: Message): AkmDetails {
  const { latencyMs, ...details } = akm;
  assert.ok(typeof latencyMs === 'number' && latencyMs >= 0, `a latency of ${String(latencyMs)} ms`);
  return details;
}
