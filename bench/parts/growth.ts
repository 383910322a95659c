/**
 * How each grows with what there is of it.
 *
 * - Connections: 1, 10 and 100 clients of one process receive, beside as many sockets of `node:net`.
 * - Receivers that wait for something else: 1, 10, 100 and 1000 subscriptions of one client, and as many akm-receive nodes in a real
 *   Node-RED, of which one matches. Beside each the one alone: a message must cost the same.
 * - Endpoints in a list, 1 to 32, encoded and decoded, beside code written by hand.
 */
import { akmNode, connectionNode, nodeRedVersions } from '../../test/support/real-node-red/index.js';
import type { Count } from '../nodes/count.js';
import type { ReceiveAkm } from '../programs/receive-akm.js';
import type { ReceiveNet } from '../programs/receive-net.js';
import type { Source } from '../programs/source.js';
import { ATR_ID, OTHER_APP_VALUE, SEVERAL } from '../programs/wire.js';
import type { Context, Measure } from '../support/context.js';
import { compare, type Figure } from '../support/figure.js';
import { FlowBench, type NodeIn } from '../support/flow-bench.js';
import { Program } from '../support/program.js';
import { registerNode } from '../support/register-node.js';
import { fromSource } from '../support/rates.js';
import { measureRounds, type Contender } from '../support/rounds.js';
import { codecFigures, pairTime } from './codec.js';

const CONNECTIONS = [1, 10, 100] as const;
const RECEIVERS = [1, 10, 100, 1000] as const;
const ENDPOINTS = [1, 2, 4, 8, 16, 32] as const;
/** What is left of the rate with one receiver, whatever the number of others. */
const FLAT = 0.9;

const count: NodeIn<Count> = { id: 'count' };

export const measureGrowth: Measure = async (context) => [
  ...(await connections(context)),
  ...(await receivers(context, 'subscriptions', subscriptions(context))),
  ...(await receiveNodes(context)),
  ...(await codecFigures(context, 'growth', (codec) =>
    codec.ask('lists', { counts: ENDPOINTS, time: pairTime(context.options.quick) }),
  )),
];

async function connections({ build: { programs }, options, progress }: Context): Promise<Figure[]> {
  const contender = (name: string, program: 'receive-akm' | 'receive-net', number: number): Contender => ({
    name,
    measure: () =>
      fromSource(programs, 'short', SEVERAL, async (port) => {
        const receiver = Program.start<ReceiveAkm | ReceiveNet>(programs, program);
        try {
          await receiver.ask('start', { port, load: 'short', connections: number });
          return await receiver.ask('rate', options.window);
        } finally {
          await receiver.stop();
        }
      }),
  });
  const pairs = CONNECTIONS.map((number) => ({
    ours: contender(`${number} connection(s), receive`, 'receive-akm', number),
    net: contender(`${number} plain socket(s)`, 'receive-net', number),
  }));
  const rounds = await measureRounds(
    pairs.flatMap(({ ours, net }) => [ours, net]),
    options.runs,
    progress,
  );
  const about = { part: 'growth', unit: 'frames/s' } as const;
  return pairs.map(({ ours, net }) => compare(rounds, { ...about, name: ours.name, reference: net.name }));
}

/** Gives the rate with so many receivers. */
type RateWith = (receivers: number) => Promise<number>;

async function receivers(
  { options, progress }: Context,
  what: string,
  rateWith: RateWith,
): Promise<Figure[]> {
  const nameOf = (number: number): string => `${number} ${what}, one matches`;
  const contenders = RECEIVERS.map((number) => ({ name: nameOf(number), measure: () => rateWith(number) }));
  const rounds = await measureRounds(contenders, options.runs, progress);
  const about = { part: 'growth', unit: 'frames/s', reference: nameOf(1) } as const;
  return RECEIVERS.slice(1).map((number) =>
    compare(rounds, { ...about, name: nameOf(number), goal: { least: FLAT } }),
  );
}

function subscriptions({ build: { programs }, options: { window } }: Context): RateWith {
  return (number) =>
    fromSource(programs, 'short', SEVERAL, async (port) => {
      const receiver = Program.start<ReceiveAkm>(programs, 'receive-akm');
      try {
        await receiver.ask('start', { port, load: 'short', others: number - 1 });
        return await receiver.ask('rate', window);
      } finally {
        await receiver.stop();
      }
    });
}

async function receiveNodes(context: Context): Promise<Figure[]> {
  const { build, options } = context;
  const [version] = nodeRedVersions;
  if (!version) throw new Error('there is no Node-RED');
  const source = Program.start<Source>(build.programs, 'source');
  const bench = await FlowBench.start(version, context);
  try {
    const appPort = await source.ask('listen');
    return await receivers(context, 'akm-receive nodes', async (number) => {
      const waiting = (id: string, appValue: number, ...next: string[]) =>
        akmNode(
          id,
          'akm-receive',
          { connection: 'connection', atrId: String(ATR_ID), appValue: String(appValue), format: 'auto' },
          ...next,
        );
      await bench.deploy(
        connectionNode('connection', { ammPort: 1, appPort }),
        registerNode('register', 'connection'),
        { id: count.id, type: 'bench-count', name: '', wires: [] },
        waiting(`match-${number}`, OTHER_APP_VALUE, count.id),
        ...Array.from({ length: number - 1 }, (_, n) =>
          waiting(`other-${n}`, OTHER_APP_VALUE + 1 + n, count.id),
        ),
      );
      await bench.ready(`match-${number}`);
      await source.ask('start', { load: 'short', framesAWrite: SEVERAL });
      const rate = await bench.ask(count, 'rate', options.window);
      await source.ask('stop');
      return rate;
    });
  } finally {
    await bench.stop();
    await source.stop();
  }
}
