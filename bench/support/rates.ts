import type { Sink } from '../programs/sink.js';
import type { Source } from '../programs/source.js';
import type { Mirror } from '../programs/mirror.js';
import type { Load } from '../programs/wire.js';
import type { Window } from './options.js';
import { Program } from './program.js';

/** A process that was started and can be stopped. */
export interface Stoppable {
  readonly pid: number;
  stop(): Promise<unknown>;
}

/** Frames a second that arrive at a new sink from the sender that `start` makes. */
export async function sendingRate(
  programs: string,
  window: Window,
  start: (port: number) => Promise<Stoppable>,
): Promise<number> {
  const sink = Program.start<Sink>(programs, 'sink');
  try {
    const sender = await start(await sink.ask('listen'));
    try {
      return await sink.ask('rate', { window, sender: sender.pid });
    } finally {
      await sender.stop();
    }
  } finally {
    await sink.stop();
  }
}

/** What `measure` makes of the frames that a new source pushes at the port it is given. */
export async function fromSource(
  programs: string,
  load: Load,
  framesAWrite: number,
  measure: (port: number, source: Program<Source>) => Promise<number>,
): Promise<number> {
  const source = Program.start<Source>(programs, 'source');
  try {
    const port = await source.ask('listen');
    await source.ask('start', { load, framesAWrite });
    return await measure(port, source);
  } finally {
    await source.stop();
  }
}

/** Frames a second that go from a sender through an AppEndpoint to a receiver: what `receive` gives, and it must connect first. */
export async function wholeWay(
  programs: string,
  receive: (port: number) => Promise<number>,
  send: (port: number) => Promise<Stoppable>,
): Promise<number> {
  const mirror = Program.start<Mirror>(programs, 'mirror');
  try {
    const port = await mirror.ask('listen');
    const rate = receive(port);
    await Promise.race([mirror.ask('connected', 1), rate]);
    const sender = await send(port);
    try {
      return await rate;
    } finally {
      await sender.stop();
    }
  } finally {
    await mirror.stop();
  }
}
