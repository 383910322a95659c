/** Sends one ready-made frame over and over, one a write, with `node:net` alone: what is there when nothing is encoded. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { serve } from './commands.js';
import { pump } from './pump.js';
import { sentFrame, type Load } from './wire.js';

export interface SendNet {
  start(to: { port: number; load: Load }): Promise<void>;
}

serve<SendNet>({
  start: async ({ port, load }) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const frame = sentFrame(load);
    pump(socket, frame, () => true);
  },
});
