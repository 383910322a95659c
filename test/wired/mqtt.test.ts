import assert from 'node:assert/strict';
import { AkmPartner } from '../support/akm-partner';
import { MqttClient } from '../support/mqtt-client';
import {
  type FlowNode,
  freePorts,
  idOf,
  importExample,
  Mosquitto,
  nodeRedVersions,
  useNodeRed,
} from '../support/real-node-red';
import { EXAMPLE, exampleAt, MACHINE } from './mqtt/scene';

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** What must arrive as it was sent, byte for byte. */
const PAYLOADS: readonly [string, Buffer][] = [
  ['text', Buffer.from('Druck 4,2 bar – 圧力')],
  ['a JSON object', Buffer.from('{ "bar": 4.20, "serial": 12345678901234567890 }')],
  ['JSON that is no object', Buffer.from('"42"')],
  ['every byte value', EVERY_BYTE],
  ['as much as goes into one message', Buffer.alloc(4046, EVERY_BYTE)],
  ['nothing', Buffer.alloc(0)],
];

for (const version of nodeRedVersions) {
  describe(`the MQTT example in ${version.title}`, () => {
    const suite = useNodeRed(version);
    let broker: Mosquitto;
    let client: MqttClient;
    let partner: AkmPartner;
    let flow: FlowNode[];

    before(async () => {
      broker = await Mosquitto.start();
      const ports = await freePorts();
      flow = exampleAt(ports, broker.port);
      client = await MqttClient.connect(broker.port, `${MACHINE}/#`);
      await suite.nodeRed.deploy(flow);
      await client.json<{ state: string }>(
        `${MACHINE}/status/app/1/100`,
        ({ state }) => state === 'registered',
      );
      partner = await AkmPartner.connect(ports.appPort);
    });

    after(async () => {
      await partner.close();
      await client.close();
      await broker.stop();
    });

    const shown = (name: string, from: number) => suite.nodeRed.comms.shown(idOf(flow, name, 'debug'), from);
    const press = async (name: string): Promise<number> => {
      const from = suite.nodeRed.comms.now;
      await suite.nodeRed.inject(idOf(flow, name, 'inject'));
      return from;
    };

    it('is in the import menu', async () => {
      const imported = await importExample(suite.nodeRed, EXAMPLE.replace(/\.json$/, ''));
      assert.equal(imported.length, flow.length);
    });

    it('does what its buttons say', async () => {
      let from = await press('pump-7 measures');
      const seen = { topic: `${MACHINE}/received/1/200`, payload: { bar: 4.2, rpm: 1480 } };
      const isSeen = ({ topic }: { topic?: unknown }) => topic === seen.topic;
      const { topic, payload } = await suite.nodeRed.comms.message(
        idOf(flow, 'seen at the broker', 'debug'),
        from,
        isSeen,
      );
      assert.deepEqual({ topic, payload }, seen);
      from = client.messages.now;
      await press('pump-7 sends bytes');
      const bytes = await client.message(seen.topic, () => true, from);
      assert.deepEqual([...bytes.payload], [0, 127, 128, 255]);
      from = await press('a client sets the speed');
      assert.equal(await shown('pump-7 received', from), '{"rpm":1500}');
    });

    for (const [what, payload] of PAYLOADS) {
      it(`takes ${what} from AKM to MQTT as it is, with QoS 1`, async () => {
        const from = client.messages.now;
        await partner.send(100, payload);
        const message = await client.message(`${MACHINE}/received/1/300`, () => true, from);
        assert.deepEqual(message.payload, payload);
        assert.deepEqual([message.qos, message.retain], [1, false]);
      });

      it(`takes ${what} from MQTT to AKM as it is`, async () => {
        const from = partner.received.now;
        await client.publish(`${MACHINE}/send/1/300`, payload);
        assert.deepEqual((await partner.got(undefined, from)).data, payload);
      });
    }

    it('keeps the order, both ways', async () => {
      const texts = Array.from({ length: 500 }, (_, n) => `no. ${n}`);
      const from = { client: client.messages.now, partner: partner.received.now };
      await Promise.all(texts.map((text) => partner.send(100, text)));
      await client.message(
        `${MACHINE}/received/1/300`,
        ({ payload }) => payload.toString() === 'no. 499',
        from.client,
      );
      const received = client.messages.items
        .slice(from.client)
        .filter(({ topic }) => topic.includes('/received/'));
      assert.deepEqual(
        received.map(({ payload }) => payload.toString()),
        texts,
      );

      await Promise.all(texts.map((text) => client.publish(`${MACHINE}/send/1/300`, text)));
      await partner.gotText('no. 499', from.partner);
      assert.deepEqual(partner.texts(from.partner), texts);
    });

    it('tells at a topic of its own what cannot be sent', async () => {
      interface Told {
        code: string | null;
        message: string;
        node: string;
        topic: string;
        bytes: number;
      }
      const wrong: [place: string, payload: Buffer | string, code: string | null, message: RegExp][] = [
        ['1/300', Buffer.alloc(4047), 'AKM_PAYLOAD_TOO_LARGE', /4047.*4046/],
        ['1/nobody', 'x', 'AKM_INVALID_INPUT', /nobody/],
        ['1/65536', 'x', 'AKM_INVALID_INPUT', /65536.*65535/],
        ['/300', 'x', 'AKM_INVALID_INPUT', /ATR ID/],
        ['9/300', 'x', 'AKM_NOT_REGISTERED', /ATR 9/],
        ['1', 'x', null, /<ATR ID>/],
        ['1/300/more', 'x', null, /<App Value>/],
      ];
      for (const [place, payload, code, message] of wrong) {
        const from = { client: client.messages.now, shown: suite.nodeRed.comms.now };
        await client.publish(`${MACHINE}/send/${place}`, payload);
        const told = await client.json<Told>(`${MACHINE}/errors`, undefined, from.client);
        assert.match(told.message, message);
        const node = code === null ? 'address' : 'send, or keep until connected';
        assert.deepEqual(
          [told.code, told.topic, told.bytes, told.node],
          [code, `${MACHINE}/send/${place}`, payload.length, node],
        );
        assert.deepEqual(await shown('error', from.shown), told);
      }
    });

    it('takes a name in the topic for its number', async () => {
      const from = suite.nodeRed.comms.now;
      await client.publish(`${MACHINE}/send/1/pump-7`, 'by name');
      assert.equal(await shown('pump-7 received', from), 'by name');
    });

    it('gives its status to whoever subscribes later, at once', async () => {
      const late = await MqttClient.connect(broker.port, `${MACHINE}/status/#`);
      const state = async (place: string) => {
        const { retain, payload } = await late.message(`${MACHINE}/status${place}`);
        assert.ok(retain, place);
        return JSON.parse(payload.toString()) as { state: string; name?: string; since?: number };
      };
      assert.deepEqual(await state(''), { state: 'online' });
      for (const service of ['/amm', '/app']) {
        const { state: word, since } = await state(service);
        assert.equal(word, 'connected');
        assert.ok(typeof since === 'number' && since > 1e12);
      }
      assert.deepEqual(await state('/app/1/100'), { state: 'registered', name: 'machine-1' });
      const lists = async (what: string) =>
        JSON.parse((await late.message(`${MACHINE}/status/amm/${what}`)).payload.toString()) as unknown[];
      assert.deepEqual([(await lists('endpoints')).length, (await lists('atrs')).length], [4, 5]);
      await late.close();
    });
  });
}
