/** Receives application data with this package's clients, each message checked, decoded, dispatched and read as text. */
import type { AppClient } from '../../src/client/app/app-client.js';
import type { Window } from '../support/options.js';
import { openAppClient } from './app-client.js';
import { serve } from './commands.js';
import { Meter } from './meter.js';
import { ATR_ID, OTHER_APP_VALUE, TEXTS, type Load } from './wire.js';

export interface ReceiveAkm {
  /**
   * @param connections clients, each with a connection of its own
   * @param others subscriptions of each that wait for something else
   */
  start(from: { port: number; load: Load; connections?: number; others?: number }): Promise<void>;
  /** Frames a second. */
  rate(window: Window): Promise<number>;
}

const meter = new Meter();

function subscribe(client: AppClient, text: string, others: number): void {
  client.subscribe({ atrId: ATR_ID, appValue: OTHER_APP_VALUE }, ({ data }) => {
    if (data.toString() === text) meter.count += 1;
  });
  for (let n = 1; n <= others; n += 1)
    client.subscribe({ atrId: ATR_ID, appValue: OTHER_APP_VALUE + n }, () => undefined);
}

serve<ReceiveAkm>({
  start: async ({ port, load, connections = 1, others = 0 }) => {
    for (let n = 0; n < connections; n += 1) subscribe(await openAppClient(port), TEXTS[load], others);
  },
  rate: (window) => meter.rate(window),
});
