/** Sends one ready-made frame at a time with `node:net` alone, and waits until as many bytes have come back. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { serve } from './commands.js';
import { FRAME_SIZE, sentFrame } from './wire.js';

export interface EchoNet {
  /** Sends `count` frames one after another, and gives the time that each took to come back, in milliseconds. */
  times(how: { port: number; count: number }): Promise<number[]>;
}

serve<EchoNet>({
  times: async ({ port, count }) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const frame = sentFrame('short');
    return new Promise((resolve) => {
      const times: number[] = [];
      let missing = 0;
      let sentAt = 0;
      const send = (): void => {
        missing = FRAME_SIZE;
        sentAt = performance.now();
        socket.write(frame);
      };
      socket.on('data', (chunk) => {
        missing -= chunk.length;
        if (missing > 0) return;
        times.push(performance.now() - sentAt);
        if (times.length < count) setImmediate(send);
        else {
          socket.destroy();
          resolve(times);
        }
      });
      send();
    });
  },
});
