/**
 * Memory, always after garbage was collected.
 *
 * - An idle connection: a client of each service, connected, that has said and heard nothing. Beside it a connected socket of `node:net`
 *   with its buffers and a handler for its data. What counts is what the client takes besides.
 * - A receive node: akm-receive with a filter, in a real Node-RED. Beside it the least node there can be.
 * - Millions of frames through one client, received and sent: what is held, and what the system has given the process, at the end and
 *   before. A single object left behind by each frame would be 16 bytes a frame or more.
 */
import { akmNode, connectionNode, nodeRedVersions } from '../../test/support/real-node-red/index.js';
import type { Memory } from '../nodes/memory.js';
import type { IdleConnections } from '../programs/idle.js';
import type { Sink } from '../programs/sink.js';
import type { Soak } from '../programs/soak.js';
import type { Source } from '../programs/source.js';
import { SEVERAL } from '../programs/wire.js';
import type { Context, Measure } from '../support/context.js';
import { compare, compareToLimit, type Figure } from '../support/figure.js';
import { FlowBench, type NodeIn } from '../support/flow-bench.js';
import { Program } from '../support/program.js';
import { registerNode } from '../support/register-node.js';
import { measureRounds, type Contender } from '../support/rounds.js';

const KB = 1000;
/** What an idle connection may take besides its socket, in bytes. */
const IDLE_LIMIT = 20 * KB;
/** Bytes a frame that are no growth: far less than any object has. */
const GROWTH_LIMIT = 1;
/** What may be more after any number of frames, in bytes: chunks that are under way just then, compiled code, pages of the heap. */
const GROWTH_FLOOR = 4000 * KB;
const RESIDENT_FLOOR = 16_000 * KB;

const memory: NodeIn<Memory> = { id: 'memory' };

export const measureMemory: Measure = async (context) => [
  ...(await idleConnections(context)),
  ...(await receiveNodes(context)),
  ...(await growth(context)),
];

async function idleConnections({ build: { programs }, options, progress }: Context): Promise<Figure[]> {
  const connections = options.quick ? 50 : 500;
  const contender = (name: string, kind: 'amm' | 'app' | 'net'): Contender => ({
    name,
    measure: async () => {
      const peer = Program.start<Sink>(programs, 'sink');
      const idle = Program.start<IdleConnections>(programs, 'idle', { flags: ['--expose-gc'] });
      try {
        return await idle.ask('bytesEach', { kind, port: await peer.ask('listen'), connections });
      } finally {
        await Promise.all([idle.stop(), peer.stop()]);
      }
    },
  });
  const reference = 'plain socket';
  const names = { amm: 'idle AMM connection', app: 'idle AppEndpoint connection' };
  const rounds = await measureRounds(
    [contender(names.amm, 'amm'), contender(names.app, 'app'), contender(reference, 'net')],
    options.runs,
    progress,
  );
  const about = { part: 'memory', unit: 'bytes' } as const;
  return (['amm', 'app'] as const).flatMap((kind) => {
    const besides = (rounds.get(names[kind]) ?? []).map(
      (bytes, n) => bytes - (rounds.get(reference)?.[n] ?? 0),
    );
    return [
      compare(rounds, { ...about, name: names[kind], reference }),
      compareToLimit(besides, IDLE_LIMIT, { ...about, name: `${names[kind]}, besides its socket` }),
    ];
  });
}

async function receiveNodes(context: Context): Promise<Figure[]> {
  const { build, options, progress } = context;
  const [version] = nodeRedVersions;
  if (!version) throw new Error('there is no Node-RED');
  const count = options.quick ? 100 : 1000;
  const source = Program.start<Source>(build.programs, 'source');
  const bench = await FlowBench.start(version, context);
  try {
    const appPort = await source.ask('listen');
    const always = [
      connectionNode('connection', { ammPort: 1, appPort }),
      registerNode('register', 'connection'),
      akmNode('first', 'akm-receive', { connection: 'connection', atrId: '', appValue: '', format: 'auto' }),
      { id: memory.id, type: 'bench-memory', name: '', wires: [] },
    ];
    const used = async (...nodes: ReturnType<typeof akmNode>[]): Promise<number> => {
      await bench.deploy(...always, ...nodes);
      await bench.ready('first');
      return (await bench.ask(memory, 'used')).held;
    };
    const each = (type: string) =>
      Array.from({ length: count }, (_, n) =>
        akmNode(`more-${n}`, type, {
          connection: 'connection',
          atrId: '1',
          appValue: String(n),
          format: 'auto',
        }),
      );
    await used(...each('akm-receive')); // all code has run once
    const contender = (name: string, type: string): Contender => ({
      name,
      measure: async () => {
        const without = await used();
        return ((await used(...each(type))) - without) / count;
      },
    });
    const names = { ours: `akm-receive node, one of ${count}`, reference: 'least node' };
    const rounds = await measureRounds(
      [contender(names.ours, 'akm-receive'), contender(names.reference, 'bench-count')],
      options.runs,
      progress,
    );
    return [compare(rounds, { part: 'memory', name: names.ours, reference: names.reference, unit: 'bytes' })];
  } finally {
    await bench.stop();
    await source.stop();
  }
}

async function growth({ build: { programs }, options: { frames }, progress }: Context): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const direction of ['receive', 'send'] as const) {
    progress(`memory over ${frames} frames: ${direction}`);
    const source = Program.start<Source>(programs, 'source');
    const sink = Program.start<Sink>(programs, 'sink');
    const soak = Program.start<Soak>(programs, 'soak', { flags: ['--expose-gc'] });
    try {
      const port = await (direction === 'receive' ? source : sink).ask('listen');
      await source.ask('start', { load: 'short', framesAWrite: SEVERAL });
      const grown = await soak.ask(direction, { port, frames });
      const name = `${(frames / 1e6).toLocaleString('en-US')} million frames, ${direction}`;
      const about = { part: 'memory', unit: 'bytes' } as const;
      const limit = Math.max(GROWTH_LIMIT * frames, GROWTH_FLOOR);
      figures.push(
        compareToLimit([grown.held], limit, { ...about, name: `${name}, held` }),
        compareToLimit([grown.resident], limit + RESIDENT_FLOOR, { ...about, name: `${name}, resident` }),
      );
    } finally {
      await soak.stop();
      await Promise.all([source.stop(), sink.stop()]);
    }
  }
  return figures;
}
