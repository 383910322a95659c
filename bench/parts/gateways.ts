/**
 * What a broker adds: gateways that share one, as the guide "More than one machine" describes them, in a real Node-RED with a real Mosquitto.
 *
 * - MQTT in -> akm-send -> a process that counts the frames, beside the node that emits messages -> akm-send -> the same.
 * - A process that pushes frames -> akm-receive -> MQTT out -> an MQTT client that counts, beside akm-receive -> the counting node.
 * - The example "Gateway" itself, with an AppEndpoint that answers each job at once: jobs whose results have come back, by 1, 2 and 3
 *   gateways. On a machine with few processors more gateways cannot do more; so it is also told how much processor time a job takes of the
 *   broker, beside the gateway's: so many gateways a broker can feed.
 *
 * QoS 1 everywhere. Mosquitto keeps everything in memory here: what its disk costs depends on the disk.
 */
import {
  akmNode,
  connectionNode,
  type FlowNode,
  Mosquitto,
  nodeRedVersions,
  type NodeRedVersion,
  type RealNodeRed,
} from '../../test/support/real-node-red/index.js';
import { gatewayFlow, startGateway } from '../../test/support/gateway.js';
import { MqttClient } from '../../test/support/mqtt-client.js';
import type { Count } from '../nodes/count.js';
import type { Inject } from '../nodes/inject.js';
import { type BrokerEnds, TOPICS } from '../programs/broker-ends.js';
import type { Mirror } from '../programs/mirror.js';
import type { Sink } from '../programs/sink.js';
import type { Source } from '../programs/source.js';
import { ATR_ID, OTHER_APP_VALUE, TEXTS } from '../programs/wire.js';
import type { Context, Measure } from '../support/context.js';
import { compare, type Figure } from '../support/figure.js';
import { FlowBench, type NodeIn } from '../support/flow-bench.js';
import { Program } from '../support/program.js';
import { registerNode } from '../support/register-node.js';
import type { Window } from '../support/options.js';
import { measureRounds, type Contender } from '../support/rounds.js';

/** Nothing on the disk while it is measured, no message dropped, and no line of log for each message. */
const SETTINGS = [
  'log_type none',
  'log_type information',
  'autosave_on_changes false',
  'autosave_interval 3600',
  'max_queued_messages 0',
];

const GATEWAYS = [1, 2, 3] as const;

export const measureGateways: Measure = async (context) => {
  const [version] = nodeRedVersions;
  if (!version) throw new Error('there is no Node-RED');
  if (!Mosquitto.isThere) {
    console.log(
      'There is no Mosquitto here: nothing is measured with a broker. MOSQUITTO=/path/to/mosquitto says where.',
    );
    return [];
  }
  const broker = await Mosquitto.start(...SETTINGS);
  try {
    return [...(await hops(version, broker, context)), ...(await jobs(version, broker, context))];
  } finally {
    await broker.stop();
  }
};

const inject: NodeIn<Inject> = { id: 'inject' };
const count: NodeIn<Count> = { id: 'count' };

/** Single messages through one gateway, each way, with the broker and without. */
async function hops(version: NodeRedVersion, broker: Mosquitto, context: Context): Promise<Figure[]> {
  const { build, options, progress } = context;
  const { programs } = build;
  const { window } = options;
  const ends = Program.start<BrokerEnds>(programs, 'broker-ends');
  const sink = Program.start<Sink>(programs, 'sink');
  const source = Program.start<Source>(programs, 'source');
  const bench = await FlowBench.start(version, context);
  try {
    const ports = {
      ends: await ends.ask('start', broker.port),
      sink: await sink.ask('listen'),
      source: await source.ask('listen'),
    };
    await bench.deploy(...flowOf(broker.port, ports));
    await bench.ready('mqtt-in', 'mqtt-out', 'send-ends', 'receive-ends', 'send-sink', 'receive-source');
    const names = {
      out: 'MQTT -> akm-send',
      send: 'akm-send alone',
      in: 'akm-receive -> MQTT',
      receive: 'akm-receive alone',
    };
    const rounds = await measureRounds(
      [
        { name: names.out, measure: () => ends.ask('rate', { way: 'out', window, pid: bench.pid }) },
        {
          name: names.send,
          measure: async () => {
            await bench.ask(inject, 'start');
            const rate = await sink.ask('rate', { window, sender: bench.pid });
            await bench.ask(inject, 'stop');
            return rate;
          },
        },
        { name: names.in, measure: () => ends.ask('rate', { way: 'in', window, pid: bench.pid }) },
        {
          name: names.receive,
          measure: async () => {
            await source.ask('start', { load: 'short', framesAWrite: 1 });
            const rate = await bench.ask(count, 'rate', window);
            await source.ask('stop');
            return rate;
          },
        },
      ],
      options.runs,
      progress,
    );
    const about = { part: 'broker', unit: 'msg/s' } as const;
    return [
      compare(rounds, { ...about, name: names.out, reference: names.send }),
      compare(rounds, { ...about, name: names.in, reference: names.receive }),
    ];
  } finally {
    await bench.stop();
    await Promise.all([ends.stop(), sink.stop(), source.stop()]);
  }
}

