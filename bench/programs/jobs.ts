/** Gives a gateway of the guide "More than one machine" jobs by MQTT, and counts the results that come back. */
import { setTimeout as delay } from 'node:timers/promises';
import { connectMqtt, type MqttConnection } from '../../test/support/mqtt-package.js';
import type { Window } from '../support/options.js';
import { serve } from './commands.js';
import { Meter } from './meter.js';
import { ATR_ID, OTHER_APP_VALUE, TEXTS } from './wire.js';

export interface Jobs {
  connect(brokerPort: number): Promise<void>;
  /**
   * Jobs a second whose results come back.
   *
   * @param what.pid the process whose time counts
   */
  rate(what: { window: Window; pid: number }): Promise<number>;
}

/** Jobs on their way at a time: no more than the gateway and the broker can have on their hands. */
const ON_THE_WAY = 200;
/** How often it is looked whether all have come back, in milliseconds. */
const LOOK = 10;

const JOB = JSON.stringify({ atrId: ATR_ID, appValue: OTHER_APP_VALUE, payload: TEXTS.short });

const meter = new Meter();
let client: MqttConnection | undefined;
let giving = false;
let onTheWay = 0;
let jobs = 0;

function fill(): void {
  while (giving && onTheWay < ON_THE_WAY) {
    onTheWay += 1;
    jobs += 1;
    client?.publish(`jobs/bench-${jobs}`, JOB, { qos: 1, retain: true });
    client?.publish(`work/bench-${jobs}`, JOB, { qos: 1 });
  }
}

serve<Jobs>({
  connect: async (brokerPort) => {
    client = await connectMqtt(brokerPort);
    client.on('message', () => {
      meter.count += 1;
      onTheWay -= 1;
      if (onTheWay <= ON_THE_WAY / 2) fill();
    });
    await client.subscribeAsync('results/+', { qos: 1 });
  },
  rate: async ({ window, pid }) => {
    giving = true;
    fill();
    const rate = await meter.rate(window, pid);
    giving = false;
    while (onTheWay > 0) await delay(LOOK);
    return rate;
  },
});
