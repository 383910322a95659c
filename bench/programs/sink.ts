/**
 * Where all senders send to: counts the frames that arrive, by their bytes alone. Whatever was really sent has arrived here, so
 * nobody's own count is believed. It does the same for each sender, and as little as it can.
 */
import type { Window } from '../support/options.js';
import { serve } from './commands.js';
import { Meter } from './meter.js';
import { FRAME_SIZE, isRegistration, listen, REGISTERED } from './wire.js';

export interface Sink {
  /** Gives the port. */
  listen(): Promise<number>;
  /** Frames a second. `sender` is the process that they come from. */
  rate(what: { window: Window; sender: number }): Promise<number>;
}

const meter = new Meter();

serve<Sink>({
  listen: () =>
    listen((socket) => {
      socket.on('data', (chunk) => {
        if (isRegistration(chunk)) socket.write(REGISTERED);
        else meter.count += chunk.length / FRAME_SIZE;
      });
    }),
  rate: ({ window, sender }) => meter.rate(window, sender),
});
