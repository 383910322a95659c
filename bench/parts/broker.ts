/**
 * What the jobs of the guide "More than one machine" cost: its gateway in a real Node-RED, with a real Mosquitto, and an AppEndpoint that
 * answers each job at once. How many jobs one second of the broker's processor time is enough for, beside one second of the gateway's: the
 * ratio says how many gateways one broker can feed. Gateway, broker and whoever gives the jobs share this machine, so jobs by the clock on
 * the wall would say more about the number of its processors.
 *
 * QoS 1. Mosquitto keeps everything in memory here: what its disk costs depends on the disk.
 */
import { gatewayFlow, startGateway } from '../../test/support/gateway.js';
import { MqttClient } from '../../test/support/mqtt-client.js';
import { Mosquitto, nodeRedVersions } from '../../test/support/real-node-red/index.js';
import type { Jobs } from '../programs/jobs.js';
import type { Mirror } from '../programs/mirror.js';
import type { Measure } from '../support/context.js';
import { compare } from '../support/figure.js';
import type { Window } from '../support/options.js';
import { Program } from '../support/program.js';
import { measureRounds } from '../support/rounds.js';

/** Nothing on the disk while it is measured, no message dropped, and no line of log for each message. */
const SETTINGS = [
  'log_type none',
  'log_type information',
  'autosave_on_changes false',
  'autosave_interval 3600',
  'max_queued_messages 0',
];

/** Processor time comes in hundredths of a second, and the broker takes little of it. */
const LONGER = 3;

export const measureBroker: Measure = async ({ build: { programs }, options, progress }) => {
  const [version] = nodeRedVersions;
  if (!version) throw new Error('there is no Node-RED');
  if (!Mosquitto.isThere || process.platform !== 'linux') {
    console.log(
      'Nothing is measured with a broker: Mosquitto and Linux are needed. MOSQUITTO=/path/to/mosquitto says where it is.',
    );
    return [];
  }
  const window: Window = {
    ...options.window,
    duration: LONGER * options.window.duration,
    clock: 'processor',
  };
  const broker = await Mosquitto.start(...SETTINGS);
  const appEndpoint = Program.start<Mirror>(programs, 'mirror');
  const jobs = Program.start<Jobs>(programs, 'jobs');
  try {
    const appPort = await appEndpoint.ask('listen');
    const settings = { name: 'gateway-1', brokerPort: broker.port, ammPort: 1, appPort };
    const gateway = await startGateway(version, settings, gatewayFlow());
    try {
      const control = await MqttClient.connect(broker.port, 'gateways/+');
      await control.message('gateways/gateway-1', ({ payload }) => payload.toString() === 'ready');
      await control.close();
      await jobs.ask('connect', broker.port);
      const name = "jobs a second of the broker's processor";
      const reference = "jobs a second of a gateway's processor";
      const contenders = [
        { name, measure: () => jobs.ask('rate', { window, pid: broker.pid }) },
        { name: reference, measure: () => jobs.ask('rate', { window, pid: gateway.process.pid }) },
      ];
      const rounds = await measureRounds(contenders, options.runs, progress);
      return [compare(rounds, { part: 'broker', name, reference, unit: 'jobs/s' })];
    } finally {
      await gateway.stop();
    }
  } finally {
    await Promise.all([jobs.stop(), appEndpoint.stop(), broker.stop()]);
  }
};
