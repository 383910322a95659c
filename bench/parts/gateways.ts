/**
 * What a broker adds: gateways that share one, as the guide "More than one machine" describes them, in a real Node-RED with a real Mosquitto.
 *
 * - MQTT in -> akm-send -> a process that counts the frames, beside the node that emits messages -> akm-send -> the same.
 * - A process that pushes frames -> akm-receive -> MQTT out -> an MQTT client that counts, beside akm-receive -> the counting node.
 * - The example "Gateway" itself, with an AppEndpoint that answers each job at once: jobs whose results have come back, by 1, 2 and 3
 *   gateways. All of them, the broker and whoever gives the jobs share this machine's processors, so on few of them more gateways cannot
 *   do more. Therefore it is also told how many jobs a second of the broker's processor time is enough for, beside the gateway's: the
 *   ratio says how many gateways one broker can feed.
 *
 * QoS 1 everywhere. Mosquitto keeps everything in memory here: what its disk costs depends on the disk.
 */
import { Mosquitto, nodeRedVersions } from '../../test/support/real-node-red/index.js';
import { HOPS, measureHops } from '../support/broker-hops.js';
import type { Measure } from '../support/context.js';
import { compare, type Comparison } from '../support/figure.js';
import { JOBS, jobsBy, GATEWAYS, measureJobs } from '../support/gateway-jobs.js';
import type { Rounds } from '../support/rounds.js';

/** Nothing on the disk while it is measured, no message dropped, and no line of log for each message. */
const SETTINGS = [
  'log_type none',
  'log_type information',
  'autosave_on_changes false',
  'autosave_interval 3600',
  'max_queued_messages 0',
];

/** What is measured against what. */
const COMPARISONS: readonly Omit<Comparison, 'part'>[] = [
  { name: HOPS.out, reference: HOPS.send, unit: 'msg/s' },
  { name: HOPS.in, reference: HOPS.receive, unit: 'msg/s' },
  { name: jobsBy(1), reference: HOPS.out, unit: 'jobs/s' },
  ...GATEWAYS.slice(1).map((number) => ({ name: jobsBy(number), reference: jobsBy(1), unit: 'jobs/s' })),
  { name: JOBS.ofBroker, reference: JOBS.ofGateway, unit: 'jobs/s' },
];

export const measureGateways: Measure = async (context) => {
  const [version] = nodeRedVersions;
  if (!version) throw new Error('there is no Node-RED');
  if (!Mosquitto.isThere) {
    console.log(
      'There is no Mosquitto here: nothing is measured with a broker. MOSQUITTO=/path/to/mosquitto says where.',
    );
    return [];
  }
  const broker = await Mosquitto.start(...SETTINGS);
  try {
    const hops = await measureHops(version, broker, context);
    const jobs = await measureJobs(version, broker, context);
    const rounds: Rounds = new Map([...hops, ...jobs]);
    return COMPARISONS.filter(({ name }) => rounds.has(name)).map((comparison) =>
      compare(rounds, { part: 'broker', ...comparison }),
    );
  } finally {
    await broker.stop();
  }
};
