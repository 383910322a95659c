/** Single messages through one gateway, each way, with a broker and without. */
import {
  akmNode,
  connectionNode,
  type FlowNode,
  type Mosquitto,
  type NodeRedVersion,
} from '../../test/support/real-node-red/index.js';
import type { Count } from '../nodes/count.js';
import type { Inject } from '../nodes/inject.js';
import { type BrokerEnds, TOPICS } from '../programs/broker-ends.js';
import type { Sink } from '../programs/sink.js';
import type { Source } from '../programs/source.js';
import { ATR_ID, OTHER_APP_VALUE, TEXTS } from '../programs/wire.js';
import type { Context } from './context.js';
import { FlowBench, type NodeIn } from './flow-bench.js';
import { received, sent } from './one-way.js';
import { Program } from './program.js';
import { registerNode } from './register-node.js';
import { measureRounds, type Rounds } from './rounds.js';

/** The contenders' names. */
export const HOPS = {
  out: 'MQTT -> akm-send',
  send: 'akm-send alone',
  in: 'akm-receive -> MQTT',
  receive: 'akm-receive alone',
} as const;

const inject: NodeIn<Inject> = { id: 'inject' };
const count: NodeIn<Count> = { id: 'count' };

export async function measureHops(
  version: NodeRedVersion,
  broker: Mosquitto,
  context: Context,
): Promise<Rounds> {
  const { build, options, progress } = context;
  const { window } = options;
  const ends = Program.start<BrokerEnds>(build.programs, 'broker-ends');
  const sink = Program.start<Sink>(build.programs, 'sink');
  const source = Program.start<Source>(build.programs, 'source');
  const bench = await FlowBench.start(version, context);
  const through = (way: 'out' | 'in') => ends.ask('rate', { way, window, pid: bench.pid });
  try {
    const ports = {
      ends: await ends.ask('start', broker.port),
      sink: await sink.ask('listen'),
      source: await source.ask('listen'),
    };
    await bench.deploy(...flowOf(broker.port, ports));
    await bench.ready('mqtt-in', 'mqtt-out', 'send-ends', 'receive-ends', 'send-sink', 'receive-source');
    const contenders = [
      { name: HOPS.out, measure: () => through('out') },
      { name: HOPS.send, measure: () => sent(bench, inject, sink, window) },
      { name: HOPS.in, measure: () => through('in') },
      { name: HOPS.receive, measure: () => received(bench, source, 1, count, window) },
    ];
    return await measureRounds(contenders, options.runs, progress);
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
  const any = { atrId: '', appValue: '', format: 'auto' };
  const receive = (id: string, next: string) =>
    akmNode(`receive-${id}`, 'akm-receive', { connection: id, ...any }, next);
  const mqtt = { name: '', qos: '1', broker: 'broker' };
  const [out, sink] = ['send-ends', 'send-sink'];
  return [
    ...connection('ends', ports.ends),
    ...connection('sink', ports.sink),
    ...connection('source', ports.source),
    brokerNode('broker', brokerPort),
    { id: 'mqtt-in', type: 'mqtt in', topic: TOPICS.out, datatype: 'utf8', ...mqtt, wires: [[out]] },
    send('ends'),
    receive('ends', 'mqtt-out'),
    { id: 'mqtt-out', type: 'mqtt out', topic: TOPICS.in, retain: 'false', ...mqtt, wires: [] },
    akmNode(inject.id, 'bench-inject', { message: { payload: TEXTS.short }, last: sink }, sink),
    send('sink'),
    receive('source', count.id),
    akmNode(count.id, 'bench-count', {}),
  ];
}

function brokerNode(id: string, port: number): FlowNode {
  const session = { protocolVersion: '5', keepalive: '60', cleansession: true };
  return { id, type: 'mqtt-broker', broker: '127.0.0.1', port: String(port), ...session };
}
