/**
 * How long one takes that has nothing to wait for but the other side.
 *
 * - A list request through the flow: a message -> akm-list-endpoints -> back to the node that sent it, in a real Node-RED of each version;
 *   the next message follows when one is back. Beside it a bare socket on the same Node.js that writes a ready-made request and waits until
 *   the answer is whole, but does not decode it. Both ask the same process, which gives a ready-made answer.
 * - A lone message of application data: client -> a process that sends it back -> client, text to text. Beside it a bare socket that does
 *   the same with a ready-made frame. Whatever packs several frames into one write must not make this one wait.
 */
import {
  akmNode,
  connectionNode,
  type NodeRedVersion,
  nodeRedVersions,
} from '../../test/support/real-node-red/index.js';
import type { Ping } from '../nodes/ping.js';
import type { Answering } from '../programs/answer.js';
import type { EchoAkm } from '../programs/echo-akm.js';
import type { EchoNet } from '../programs/echo-net.js';
import type { Mirror } from '../programs/mirror.js';
import type { RequestNet } from '../programs/request-net.js';
import type { Context, Measure } from '../support/context.js';
import { compare, type Figure } from '../support/figure.js';
import { FlowBench, type NodeIn } from '../support/flow-bench.js';
import { Program } from '../support/program.js';
import { measureRounds, type Rounds } from '../support/rounds.js';
import { median, quantile } from '../support/statistics.js';

const OF_SOCKET = 1.3;
/** As many endpoints as the simulator begins with. */
const ENDPOINTS = 4;

const ping: NodeIn<Ping> = { id: 'ping' };

export const measureLatency: Measure = async (context) => {
  const figures: Figure[] = [];
  for (const version of nodeRedVersions) figures.push(...(await listRequests(version, context)));
  return [...figures, ...(await loneMessages(context))];
};

async function listRequests(version: NodeRedVersion, context: Context): Promise<Figure[]> {
  const { build } = context;
  const peer = Program.start<Answering>(build.programs, 'answer');
  try {
    const port = await peer.ask('listen', ENDPOINTS);
    const bench = await FlowBench.start(version, context);
    const { node } = await version.locate();
    const bare = Program.start<RequestNet>(build.programs, 'request-net', { node });
    try {
      await bench.deploy(
        connectionNode('connection', { ammPort: port, appPort: 1 }),
        { id: ping.id, type: 'bench-ping', name: '', wires: [['list']] },
        akmNode(
          'list',
          'akm-list-endpoints',
          { connection: 'connection', filter: '0', filterType: 'num' },
          ping.id,
        ),
      );
      await bench.ready('list');
      return await compareTimes(
        context,
        `Node-RED ${version.version}, list request`,
        (count) => bench.ask(ping, 'times', count),
        (count) => bare.ask('times', { port, count }),
        OF_SOCKET,
      );
    } finally {
      await bare.stop();
      await bench.stop();
    }
  } finally {
    await peer.stop();
  }
}

async function loneMessages(context: Context): Promise<Figure[]> {
  const { programs } = context.build;
  // one for each: where two are connected, each gets what the other sends
  const mirrors = [
    Program.start<Mirror>(programs, 'mirror'),
    Program.start<Mirror>(programs, 'mirror'),
  ] as const;
  const ours = Program.start<EchoAkm>(programs, 'echo-akm');
  const bare = Program.start<EchoNet>(programs, 'echo-net');
  try {
    await ours.ask('connect', await mirrors[0].ask('listen'));
    const port = await mirrors[1].ask('listen');
    return await compareTimes(
      context,
      'client, lone message',
      (count) => ours.ask('times', count),
      (count) => bare.ask('times', { port, count }),
    );
  } finally {
    await Promise.all([mirrors[0].stop(), mirrors[1].stop(), ours.stop(), bare.stop()]);
  }
}

type Times = (count: number) => Promise<readonly number[]>;

/** Median and 99th percentile; a goal is the median's. */
async function compareTimes(
  { options: { runs, quick }, progress }: Context,
  name: string,
  ours: Times,
  bare: Times,
  most?: number,
): Promise<Figure[]> {
  const [warmup, count] = quick ? [50, 200] : [1000, 2000];
  const samples = new Map<string, (readonly number[])[]>();
  const contender = (label: string, times: Times) => ({
    name: label,
    measure: async () => {
      await times(warmup);
      const measured = await times(count);
      samples.set(label, [...(samples.get(label) ?? []), measured]);
      return median(measured);
    },
  });
  const reference = 'bare socket';
  const medians = await measureRounds([contender(name, ours), contender(reference, bare)], runs, progress);
  const tails: Rounds = new Map(
    [...samples].map(([label, all]) => [
      label === name ? `${name}, p99` : label,
      all.map((times) => quantile(times, 0.99)),
    ]),
  );
  const about = { part: 'latency', unit: 'ms', reference } as const;
  return [
    compare(medians, { ...about, name, ...(most !== undefined && { goal: { most } }) }),
    compare(tails, { ...about, name: `${name}, p99` }),
  ];
}