function flowOf(brokerPort: number, ports: { ends: number; sink: number; source: number }): FlowNode[] {
  // nobody uses the AMM here, so nothing connects to its port
  const connection = (id: string, appPort: number) => [
    connectionNode(id, { ammPort: 1, appPort }),
    registerNode(`register-${id}`, id),
  ];
  const target = {
    atrId: String(ATR_ID),
    atrIdType: 'num',
    appValue: String(OTHER_APP_VALUE),
    appValueType: 'num',
  };
  const send = (id: string) => akmNode(`send-${id}`, 'akm-send', { connection: id, ...target });
  const receive = (id: string, next: string) =>
    akmNode(
      `receive-${id}`,
      'akm-receive',
      { connection: id, atrId: '', appValue: '', format: 'auto' },
      next,
    );
  const mqtt = { name: '', qos: '1', broker: 'broker' };
  return [
    ...connection('ends', ports.ends),
    ...connection('sink', ports.sink),
    ...connection('source', ports.source),
    {
      id: 'broker',
      type: 'mqtt-broker',
      broker: '127.0.0.1',
      port: String(brokerPort),
      protocolVersion: '5',
      keepalive: '60',
      cleansession: true,
    },
    { id: 'mqtt-in', type: 'mqtt in', topic: TOPICS.out, datatype: 'utf8', ...mqtt, wires: [['send-ends']] },
    send('ends'),
    receive('ends', 'mqtt-out'),
    { id: 'mqtt-out', type: 'mqtt out', topic: TOPICS.in, retain: 'false', ...mqtt, wires: [] },
    {
      id: inject.id,
      type: 'bench-inject',
      name: '',
      message: { payload: TEXTS.short },
      last: 'send-sink',
      wires: [['send-sink']],
    },
    send('sink'),
    receive('source', count.id),
    { id: count.id, type: 'bench-count', name: '', wires: [] },
  ];
}

/** One gateway of the example at work, with its AppEndpoint. */
interface Gateway {
  readonly nodeRed: RealNodeRed;
  readonly appEndpoint: Program<Mirror>;
}

/** Whole jobs, by more and more gateways. */
async function jobs(version: NodeRedVersion, broker: Mosquitto, context: Context): Promise<Figure[]> {
  const { build, options, progress } = context;
  const ends = Program.start<BrokerEnds>(build.programs, 'broker-ends');
  const gateways: Gateway[] = [];
  const rounds = new Map<string, readonly number[]>();
  const rate = (clock: Window['clock'], pid: number) =>
    ends.ask('rate', { way: 'jobs', window: { ...options.window, clock }, pid });
  const measure = async (...contenders: Contender[]) => {
    for (const [name, values] of await measureRounds(contenders, options.runs, progress))
      rounds.set(name, values);
  };
  const nameOf = (number: number) => `jobs by ${number} gateway(s)`;
  const ofGateway = "jobs in a second of a gateway's processor time";
  const ofBroker = "jobs in a second of the broker's processor time";
  try {
    await ends.ask('start', broker.port);
    for (const number of GATEWAYS) {
      const gateway = await startWorking(version, broker, number, context);
      gateways.push(gateway);
      await measure({ name: nameOf(number), measure: () => rate('wall', 0) });
      if (number === 1 && process.platform === 'linux')
        await measure(
          { name: ofGateway, measure: () => rate('processor', gateway.nodeRed.process.pid) },
          { name: ofBroker, measure: () => rate('processor', broker.pid) },
        );
    }
    const about = { part: 'broker', unit: 'jobs/s' } as const;
    return [
      ...GATEWAYS.map((number) => compare(rounds, { ...about, name: nameOf(number), reference: nameOf(1) })),
      ...(rounds.has(ofBroker) ? [compare(rounds, { ...about, name: ofBroker, reference: ofGateway })] : []),
    ];
  } finally {
    for (const { nodeRed, appEndpoint } of gateways) {
      await nodeRed.stop();
      await appEndpoint.stop();
    }
    await ends.stop();
  }
}

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
