/**
 * Both ends of a flow between a broker and an AppEndpoint: an MQTT client on the one side, the least AppEndpoint there can be on the other.
 *
 * One process, so that it knows how many messages are on their way, and gives no more than the flow and the broker can have on their hands:
 * what is measured must not be how fast queues grow.
 */
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connectMqtt, type MqttConnection } from '../../test/support/mqtt-package.js';
import type { Window } from '../support/options.js';
import { serve } from './commands.js';
import { Meter } from './meter.js';
import {
  ATR_ID,
  FRAME_SIZE,
  isRegistration,
  listen,
  OTHER_APP_VALUE,
  pushedFrame,
  REGISTERED,
  TEXTS,
} from './wire.js';

/** Which way messages go: from the broker to the AppEndpoint, from there to the broker, or as jobs of which the results come back. */
export type Way = 'out' | 'in' | 'jobs';

/** By way, the topic that is published, or subscribed. */
export const TOPICS = { out: 'bench/out', in: 'bench/in' } as const;

export interface BrokerEnds {
  /** Connects to the broker, and gives the AppEndpoint's port. */
  start(brokerPort: number): Promise<number>;
  /**
   * Messages a second that reach the other end.
   *
   * @param what.pid the process whose time counts, where that is the processor's
   */
  rate(what: { way: Way; window: Window; pid: number }): Promise<number>;
}

/** Messages on their way at a time. */
const ON_THE_WAY = 200;
/** How often it is looked whether all have arrived, in milliseconds. */
const LOOK = 10;

const JOB = JSON.stringify({ atrId: ATR_ID, appValue: OTHER_APP_VALUE, payload: TEXTS.short });
const FRAME = pushedFrame('short');

const meter = new Meter();
let way: Way | undefined;
let onTheWay = 0;
let jobs = 0;
let client: MqttConnection | undefined;
let socket: Socket | undefined;

function give(): void {
  if (way === 'in') {
    socket?.write(FRAME);
  } else if (way === 'out') {
    client?.publish(TOPICS.out, TEXTS.short, { qos: 1 });
  } else {
    jobs += 1;
    client?.publish(`jobs/bench-${jobs}`, JOB, { qos: 1, retain: true });
    client?.publish(`work/bench-${jobs}`, JOB, { qos: 1 });
  }
}

function fill(): void {
  while (way !== undefined && onTheWay < ON_THE_WAY) {
    onTheWay += 1;
    give();
  }
}

function arrived(count: number): void {
  meter.count += count;
  onTheWay -= count;
  if (onTheWay <= ON_THE_WAY / 2) fill();
}

serve<BrokerEnds>({
  start: async (brokerPort) => {
    client = await connectMqtt(brokerPort);
    client.on('message', () => arrived(1));
    for (const filter of [TOPICS.in, 'results/+']) await client.subscribeAsync(filter, { qos: 1 });
    return listen((connected) => {
      // whoever only sends has its own connection, and is sent nothing
      socket = connected;
      connected.on('data', (chunk) => {
        if (isRegistration(chunk)) connected.write(REGISTERED);
        else arrived(chunk.length / FRAME_SIZE);
      });
    });
  },
  rate: async ({ way: wanted, window, pid }) => {
    way = wanted;
    fill();
    const rate = await meter.rate(window, pid);
    way = undefined;
    while (onTheWay > 0.5) await delay(LOOK); // halves of frames are counted too
    onTheWay = 0;
    return rate;
  },
});
