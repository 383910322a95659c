import { once } from 'node:events';
import { AppClient } from '../../src/index.js';

/** A client that is connected, and keeps still unless it is asked: the other programs have no heartbeat either. */
export async function openAppClient(port: number): Promise<AppClient> {
  const client = new AppClient({ port, heartbeat: 0 });
  client.open();
  await once(client, 'state'); // connecting, since `open` tells of that at once
  if (client.state !== 'connected') await once(client, 'state');
  if (client.state !== 'connected') throw new Error(`the client is ${client.state}`);
  return client;
}
