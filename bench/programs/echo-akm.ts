/** Sends one message of application data at a time with this package's client, and waits until it has come back and was read as text. */
import type { AppClient } from '../../src/index.js';
import { openAppClient } from './app-client.js';
import { serve } from './commands.js';
import { ATR_ID, OTHER_APP_VALUE, OWN_APP_VALUE, TEXTS } from './wire.js';

export interface EchoAkm {
  connect(port: number): Promise<void>;
  /** Sends so many one after another, and gives the time that each took to come back, in milliseconds. */
  times(count: number): Promise<number[]>;
}

let client: AppClient | undefined;
const message = { atrId: ATR_ID, appValue: OTHER_APP_VALUE, data: TEXTS.short };

serve<EchoAkm>({
  connect: async (port) => {
    client = await openAppClient(port);
    await client.acquire(ATR_ID, OWN_APP_VALUE).register();
  },
  times: (count) =>
    new Promise((resolve, reject) => {
      const times: number[] = [];
      let sentAt = 0;
      const send = (): void => {
        sentAt = performance.now();
        client?.send(message, (error) => {
          if (error) reject(error);
        });
      };
      const end = client?.subscribe({}, ({ data }) => {
        if (data.toString() !== message.data) return;
        times.push(performance.now() - sentAt);
        if (times.length < count) setImmediate(send);
        else {
          end?.();
          resolve(times);
        }
      });
      send();
    }),
});
