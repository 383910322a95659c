import { AkmError } from '../../../src/errors.js';
import { orAborted } from './abortable.js';
import type { ServiceClient } from '../../../src/client/service-client.js';

/** Whole and tenths of milliseconds: more is noise. */
export function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

/**
 * Connects a client once, lets `work` use it, and closes it, however that ends.
 *
 * @param work is given the time from the attempt to the connection, in milliseconds
 * @param signal ends the attempt at once; its reason is an Error. `work` is to heed it too
 * @throws AkmError (as a rejection) why there is no connection, the signal's reason, or what `work` throws
 */
export async function withTemporaryClient<T>(
  client: ServiceClient,
  signal: AbortSignal,
  work: (connectMs: number) => Promise<T>,
): Promise<T> {
  try {
    return await work(await connectOnce(client, signal));
  } finally {
    await client.close();
  }
}

async function connectOnce(client: ServiceClient, signal: AbortSignal): Promise<number> {
  const begun = performance.now();
  const connected = new Promise<number>((resolve, reject) => {
    client.on('state', (state, error) => {
      if (state === 'connected') resolve(performance.now() - begun);
      if (state === 'disconnected') reject(notConnected(client, error));
    });
  });
  client.open();
  return tenths(await orAborted(connected, signal));
}

function notConnected({ peer }: ServiceClient, error: AkmError | undefined): AkmError {
  const why = error ? `: ${error.message}` : '';
  return new AkmError(error?.code ?? 'AKM_NOT_CONNECTED', `No connection to ${peer}${why}`, { cause: error });
}
