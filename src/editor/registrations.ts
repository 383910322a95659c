import { toWholeNumber } from '../protocol/literals.js';
import { readHost } from '../settings/host.js';
import { connectionOf, namesOf } from './connections.js';
import { numberOf } from './names/named-value.js';
import type { EditorNode } from './node-red.js';
import { RANGES } from './ranges.js';

/** The App Value of the first register node. */
const FIRST_APP_VALUE = 100;

/** What a register node registers, as far as it stands in its form. */
export interface Registration {
  /** The id of the register node. */
  readonly node: string;
  /** What the node is called; empty where it has no name. */
  readonly name: string;
  /** The id of its connection. */
  readonly connection: string;
  readonly atrId: number;
  readonly appValue: number;
}

/** What the workspace's register nodes register at the AppEndpoint of a connection, over whatever connections. None without one. */
export function registrationsBeside(connection: unknown): Registration[] {
  const there = appEndpointOf(connection);
  if (there === undefined) return [];
  return registerNodes().flatMap((node) => {
    const { connection: own, atrIdType, appValueType } = node;
    if (atrIdType !== 'num' || appValueType !== 'num') return [];
    if (typeof own !== 'string' || appEndpointOf(own) !== there) return [];
    const names = namesOf(own);
    const [atrId, appValue] = [
      numberOf(node['atrId'], 'atrId', names),
      numberOf(node['appValue'], 'appValue', names),
    ];
    if (atrId === undefined || appValue === undefined) return [];
    const name = typeof node['name'] === 'string' ? node['name'] : '';
    return [{ node: node.id, name, connection: own, atrId, appValue }];
  });
}

/**
 * Whether a register node of another connection registers the same App Value in the same ATR at the same AppEndpoint, which would refuse one
 * of the two. On the same connection it is the same application, which may be registered again.
 *
 * @param node the id of the register node, which may be saved with another connection than its form holds
 * @param atrId in writing, as is `appValue`
 */
export function isTaken(node: unknown, connection: unknown, atrId: unknown, appValue: unknown): boolean {
  const names = namesOf(connection);
  const [wantedAtr, wantedApp] = [numberOf(atrId, 'atrId', names), numberOf(appValue, 'appValue', names)];
  return (
    wantedAtr !== undefined &&
    wantedApp !== undefined &&
    registrationsBeside(connection).some(
      (each) =>
        each.node !== node &&
        each.connection !== connection &&
        each.atrId === wantedAtr &&
        each.appValue === wantedApp,
    )
  );
}

/** The lowest App Value, from 100 on, that no register node of the workspace has, whatever its ATR and connection. */
export function freeAppValue(): number {
  const used = new Set(
    registerNodes().map(({ connection, appValue }) => numberOf(appValue, 'appValue', namesOf(connection))),
  );
  let free = FIRST_APP_VALUE;
  while (used.has(free) && free < RANGES.u16.max) free++;
  return free;
}

/** The register nodes of the workspace that will run. */
function registerNodes(): readonly EditorNode[] {
  return RED.nodes
    .filterNodes({ type: 'akm-register' })
    .filter(({ d, z }) => d !== true && RED.nodes.workspace(String(z))?.disabled !== true);
}

/** Host and port of a connection's AppEndpoint; undefined where there is no such connection. */
function appEndpointOf(connection: unknown): string | undefined {
  const found = connectionOf(connection);
  if (!found) return undefined;
  const { appHost, appPort } = found;
  const host = readHost(appHost).host ?? String(appHost).trim(); // of ${NAME} only the name is known here
  return `${host.toLowerCase()} ${toWholeNumber(appPort) ?? String(appPort)}`;
}
