/**
 * Inside a real Node-RED, of each version that the package promises to work in, with the packed package installed as a user would.
 *
 * Receiving: frames that another process pushes as fast as they are taken -> akm-receive -> a node that counts. Beside it a bare hop (a node
 * that emits messages -> the counting node: the most that the runtime hands on), and what a user would build of core nodes:
 * `tcp in` -> a function that parses -> the counting node.
 *
 * Sending: the emitting node -> akm-send -> a process that counts the frames that arrive. Beside it: the emitting node -> a function
 * that packs -> `tcp out` -> a process like that. The emitting node is the same, and is held back in the same way.
 *
 * All flows are in one Node-RED, so that they share its event loop, its settings and how warm its code is; one runs at a time.
 */
import {
  akmNode,
  connectionNode,
  type FlowNode,
  type NodeRedVersion,
  nodeRedVersions,
} from '../../test/support/real-node-red/index.js';
import type { Count } from '../nodes/count.js';
import type { Inject } from '../nodes/inject.js';
import type { Sink } from '../programs/sink.js';
import type { Source } from '../programs/source.js';
import { ATR_ID, OTHER_APP_VALUE, SEVERAL, TEXTS } from '../programs/wire.js';
import type { Context, Measure } from '../support/context.js';
import { compare, type Figure } from '../support/figure.js';
import { FlowBench, type NodeIn } from '../support/flow-bench.js';
import { received, sent } from '../support/one-way.js';
import type { Window } from '../support/options.js';
import { Program } from '../support/program.js';
import { registerNode } from '../support/register-node.js';
import { measureRounds, type Contender } from '../support/rounds.js';
import { tcpInFlow, tcpOutFlow } from '../support/user-flows.js';

const OF_BARE_HOP = 0.6;
const TIMES_TCP_IN = 3;
const TIMES_TCP_OUT = 2;

export const measureFlow: Measure = async (context) => {
  const figures: Figure[] = [];
  for (const version of nodeRedVersions) figures.push(...(await measureIn(version, context)));
  return figures;
};

async function measureIn(version: NodeRedVersion, context: Context): Promise<Figure[]> {
  const { options, progress } = context;
  const { window } = options;
  const peers = await Peers.start(context);
  try {
    const bench = await FlowBench.start(version, context);
    try {
      await bench.deploy(...flowOf(peers));
      await bench.ready('receive', 'send', 'tcp-in');
      const label = `Node-RED ${version.version}`;
      const names = {
        receive: `${label}, akm-receive`,
        hop: 'bare hop',
        tcpIn: 'tcp in + function',
        send: `${label}, akm-send`,
        tcpOut: 'function + tcp out',
      };
      const contenders: Contender[] = [
        { name: names.receive, measure: () => received(bench, peers.akmSource, SEVERAL, akmCount, window) },
        { name: names.hop, measure: () => hop(bench, window) },
        { name: names.tcpIn, measure: () => received(bench, peers.tcpSource, SEVERAL, tcpCount, window) },
        { name: names.send, measure: () => sent(bench, akmInject, peers.akmSink, window) },
        { name: names.tcpOut, measure: () => sent(bench, tcpInject, peers.tcpSink, window) },
      ];
      const rounds = await measureRounds(contenders, options.runs, progress);
      const receive = { part: 'flow', name: names.receive, unit: 'msg/s' } as const;
      const send = { part: 'flow', name: names.send, unit: 'msg/s' } as const;
      return [
        compare(rounds, { ...receive, reference: names.hop, goal: { least: OF_BARE_HOP } }),
        compare(rounds, { ...receive, reference: names.tcpIn, goal: { least: TIMES_TCP_IN } }),
        compare(rounds, { ...send, reference: names.tcpOut, goal: { least: TIMES_TCP_OUT } }),
        compare(rounds, { ...send, reference: names.hop }),
      ];
    } finally {
      await bench.stop();
    }
  } finally {
    await peers.stop();
  }
}

const hopInject: NodeIn<Inject> = { id: 'hop-inject' };
const hopCount: NodeIn<Count> = { id: 'hop-count' };
const akmCount: NodeIn<Count> = { id: 'akm-count' };
const tcpCount: NodeIn<Count> = { id: 'tcp-count' };
const akmInject: NodeIn<Inject> = { id: 'akm-inject' };
const tcpInject: NodeIn<Inject> = { id: 'tcp-inject' };

/** The processes at the other ends of the connections. */
class Peers {
  readonly akmSource: Program<Source>;
  readonly tcpSource: Program<Source>;
  readonly akmSink: Program<Sink>;
  readonly tcpSink: Program<Sink>;
  readonly ports = { akmSource: 0, tcpSource: 0, akmSink: 0, tcpSink: 0 };

  static async start({ build: { programs } }: Context): Promise<Peers> {
    const peers = new Peers(programs);
    for (const name of ['akmSource', 'tcpSource'] as const)
      peers.ports[name] = await peers[name].ask('listen');
    for (const name of ['akmSink', 'tcpSink'] as const) peers.ports[name] = await peers[name].ask('listen');
    return peers;
  }

  private constructor(programs: string) {
    this.akmSource = Program.start(programs, 'source');
    this.tcpSource = Program.start(programs, 'source');
    this.akmSink = Program.start(programs, 'sink');
    this.tcpSink = Program.start(programs, 'sink');
  }

  async stop(): Promise<void> {
    await Promise.all([
      this.akmSource.stop(),
      this.tcpSource.stop(),
      this.akmSink.stop(),
      this.tcpSink.stop(),
    ]);
  }
}

function flowOf({ ports }: Peers): FlowNode[] {
  // nobody uses the AMM here, so nothing connects to its port
  const incoming = connectionNode('incoming', { ammPort: 1, appPort: ports.akmSource });
  const outgoing = connectionNode('outgoing', { ammPort: 1, appPort: ports.akmSink });
  return [
    incoming,
    outgoing,
    registerNode('register-incoming', 'incoming'),
    ...injectToCount(hopInject.id, hopCount.id, hopCount.id),
    akmNode(
      'receive',
      'akm-receive',
      { connection: 'incoming', atrId: '', appValue: '', format: 'auto' },
      akmCount.id,
    ),
    countNode(akmCount.id),
    ...tcpInFlow(ports.tcpSource, tcpCount.id),
    countNode(tcpCount.id),
    registerNode('register-outgoing', 'outgoing'),
    injectNode(akmInject.id, 'send', 'send'),
    akmNode('send', 'akm-send', { connection: 'outgoing' }),
    injectNode(tcpInject.id, 'pack', 'tcp-out'),
    ...tcpOutFlow(ports.tcpSink),
  ];
}

/** A node that emits messages to `next`, paced by `last`. */
function injectNode(id: string, next: string, last: string): FlowNode {
  const message = { payload: TEXTS.short, atrId: ATR_ID, appValue: OTHER_APP_VALUE };
  return { id, type: 'bench-inject', name: '', message, last, wires: [[next]] };
}

function countNode(id: string): FlowNode {
  return { id, type: 'bench-count', name: '', wires: [] };
}

function injectToCount(id: string, count: string, last: string): FlowNode[] {
  return [injectNode(id, count, last), countNode(count)];
}

async function hop(bench: FlowBench, window: Window): Promise<number> {
  await bench.ask(hopInject, 'start');
  const rate = await bench.ask(hopCount, 'rate', window);
  await bench.ask(hopInject, 'stop');
  return rate;
}
