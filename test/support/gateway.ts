import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseExample, readExample } from './example-files';
import { type FlowNode, makeScratchFolder, type NodeRedVersion, RealNodeRed } from './real-node-red';

/** What differs from one gateway to the next. */
export interface GatewaySettings {
  readonly name: string;
  /** Of the broker that all share. */
  readonly brokerPort: number;
  /** Of its own AMM and AppEndpoint. */
  readonly ammPort: number;
  readonly appPort: number;
}

/** The gateways' example without what it simulates, as on a machine with a real AppEndpoint. */
export function gatewayFlow(): FlowNode[] {
  const flow = parseExample(readExample('Gateways/1 - Gateway.json'));
  const simulated = flow.filter(({ type, name = '' }) => type === 'group' && name.includes('simulated'));
  const without = new Set(simulated.flatMap(({ id, nodes = [] }) => [id, ...nodes]));
  const kept = flow.filter(({ id }) => !without.has(id));
  const used = new Set(kept.map(({ connection }) => connection));
  return kept.filter(({ id, type }) => type !== 'akm-connection' || used.has(id));
}

/** Starts a Node-RED that finds this flow, as after a reboot, and the settings of its gateway in its environment. */
export async function startGateway(
  version: NodeRedVersion,
  { name, brokerPort, ammPort, appPort }: GatewaySettings,
  flow: readonly FlowNode[],
): Promise<RealNodeRed> {
  const environment = join(makeScratchFolder('gateway'), 'environment');
  const lines = [
    `GATEWAY=${name}`,
    `BROKER_PORT=${brokerPort}`,
    `AMM_PORT=${ammPort}`,
    `APP_PORT=${appPort}`,
  ];
  await writeFile(environment, lines.map((line) => `${line}\n`).join(''));
  return RealNodeRed.start(version, {
    nodeOptions: [`--env-file=${environment}`],
    prepare: (userDir) => writeFile(join(userDir, 'flows.json'), JSON.stringify(flow)),
  });
}
