/** Whole jobs by the gateways of the example, from the one who gives them until their results have come back. */
import { gatewayFlow, startGateway } from '../../test/support/gateway.js';
import { MqttClient } from '../../test/support/mqtt-client.js';
import type { Mosquitto, NodeRedVersion, RealNodeRed } from '../../test/support/real-node-red/index.js';
import type { BrokerEnds } from '../programs/broker-ends.js';
import type { Mirror } from '../programs/mirror.js';
import type { Context } from './context.js';
import type { Window } from './options.js';
import { Program } from './program.js';
import { measureRounds, type Contender, type Rounds } from './rounds.js';

/** How many gateways work. */
export const GATEWAYS = [1, 2, 3] as const;

/** The names of the contenders that are measured by a processor's time: of one gateway, and of the broker that feeds it. */
export const JOBS = {
  ofGateway: "jobs a second of a gateway's processor",
  ofBroker: "jobs a second of the broker's processor",
} as const;

/** The name of the contender with so many gateways. */
export function jobsBy(gateways: number): string {
  return gateways === 1 ? 'jobs by 1 gateway' : `jobs by ${gateways} gateways`;
}

/** Processor time comes in hundredths of a second, and the broker takes little of it. */
const LONGER = 3;

/** One gateway at work, with its AppEndpoint. */
interface Gateway {
  readonly nodeRed: RealNodeRed;
  readonly appEndpoint: Program<Mirror>;
}

export async function measureJobs(
  version: NodeRedVersion,
  broker: Mosquitto,
  context: Context,
): Promise<Rounds> {
  const { build, options, progress } = context;
  const { window } = options;
  const ends = Program.start<BrokerEnds>(build.programs, 'broker-ends');
  const gateways: Gateway[] = [];
  const rounds = new Map<string, readonly number[]>();
  const wall: Window = { ...window, clock: 'wall' };
  const processor: Window = { ...window, duration: LONGER * window.duration, clock: 'processor' };
  const contender = (name: string, window: Window, pid: number): Contender => ({
    name,
    measure: () => ends.ask('rate', { way: 'jobs', window, pid }),
  });
  try {
    await ends.ask('start', broker.port);
    for (const number of GATEWAYS) {
      const gateway = await startWorking(version, broker, number, context);
      gateways.push(gateway);
      const { pid } = gateway.nodeRed.process;
      const contenders = [
        contender(jobsBy(number), wall, pid),
        ...(number === 1 && process.platform === 'linux'
          ? [contender(JOBS.ofGateway, processor, pid), contender(JOBS.ofBroker, processor, broker.pid)]
          : []),
      ];
      for (const [name, values] of await measureRounds(contenders, options.runs, progress))
        rounds.set(name, values);
    }
    return rounds;
  } finally {
    for (const { nodeRed, appEndpoint } of gateways) {
      await nodeRed.stop();
      await appEndpoint.stop();
    }
    await ends.stop();
  }
}

/** Starts one more gateway, and waits until the broker gives it jobs. */
async function startWorking(
  version: NodeRedVersion,
  { port: brokerPort }: Mosquitto,
  number: number,
  { build }: Context,
): Promise<Gateway> {
  const appEndpoint = Program.start<Mirror>(build.programs, 'mirror');
  const appPort = await appEndpoint.ask('listen');
  const settings = { name: `gateway-${number}`, brokerPort, ammPort: 1, appPort };
  const nodeRed = await startGateway(version, settings, gatewayFlow());
  const control = await MqttClient.connect(brokerPort, 'gateways/+');
  await control.message(`gateways/${settings.name}`, ({ payload }) => payload.toString() === 'ready');
  await control.close();
  return { nodeRed, appEndpoint };
}
