/** Asks for the endpoints with `node:net` alone: a ready-made request, and an answer that is only waited for until it is whole. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { serve } from './commands.js';
import { endpointList, LIST_REQUEST } from './wire.js';

export interface RequestNet {
  /** Makes `count` requests one after another, and gives the time that each took, in milliseconds. */
  times(how: { port: number; count: number }): Promise<number[]>;
}

const ANSWER_SIZE = endpointList(0).length;

serve<RequestNet>({
  times: async ({ port, count }) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Promise((resolve) => {
      const times: number[] = [];
      let missing = 0;
      let sentAt = 0;
      const request = (): void => {
        missing = ANSWER_SIZE;
        sentAt = performance.now();
        socket.write(LIST_REQUEST);
      };
      socket.on('data', (chunk) => {
        missing -= chunk.length;
        if (missing > 0) return;
        times.push(performance.now() - sentAt);
        if (times.length < count) setImmediate(request);
        else {
          socket.destroy();
          resolve(times);
        }
      });
      request();
    });
  },
});
