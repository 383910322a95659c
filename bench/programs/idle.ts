/** Opens connections that nothing happens on, and tells how much memory each takes. Needs `--expose-gc`. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { AmmClient, AppClient } from '../../src/index.js';
import { serve } from './commands.js';
import { usedMemory } from './used-memory.js';

type Kind = 'amm' | 'app' | 'net';

export interface IdleConnections {
  /** Bytes a connection. */
  bytesEach(what: { kind: Kind; port: number; connections: number }): Promise<number>;
}

/** What was opened, so that it stays. */
const kept: object[] = [];

const OPEN: Readonly<Record<Kind, (port: number) => Promise<object>>> = {
  amm: (port) => opened(new AmmClient({ port })),
  app: (port) => opened(new AppClient({ port })),
  net: async (port) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, keepAlive: true });
    socket.on('data', () => undefined);
    await once(socket, 'connect');
    return socket;
  },
};

async function opened(client: AmmClient | AppClient): Promise<object> {
  client.open();
  while (client.state !== 'connected') await once(client, 'state');
  return client;
}

serve<IdleConnections>({
  bytesEach: async ({ kind, port, connections }) => {
    kept.push(await OPEN[kind](port)); // what is made once for all is there already
    const before = await usedMemory();
    for (let n = 0; n < connections; n += 1) kept.push(await OPEN[kind](port));
    const after = await usedMemory();
    return (after.held - before.held) / connections;
  },
});
