/** Receives application data with this package's client, each message checked, decoded, dispatched and read as text. */
import type { Window } from '../support/options.js';
import { openAppClient } from './app-client.js';
import { serve } from './commands.js';
import { Meter } from './meter.js';
import { ATR_ID, OTHER_APP_VALUE, TEXTS, type Load } from './wire.js';

export interface ReceiveAkm {
  /** @param from.others subscriptions that wait for something else */
  start(from: { port: number; load: Load; others?: number }): Promise<void>;
  /** Frames a second. */
  rate(window: Window): Promise<number>;
}

const meter = new Meter();

serve<ReceiveAkm>({
  start: async ({ port, load, others = 0 }) => {
    const client = await openAppClient(port);
    client.subscribe({ atrId: ATR_ID, appValue: OTHER_APP_VALUE }, ({ data }) => {
      if (data.toString() === TEXTS[load]) meter.count += 1;
    });
    for (let n = 1; n <= others; n += 1)
      client.subscribe({ atrId: ATR_ID, appValue: OTHER_APP_VALUE + n }, () => undefined);
  },
  rate: (window) => meter.rate(window),
});
