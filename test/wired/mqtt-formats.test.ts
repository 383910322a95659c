import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AkmPartner } from '../support/akm-partner';
import { MqttClient } from '../support/mqtt-client';
import {
  akmNode,
  catchNode,
  connectionNode,
  debugNode,
  type FlowNode,
  freePorts,
  Mosquitto,
  nodeRedVersions,
  onTab,
  type Ports,
  useNodeRed,
  repository,
  simulatorNode,
} from '../support/real-node-red';

/** What is sent through, and what it is called in the guide. */
const SAMPLES = {
  json: Buffer.from('{ "bar": 4.20, "serial": 12345678901234567890 }'),
  number: Buffer.from('4.20'),
  text: Buffer.from('Druck 4,2 – 圧力'),
  binary: Buffer.from([0, 127, 128, 255]),
  empty: Buffer.alloc(0),
};
type Sample = keyof typeof SAMPLES;
const samples = Object.keys(SAMPLES) as Sample[];

/** What comes out at the other end: `same` bytes, others that read as the same JSON, others, or nothing but an error. */
type Outcome = 'same' | 'rewritten' | 'altered' | 'error';
type Row = Readonly<Record<Sample, Outcome>>;
const REWRITTEN = '{"bar":4.2,"serial":12345678901234567000}';

/** By the setting "Output" of mqtt in. */
const MQTT_IN: Readonly<Record<string, Row>> = {
  buffer: { json: 'same', number: 'same', text: 'same', binary: 'same', empty: 'same' },
  'auto-detect': { json: 'rewritten', number: 'rewritten', text: 'same', binary: 'same', empty: 'same' },
  json: { json: 'rewritten', number: 'rewritten', text: 'error', binary: 'error', empty: 'error' },
  utf8: { json: 'same', number: 'same', text: 'same', binary: 'altered', empty: 'same' },
  base64: { json: 'altered', number: 'altered', text: 'altered', binary: 'altered', empty: 'same' },
};

/** By the setting "Format" of akm-receive. */
const AKM_RECEIVE: Readonly<Record<string, Row>> = {
  buffer: { json: 'same', number: 'same', text: 'same', binary: 'same', empty: 'same' },
  auto: { json: 'same', number: 'same', text: 'same', binary: 'same', empty: 'same' },
  string: { json: 'same', number: 'same', text: 'same', binary: 'altered', empty: 'same' },
  json: { json: 'rewritten', number: 'rewritten', text: 'error', binary: 'error', empty: 'error' },
};

/** What the settings are called in the editor, and so in the guide. */
const LABELS: Readonly<Record<string, Row | undefined>> = {
  'a Buffer': MQTT_IN['buffer'],
  'auto-detect (its default)': MQTT_IN['auto-detect'],
  'a parsed JSON object': MQTT_IN['json'],
  'a String': MQTT_IN['utf8'],
  'a Base64 encoded string': MQTT_IN['base64'],
  Buffer: AKM_RECEIVE['buffer'],
  'string, or Buffer if it is not UTF-8': AKM_RECEIVE['auto'],
  string: AKM_RECEIVE['string'],
  'object parsed from JSON': AKM_RECEIVE['json'],
};

function outcomeOf(sample: Sample, bytes: Buffer): Outcome {
  if (bytes.equals(SAMPLES[sample])) return 'same';
  const rewritten: Partial<Record<Sample, string>> = { json: REWRITTEN, number: '4.2' };
  return bytes.toString() === rewritten[sample] ? 'rewritten' : 'altered';
}

