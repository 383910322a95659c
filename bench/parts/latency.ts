/**
 * How long one takes that has nothing to wait for but the other side.
 *
 * - A list request through the flow: a message -> akm-list-endpoints -> back to the node that sent it, in a real Node-RED of each version;
 *   the next message follows when one is back. Beside it a bare socket on the same Node.js that writes a ready-made request and waits until
 *   the answer is whole, but does not decode it; and a node that does just that with each message, to tell what Node-RED itself takes to
 *   hand a message on. All ask the same process, which gives a ready-made answer.
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

const BARE = 'bare socket';
const IN_A_NODE = 'bare socket in a node';

const ping: NodeIn<Ping> = { id: 'ping' };
const barePing: NodeIn<Ping> = { id: 'bare-ping' };

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
        { id: barePing.id, type: 'bench-ping', name: '', wires: [['request']] },
        { id: 'request', type: 'bench-request', name: '', port, wires: [[barePing.id]] },
      );
      await bench.ready('list');
      const name = `Node-RED ${version.version}, list request`;
      const timings = await measureTimes(context, {
        [name]: (count) => bench.ask(ping, 'times', count),
        [IN_A_NODE]: (count) => bench.ask(barePing, 'times', count),
        [BARE]: (count) => bare.ask('times', { port, count }),
      });
      return [...figuresOf(timings, name, BARE, OF_SOCKET), ...figuresOf(timings, name, IN_A_NODE)];
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
    const name = 'client, lone message';
    const timings = await measureTimes(context, {
      [name]: (count) => ours.ask('times', count),
      [BARE]: (count) => bare.ask('times', { port, count }),
    });
    return figuresOf(timings, name, BARE);
  } finally {
    await Promise.all([mirrors[0].stop(), mirrors[1].stop(), ours.stop(), bare.stop()]);
  }
}

/** Gives the times that so many took, in milliseconds. */
type Times = (count: number) => Promise<readonly number[]>;

/** In microseconds, the median and the 99th percentile of each round. */
interface Timings {
  readonly medians: Rounds;
  readonly tails: Rounds;
}

async function measureTimes(
  { options: { runs, quick }, progress }: Context,
  contenders: Readonly<Record<string, Times>>,
): Promise<Timings> {
  const [warmup, count] = quick ? [50, 200] : [1000, 2000];
  const tails = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
  const medians = await measureRounds(
    Object.entries(contenders).map(([name, times]) => ({
      name,
      measure: async () => {
        await times(warmup);
        const measured = (await times(count)).map((milliseconds) => milliseconds * 1000);
        tails.get(name)?.push(quantile(measured, 0.99));
        return median(measured);
      },
    })),
    runs,
    progress,
  );
  return { medians, tails };
}

/** Median and 99th percentile; a goal is the median's. */
function figuresOf({ medians, tails }: Timings, name: string, reference: string, most?: number): Figure[] {
  const about = { part: 'latency', name, unit: 'µs' } as const;
  return [
    compare(medians, { ...about, reference, ...(most !== undefined && { goal: { most } }) }),
    { ...compare(tails, { ...about, reference }), name: `${name}, p99` },
  ];
}
