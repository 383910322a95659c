/** Receives or sends a great many frames with one client, and tells by how much its memory has grown. Needs `--expose-gc`. */
import { EventEmitter, once } from 'node:events';
import { openAppClient } from './app-client.js';
import { serve } from './commands.js';
import { usedMemory, type Used } from './used-memory.js';
import { ATR_ID, OTHER_APP_VALUE, OWN_APP_VALUE, TEXTS } from './wire.js';

export interface Soak {
  /** What there is more after so many frames, in bytes; half as many went through before. */
  receive(what: { port: number; frames: number }): Promise<Used>;
  send(what: { port: number; frames: number }): Promise<Used>;
}

const WINDOW = 500;

/** Counts frames, and tells when certain numbers are reached. */
class Milestones extends EventEmitter<{ reached: [] }> {
  private count = 0;
  private next = Infinity;

  add(): void {
    this.count += 1;
    if (this.count === this.next) this.emit('reached');
  }

  async more(frames: number): Promise<void> {
    this.next = this.count + frames;
    await once(this, 'reached');
  }
}

/** How often memory is looked at for one figure, and over which part of the frames. */
const LOOKS = 5;
const LOOKING = 0.2;

/** The least of several looks: what the system has given a process goes up and down by tens of megabytes, and a growth lifts them all. */
async function least(passed: Milestones, frames: number): Promise<Used> {
  const looks: Used[] = [];
  for (let n = 0; n < LOOKS; n += 1) {
    await passed.more(Math.ceil((frames * LOOKING) / LOOKS));
    looks.push(await usedMemory());
  }
  return {
    held: Math.min(...looks.map(({ held }) => held)),
    resident: Math.min(...looks.map(({ resident }) => resident)),
  };
}

async function grown(passed: Milestones, frames: number): Promise<Used> {
  await passed.more(Math.ceil(frames / 2));
  const before = await least(passed, frames);
  await passed.more(Math.ceil(frames * (1 - LOOKING)));
  const after = await least(passed, frames);
  return { held: after.held - before.held, resident: after.resident - before.resident };
}

serve<Soak>({
  receive: async ({ port, frames }) => {
    const client = await openAppClient(port);
    const passed = new Milestones();
    client.subscribe({}, ({ data }) => {
      if (data.toString() === TEXTS.short) passed.add();
    });
    return grown(passed, frames);
  },
  send: async ({ port, frames }) => {
    const client = await openAppClient(port);
    await client.acquire(ATR_ID, OWN_APP_VALUE).register();
    const message = { atrId: ATR_ID, appValue: OTHER_APP_VALUE, data: TEXTS.short };
    const passed = new Milestones();
    const send = (): void =>
      client.send(message, (error) => {
        if (error) throw error;
        passed.add();
        setImmediate(send);
      });
    for (let n = 0; n < WINDOW; n += 1) send();
    return grown(passed, frames);
  },
});