/** An application that receives, and one that sends, for each setting; each in an ATR of its own. */
function flowFor(ports: Ports, brokerPort: number): FlowNode[] {
  const broker = { broker: 'broker' };
  const connection = { connection: 'connection' };
  const number = (value: number) => ({ atrId: String(value), atrIdType: 'num' });
  const inputs = Object.keys(MQTT_IN).flatMap((datatype) => [
    {
      id: `in ${datatype}`,
      type: 'mqtt in',
      topic: `in/${datatype}`,
      qos: '1',
      datatype,
      inputs: 0,
      ...broker,
      wires: [['send']],
    },
  ]);
  const outputs = Object.keys(AKM_RECEIVE).flatMap((format) => [
    akmNode(
      `receive ${format}`,
      'akm-receive',
      { ...connection, atrId: '', appValue: '', format },
      `out ${format}`,
    ),
    {
      id: `out ${format}`,
      type: 'mqtt out',
      topic: `out/${format}`,
      qos: '1',
      retain: '',
      ...broker,
      wires: [],
    },
  ]);
  const nodes = onTab(
    simulatorNode(ports),
    connectionNode('connection', ports),
    akmNode(
      'register',
      'akm-register',
      { ...connection, ...number(1), appValue: '100', appValueType: 'num', auto: true },
      'registered',
    ),
    debugNode('registered'),
    akmNode('send', 'akm-send', {
      ...connection,
      ...number(1),
      appValue: '300',
      appValueType: 'num',
      offline: 'queue',
    }),
    ...inputs,
    ...outputs,
    catchNode('catch', 'error'),
    debugNode('error'),
  );
  return [
    ...nodes,
    {
      id: 'broker',
      type: 'mqtt-broker',
      broker: '127.0.0.1',
      port: String(brokerPort),
      clientid: '',
      cleansession: true,
      protocolVersion: '4',
      keepalive: '60',
    },
  ];
}

describe('the guide to MQTT', () => {
  it('says what each setting makes of payloads', () => {
    const rows = readFileSync(join(repository, 'docs', 'mqtt.md'), 'utf8')
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()));
    for (const [label, row] of Object.entries(LABELS)) {
      const [, , ...cells] = rows.find((each) => each[1] === label) ?? [];
      assert.deepEqual(
        cells.slice(0, -1),
        samples.map((sample) => row?.[sample]),
        label,
      );
    }
  });
});

for (const version of nodeRedVersions) {
  describe(`payloads between AKM and MQTT in ${version.title}`, () => {
    const suite = useNodeRed(version);
    let broker: Mosquitto;
    let client: MqttClient;
    let partner: AkmPartner;

    before(async () => {
      broker = await Mosquitto.start();
      const ports = await freePorts();
      client = await MqttClient.connect(broker.port, 'out/#');
      const from = suite.nodeRed.comms.now;
      await suite.nodeRed.deploy(flowFor(ports, broker.port));
      await suite.nodeRed.comms.shown('registered', from);
      for (const datatype of Object.keys(MQTT_IN))
        await suite.nodeRed.comms.status(`in ${datatype}`, 'connected', ({ fill }) => fill === 'green', from);
      partner = await AkmPartner.connect(ports.appPort);
    });

    after(async () => {
      await partner.close();
      await client.close();
      await broker.stop();
    });

    const failed = async (source: string, from: number): Promise<Outcome> => {
      interface Failed {
        error?: { source?: { id?: string } };
      }
      await suite.nodeRed.comms.message('error', from, (msg) => (msg as Failed).error?.source?.id === source);
      return 'error';
    };

    for (const [datatype, expected] of Object.entries(MQTT_IN)) {
      it(`come to AKM as the guide says, with "${datatype}" at mqtt in`, async () => {
        for (const sample of samples) {
          const from = { partner: partner.received.now, comms: suite.nodeRed.comms.now };
          await client.publish(`in/${datatype}`, SAMPLES[sample]);
          const outcome =
            expected[sample] === 'error'
              ? failed(`in ${datatype}`, from.comms)
              : partner.got(undefined, from.partner).then(({ data }) => outcomeOf(sample, data));
          assert.equal(await outcome, expected[sample], sample);
        }
      });
    }

    it('come to MQTT as the guide says, by the format of akm-receive', async () => {
      for (const sample of samples) {
        const from = { client: client.messages.now, comms: suite.nodeRed.comms.now };
        await partner.send(100, SAMPLES[sample]);
        for (const [format, expected] of Object.entries(AKM_RECEIVE)) {
          const outcome =
            expected[sample] === 'error'
              ? failed(`receive ${format}`, from.comms)
              : client
                  .message(`out/${format}`, undefined, from.client)
                  .then(({ payload }) => outcomeOf(sample, payload));
          assert.equal(await outcome, expected[sample], `${format}, ${sample}`);
        }
      }
    });
  });
}
