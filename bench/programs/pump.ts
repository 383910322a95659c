import type { Socket } from 'node:net';

/** As many writes are made before other events have their turn. */
const TURN = 256;

/**
 * Writes the same ready-made bytes over and over while `wanted` says so, as fast as the socket takes them: it stops where `write` says
 * that the socket is full, and goes on when it has drained.
 */
export function pump(socket: Socket, bytes: Buffer, wanted: () => boolean): void {
  const turn = (): void => {
    for (let n = 0; n < TURN; n += 1) {
      if (!wanted() || socket.destroyed) return;
      if (!socket.write(bytes)) {
        socket.once('drain', turn);
        return;
      }
    }
    setImmediate(turn);
  };
  turn();
}
