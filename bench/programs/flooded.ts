/** Connects one client, and measures for how long the event loop is away. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { AmmClient, AppClient } from '../../src/index.js';
import type { Service } from '../../src/protocol/header.js';
import { serve } from './commands.js';

export interface Flooded {
  /** Milliseconds of the longest absence of the event loop, in `duration` milliseconds from the attempt to connect. */
  longestAbsence(what: { service: Service; port: number; duration: number }): Promise<number>;
}

/** Milliseconds between two looks at the event loop. */
const RESOLUTION = 1;

serve<Flooded>({
  longestAbsence: async ({ service, port, duration }) => {
    const Client = service === 'amm' ? AmmClient : AppClient;
    const client = new Client({ port, reconnectMin: 100 });
    const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
    delays.enable();
    client.open();
    await delay(duration);
    await delay(2 * RESOLUTION); // the monitor looks once more after an absence that lasted until now
    delays.disable();
    if (client.counters().bytesIn === 0) throw new Error('nothing has arrived: nothing was measured');
    return delays.max / 1e6 - RESOLUTION;
  },
});
