/**
 * Where all receivers receive from: lets everybody register, and pushes ready-made frames of application data, one or several a write,
 * as fast as each receiver takes them.
 */
import type { Socket } from 'node:net';
import { serve } from './commands.js';
import { pump } from './pump.js';
import { isRegistration, listen, pushedFrame, REGISTERED, type Load } from './wire.js';

export interface Source {
  /** Gives the port. */
  listen(): Promise<number>;
  /** Pushes to everybody who is connected, and whoever connects later. */
  start(what: { load: Load; framesAWrite: number }): void;
  stop(): void;
}

const sockets = new Set<Socket>();
let bytes = Buffer.alloc(0);
/** Counts starts and stops, so that what was started before ends. */
let epoch = 0;
let pushing = false;

function push(socket: Socket): void {
  const current = epoch;
  pump(socket, bytes, () => epoch === current);
}

serve<Source>({
  listen: () =>
    listen((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('data', (chunk) => {
        if (isRegistration(chunk)) socket.write(REGISTERED);
      });
      if (pushing) push(socket);
    }),
  start: ({ load, framesAWrite }) => {
    epoch += 1;
    pushing = true;
    bytes = Buffer.concat(Array.from({ length: framesAWrite }, () => pushedFrame(load)));
    for (const socket of sockets) push(socket);
  },
  stop: () => {
    epoch += 1;
    pushing = false;
  },
});
