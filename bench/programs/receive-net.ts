/** Receives with `node:net` alone, and counts bytes: what is there when nothing is decoded. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Window } from '../support/options.js';
import { serve } from './commands.js';
import { Meter } from './meter.js';
import { FRAME_SIZE } from './wire.js';

export interface ReceiveNet {
  start(from: { port: number }): Promise<void>;
  /** Frames a second. */
  rate(window: Window): Promise<number>;
}

const meter = new Meter();

serve<ReceiveNet>({
  start: async ({ port }) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    socket.on('data', (chunk) => {
      meter.count += chunk.length / FRAME_SIZE;
    });
  },
  rate: (window) => meter.rate(window),
});
