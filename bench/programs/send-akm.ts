/**
 * Sends application data with this package's client: each message through `send`, registered, and encoded anew. No more is handed over than
 * the client's queue holds, as in any program that minds its errors.
 */
import { serve } from './commands.js';
import { openAppClient } from './app-client.js';
import { ATR_ID, OTHER_APP_VALUE, OWN_APP_VALUE, TEXTS, type Load } from './wire.js';

export interface SendAkm {
  start(to: { port: number; load: Load }): Promise<void>;
  /** Messages that failed. */
  failures(): number;
}

/** Messages handed to the client that it has not finished with. */
const WINDOW = 500;

let failures = 0;

serve<SendAkm>({
  start: async ({ port, load }) => {
    const client = await openAppClient(port);
    await client.acquire(ATR_ID, OWN_APP_VALUE).register();
    const message = { atrId: ATR_ID, appValue: OTHER_APP_VALUE, data: TEXTS[load] };
    let outstanding = 0;
    let sending = false;
    const done = (error?: Error): void => {
      if (error) failures += 1;
      outstanding -= 1;
      if (outstanding <= WINDOW / 2 && !sending) send();
    };
    const send = (): void => {
      sending = true;
      while (outstanding < WINDOW) {
        outstanding += 1;
        client.send(message, done);
      }
      sending = false;
    };
    send();
  },
  failures: () => failures,
});
