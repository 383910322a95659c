/**
 * Client to client over loopback: each direction by itself, in two processes, and the whole way.
 *
 * Sending: a process sends to one that counts what arrives. Receiving: a process receives what another pushes as fast as it can, once
 * with several frames in each write, so that the receiver is what is measured, and once with one, as a socket that is given one ready-made
 * frame after another. The whole way: from a sender through the least AppEndpoint there can be to a receiver. The other side is the same
 * program for all contenders, and all are new processes each time, so that no contender finds the code of another warmed up.
 *
 * - This package: the client encodes each message anew; it checks, decodes and dispatches each frame and reads its data as text.
 * - Plain `node:net`: one ready-made frame over and over, one a write; on the other side, bytes are counted. Nothing less can be done with
 *   a socket.
 * - Python, where it is there: encodes and decodes with the documented `struct` formats, as the vendor's guide shows it.
 */
import { SEVERAL, type Load } from '../programs/wire.js';
import { receiversOf, sendersOf, type Kind } from '../support/contenders.js';
import type { Context, Measure } from '../support/context.js';
import { compare, type Figure } from '../support/figure.js';
import { hasPython } from '../support/python.js';
import { fromSource, sendingRate, wholeWay } from '../support/rates.js';
import { measureRounds } from '../support/rounds.js';

/** What share of plain `net` short data is to reach, and how many times the Python client. Long data has no goal. */
const OF_NET = 0.9;
const TIMES_PYTHON = 2;

/** What is measured of each contender. */
interface Race {
  readonly name: string;
  readonly load: Load;
  readonly run: (kind: Kind, load: Load) => Promise<number>;
}

export const measureNet: Measure = async (context) => {
  const kinds: readonly Kind[] = hasPython() ? ['akm', 'net', 'python'] : ['akm', 'net'];
  if (!kinds.includes('python')) console.log('There is no python3 here: nothing is compared with it.');
  const figures: Figure[] = [];
  for (const race of racesOf(context)) figures.push(...(await run(race, kinds, context)));
  return figures;
};

function racesOf(context: Context): Race[] {
  const { programs } = context.build;
  const { window } = context.options;
  const senders = sendersOf(context);
  const receivers = receiversOf(context);
  const send: Race['run'] = (kind, load) =>
    sendingRate(programs, window, (port) => senders[kind](port, load));
  const receive =
    (framesAWrite: number): Race['run'] =>
    (kind, load) =>
      fromSource(programs, load, framesAWrite, (port) => receivers[kind](port, load));
  return [
    { name: 'client, send short text', load: 'short', run: send },
    { name: 'client, send full text', load: 'full', run: send },
    { name: 'client, receive short text', load: 'short', run: receive(SEVERAL) },
    { name: 'client, receive full text', load: 'full', run: receive(SEVERAL) },
    { name: 'client, receive short text, written singly', load: 'short', run: receive(1) },
    {
      name: 'client to client, short text',
      load: 'short',
      run: (kind, load) =>
        wholeWay(
          programs,
          (port) => receivers[kind](port, load),
          (port) => senders[kind](port, load),
        ),
    },
  ];
}

async function run({ name, load, run }: Race, kinds: readonly Kind[], context: Context): Promise<Figure[]> {
  const names: Readonly<Record<Kind, string>> = { akm: name, net: 'plain net', python: 'Python' };
  const contenders = kinds.map((kind) => ({ name: names[kind], measure: () => run(kind, load) }));
  const rounds = await measureRounds(contenders, context.options.runs, context.progress);
  const about = { part: 'net', name, unit: 'frames/s' } as const;
  const against = (reference: string, least: number): Figure =>
    compare(rounds, { ...about, reference, ...(load === 'short' && { goal: { least } }) });
  return [
    against(names.net, OF_NET),
    ...(kinds.includes('python') ? [against(names.python, TIMES_PYTHON)] : []),
  ];
}
