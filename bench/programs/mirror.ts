/**
 * An AppEndpoint that carries application data to the other application that is connected, or where there is none, back to the one it
 * came from. It changes one byte of each frame, the code, and nothing else: as little time as possible passes here.
 */
import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { serve } from './commands.js';
import { CODE_AT, FRAME_SIZE, isRegistration, listen, REGISTERED } from './wire.js';

export interface Mirror {
  /** Gives the port. */
  listen(): Promise<number>;
  /** Resolves once so many are connected. */
  connected(count: number): Promise<void>;
}

const sockets = new Set<Socket>();
const events = new EventEmitter();

serve<Mirror>({
  listen: () =>
    listen((socket) => {
      sockets.add(socket);
      events.emit('connection');
      socket.on('close', () => sockets.delete(socket));
      /** Where in its frame the next chunk begins. */
      let position = 0;
      socket.on('data', (chunk) => {
        if (isRegistration(chunk)) {
          socket.write(REGISTERED);
          return;
        }
        for (let at = (CODE_AT - position + FRAME_SIZE) % FRAME_SIZE; at < chunk.length; at += FRAME_SIZE)
          chunk[at] = RECEIVE_APP_DATA_RESPONSE.code;
        position = (position + chunk.length) % FRAME_SIZE;
        const target = [...sockets].find((other) => other !== socket) ?? socket;
        if (target.write(chunk)) return;
        socket.pause();
        target.once('drain', () => socket.resume());
      });
    }),
  connected: async (count) => {
    while (sockets.size < count) await once(events, 'connection');
  },
});
