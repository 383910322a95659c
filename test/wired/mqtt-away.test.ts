import assert from 'node:assert/strict';
import { MqttClient } from '../support/mqtt-client';
import { idOf, nodeRedVersions } from '../support/real-node-red';
import { ERRORS, MACHINE, RECEIVED, Scene, SEND } from './mqtt/scene';

/** What is told of an error. */
interface Told {
  code: string;
  message: string;
  topic: string;
  bytes: number;
}

const texts = (count: number) => Array.from({ length: count }, (_, n) => `no. ${n}`);

for (const version of nodeRedVersions) {
  describe(`the MQTT example while a peer is away, in ${version.title}`, function () {
    this.timeout(120_000);
    let scene: Scene;
    /** What came before a test does not count in it. */
    let from: { client: number; partner: number; comms: number };

    before(async () => {
      scene = await Scene.start(version);
    });
    after(() => scene.end());
    beforeEach(() => {
      from = {
        client: scene.client.messages.now,
        partner: scene.partner.received.now,
        comms: scene.nodeRed.comms.now,
      };
    });

    it('tells of the AMM and the AppEndpoint as they go and come, and of the registration', async () => {
      await scene.stopAkm();
      for (const place of ['/amm', '/app']) await scene.told('disconnected', place, from.client);
      await scene.told('lost', '/app/1/100', from.client);
      const back = scene.client.messages.now;
      await scene.startAkm();
      for (const place of ['/amm', '/app']) await scene.told('connected', place, back);
      await scene.told('registered', '/app/1/100', back);
      assert.deepEqual(scene.client.texts(`${MACHINE}/status`, from.client), []);
    });

    it('keeps what comes from AKM while the broker is away, and publishes it afterwards, in order', async () => {
      await scene.endBroker();
      await scene.sendAndKeep(texts(300));
      await scene.broker.restart();
      await scene.published('no. 299', from.client);
      assert.deepEqual(scene.client.texts(RECEIVED, from.client), texts(300));
    });

    it('loses nothing of a stream when the broker ends in the middle of it', async () => {
      const sent = texts(800);
      const sending = (async () => {
        for (const text of sent) await scene.partner.send(100, text);
      })();
      await scene.published('no. 200', from.client);
      await scene.endBroker();
      await sending;
      await scene.broker.restart();
      await scene.published('no. 799', from.client);
      const firstOfEach = [...new Set(scene.client.texts(RECEIVED, from.client))];
      assert.deepEqual(firstOfEach, sent);
    });

    it('says how everything is when the broker comes back', async () => {
      await scene.endBroker();
      await scene.stopAkm();
      await scene.showing('akm-receive', 'receive bytes', /disconnected/, from.comms);
      await scene.broker.restart();
      const late = async (place: string, state: string) => {
        const client = await MqttClient.connect(scene.broker.port, `${MACHINE}/status${place}`);
        await client.json<{ state: string }>(`${MACHINE}/status${place}`, (told) => told.state === state);
        await client.close();
      };
      await late('/app', 'disconnected');
      await late('/amm', 'disconnected');
      await late('/app/1/100', 'lost');
      await late('', 'online');
      const back = scene.client.messages.now;
      await scene.startAkm();
      await scene.told('registered', '/app/1/100', back);
    });

    it('keeps what comes from MQTT while the AppEndpoint is away, and sends it afterwards, in order', async () => {
      await scene.loseApp();
      for (const text of texts(300)) await scene.client.publish(SEND, text);
      await scene.showing('akm-send', 'send, or keep until connected', /\b300\b/, from.comms);
      await scene.toApp.mend();
      await scene.partner.gotText('no. 299', from.partner);
      assert.deepEqual(scene.partner.texts(from.partner), texts(300));
      assert.deepEqual(
        scene.client.texts(ERRORS, from.client).filter((text) => text.includes('/send/')),
        [],
      );
    });

    it('tells of each message that finds no room while the AppEndpoint is away', async () => {
      await scene.loseApp();
      // one by one: Mosquitto keeps no more than 1000 for a subscriber that is slow, and this client sees its own messages
      for (const text of texts(2050)) await scene.client.publish(SEND, text);
      const isFull = ({ code }: Told) => code === 'AKM_QUEUE_FULL';
      await scene.client.publish(SEND, 'one more that finds no room');
      await scene.client.json<Told>(ERRORS, (told) => isFull(told) && told.bytes === 27, from.client);
      await scene.toApp.mend();
      await scene.partner.gotText('no. 1999', from.partner);
      const told = scene.client.texts(ERRORS, from.client).map((text) => JSON.parse(text) as Told);
      assert.equal(told.filter(isFull).length, 51);
      assert.deepEqual(scene.partner.texts(from.partner), texts(2000));
    });
  });

  describe(`the MQTT example with less to keep, in ${version.title}`, function () {
    this.timeout(120_000);
    let scene: Scene;
    afterEach(() => scene.end());

    const KEEP = 'keep until the broker has it';

    it('says what it loses when the broker is away for too long', async () => {
      scene = await Scene.start(version, {
        alter: (flow) =>
          flow.map((node) => {
            const func = String(node['func']).replace('const LIMIT = 10000;', 'const LIMIT = 20;');
            return node['name'] === KEEP ? { ...node, func } : node;
          }),
      });
      await scene.endBroker();
      await scene.sendAndKeep(texts(20));
      const from = scene.nodeRed.comms.now;
      await scene.partner.send(100, 'one too many');
      const told = (await scene.nodeRed.comms.shown(idOf(scene.flow, 'error', 'debug'), from)) as Told;
      assert.match(told.message, /20 messages wait for the broker; this one is lost/);
      assert.equal(told.topic, RECEIVED);
      await scene.broker.restart();
      await scene.published('no. 19');
      await scene.partner.send(100, 'last');
      await scene.published('last');
      assert.deepEqual(scene.client.texts(RECEIVED), [...texts(20), 'last']);
      assert.deepEqual(scene.client.texts(ERRORS), [], 'what mqtt out is given without a broker is lost');
    });

    it('would lose without a word what mqtt out is given while the broker is away, did it not keep it', async () => {
      scene = await Scene.start(version, {
        alter: (flow) => {
          const keep = flow.find((node) => node['name'] === KEEP);
          return flow
            .filter((node) => node !== keep)
            .map((node) => (node['name'] === 'topic' ? { ...node, wires: keep?.['wires'] } : node));
        },
      });
      await scene.endBroker();
      const from = scene.nodeRed.comms.now;
      for (const text of texts(10)) await scene.partner.send(100, text);
      await scene.showing('akm-receive', 'receive bytes', /\b10\b/, from);
      await scene.broker.restart();
      await scene.showing('mqtt out', 'publish data', /\.connected$/, from);
      await scene.partner.send(100, 'last');
      await scene.published('last');
      assert.deepEqual(scene.client.texts(RECEIVED), ['last']);
    });
  });
}
