import assert from 'node:assert/strict';
import { MqttClient } from '../support/mqtt-client';
import { type FlowNode, nodeRedVersions } from '../support/real-node-red';
import { TcpRelay } from '../support/tcp-relay';
import { MACHINE, Scene, type SceneOptions } from './mqtt/scene';

const RECEIVED = `${MACHINE}/received/1/300`;
const SEND = `${MACHINE}/send/1/300`;

/** So many texts, each its own. */
const texts = (count: number, word = 'no.') => Array.from({ length: count }, (_, n) => `${word} ${n}`);
const numbersOf = (values: readonly string[]) => values.map((text) => Number(text.split(' ')[1]));
const firstOfEach = (values: readonly string[]) => [...new Set(values)];

/** The function that keeps what the broker has not acknowledged, with another limit. */
const keepAtMost = (limit: number) => (flow: FlowNode[]) =>
  flow.map((node) =>
    node['name'] === 'keep until the broker has it'
      ? { ...node, func: String(node['func']).replace('const LIMIT = 10000;', `const LIMIT = ${limit};`) }
      : node,
  );

/** The flow without that function. */
const keepNothing = (flow: FlowNode[]) => {
  const keep = flow.find((node) => node['name'] === 'keep until the broker has it');
  return flow
    .filter((node) => node !== keep)
    .map((node) => (node['name'] === 'topic' ? { ...node, wires: keep?.['wires'] } : node));
};

for (const version of nodeRedVersions) {
  describe(`the MQTT example while something is away, in ${version.title}`, function () {
    this.timeout(120_000);
    let scene: Scene;
    const start = async (options?: SceneOptions) => {
      scene = await Scene.start(version, options);
      return scene;
    };
    const nodeRedSees = (state: RegExp, from: number) =>
      scene.showing('mqtt out', 'publish data', state, from);

    afterEach(() => scene.end());

    /** Ends the broker; resolves when Node-RED knows. */
    const endBroker = async () => {
      const from = scene.nodeRed.comms.now;
      await scene.broker.end();
      await nodeRedSees(/disconnected|connecting/, from);
    };
    /** Sends from the application, and waits until the machine keeps as many. */
    const sendAndKeep = async (values: readonly string[], kept = values.length) => {
      const from = scene.nodeRed.comms.now;
      for (const text of values) await scene.partner.send(100, text);
      await scene.showing('function', 'keep until the broker has it', new RegExp(`^${kept} kept$`), from);
    };

    it('keeps what comes from AKM while the broker is away, and publishes it afterwards, in order', async () => {
      await start();
      await endBroker();
      await sendAndKeep(texts(300));
      await scene.broker.restart();
      await scene.client.message(RECEIVED, ({ payload }) => payload.toString() === 'no. 299');
      assert.deepEqual(scene.client.texts(RECEIVED), texts(300));
    });

    it('loses nothing of a stream when the broker ends in the middle of it, and brings little twice', async () => {
      await start();
      const sent = texts(2000);
      const seen = scene.client.message(RECEIVED, ({ payload }) => payload.toString() === 'no. 500');
      const sending = (async () => {
        for (const text of sent) await scene.partner.send(100, text);
      })();
      await seen;
      await endBroker();
      await sending;
      await scene.broker.restart();
      await scene.client.message(RECEIVED, ({ payload }) => payload.toString() === 'no. 1999');
      console.log('twice', scene.client.texts(RECEIVED).length - 2000);
      assert.deepEqual(firstOfEach(scene.client.texts(RECEIVED)), sent);
    });

    it('says what it loses when the broker is away for too long', async () => {
      await start({ alter: keepAtMost(20) });
      await endBroker();
      await sendAndKeep(texts(20));
      const from = scene.nodeRed.comms.now;
      await scene.partner.send(100, 'one too many');
      const error = scene.flow.find((node) => node.type === 'debug' && node['name'] === 'error');
      const told = (await scene.nodeRed.comms.shown(error?.id ?? '', from)) as {
        message: string;
        topic: string;
      };
      assert.match(told.message, /20 messages wait for the broker; this one is lost/);
      assert.equal(told.topic, RECEIVED);
      await scene.broker.restart();
      await scene.client.message(RECEIVED, ({ payload }) => payload.toString() === 'no. 19');
      await scene.partner.send(100, 'last');
      await scene.client.message(RECEIVED, ({ payload }) => payload.toString() === 'last');
      assert.deepEqual(scene.client.texts(RECEIVED), [...texts(20), 'last']);
    });

    it('would lose without a word what mqtt out is given meanwhile, did it not keep it', async () => {
      await start({ alter: keepNothing });
      await endBroker();
      const from = scene.nodeRed.comms.now;
      for (const text of texts(10)) await scene.partner.send(100, text);
      await scene.showing('akm-receive', 'receive bytes', /\b10\b/, from);
      await scene.broker.restart();
      await nodeRedSees(/^(node-red:common.status.)?connected/, from);
      await scene.partner.send(100, 'last');
      await scene.client.message(RECEIVED, ({ payload }) => payload.toString() === 'last');
      assert.deepEqual(scene.client.texts(RECEIVED), ['last']);
      assert.deepEqual(scene.client.texts(`${MACHINE}/errors`), []);
    });

    it('says online again, and how everything is, when the broker comes back', async () => {
      await start();
      await endBroker();
      const from = scene.nodeRed.comms.now;
      await scene.stopAkm();
      await scene.showing('akm-receive', 'receive bytes', /disconnected/, from);
      await scene.broker.restart();
      const is = async (place: string, state: string) => {
        const late = await MqttClient.connect(scene.broker.port, `${MACHINE}/status${place}`);
        await late.json<{ state: string }>(`${MACHINE}/status${place}`, (told) => told.state === state);
        await late.close();
      };
      await is('/app', 'disconnected');
      await is('/amm', 'disconnected');
      await is('/app/1/100', 'lost');
      await is('', 'online');
    });

    it('tells of the AMM and the AppEndpoint as they go and come, and of the registration', async () => {
      await start();
      const { client } = scene;
      const states = (place: string) =>
        client
          .texts(`${MACHINE}/status${place}`)
          .map((text) => (JSON.parse(text) as { state: string }).state)
          .filter((state, at, all) => state !== all[at - 1]);
      const told = (place: string, state: string, from: number) =>
        client.json<{ state: string }>(`${MACHINE}/status${place}`, (value) => value.state === state, from);
      let from = client.messages.now;
      await scene.stopAkm();
      for (const place of ['/amm', '/app']) await told(place, 'disconnected', from);
      await told('/app/1/100', 'lost', from);
      from = client.messages.now;
      await scene.startAkm();
      for (const place of ['/amm', '/app']) await told(place, 'connected', from);
      await told('/app/1/100', 'registered', from);
      assert.deepEqual(states('/app').slice(-3), ['connected', 'disconnected', 'connected']);
      assert.deepEqual(states('/app/1/100').slice(-3), ['registered', 'lost', 'registered']);
      assert.deepEqual(states(''), ['online']);
    });

    /** Ends the AppEndpoint; resolves when the flow knows. */
    const endAkm = async () => {
      const from = scene.nodeRed.comms.now;
      await scene.stopAkm();
      await scene.showing('akm-send', 'send, or keep until connected', /disconnected/, from);
    };

    it('keeps what comes from MQTT while the AppEndpoint is away, and sends it afterwards, in order', async () => {
      await start();
      await endAkm();
      const from = scene.nodeRed.comms.now;
      for (const text of texts(300)) await scene.client.publish(SEND, text);
      await scene.showing('akm-send', 'send, or keep until connected', /300/, from);
      await scene.startAkm();
      await scene.partner.gotText('no. 299');
      assert.deepEqual(scene.partner.texts, texts(300));
      assert.deepEqual(
        scene.client.texts(`${MACHINE}/errors`).filter((text) => text.includes('/send/')),
        [],
      );
    });

    it('tells of each message that finds no room while the AppEndpoint is away', async () => {
      await start();
      await endAkm();
      await Promise.all(texts(2050).map((text) => scene.client.publish(SEND, text)));
      interface Told {
        code: string;
      }
      const full = () =>
        scene.client
          .texts(`${MACHINE}/errors`)
          .filter((text) => (JSON.parse(text) as Told).code === 'AKM_QUEUE_FULL');
      const from = scene.client.messages.now;
      await scene.client.publish(SEND, 'one more');
      await scene.client.json<Told & { bytes: number }>(
        `${MACHINE}/errors`,
        ({ code, bytes }) => code === 'AKM_QUEUE_FULL' && bytes === 8,
        0,
      );
      console.log('full', full().length, from);
      await scene.startAkm();
      await scene.partner.gotText(`no. ${2050 - full().length}`);
      assert.equal(full().length, 51);
      assert.deepEqual(scene.partner.texts, texts(2000));
    });

    it('is told to be lost when Node-RED is killed, and what was published meanwhile comes afterwards', async () => {
      await start();
      let from = scene.client.messages.now;
      await scene.killNodeRed();
      await scene.client.json<{ state: string }>(`${MACHINE}/status`, ({ state }) => state === 'lost', from);
      for (const text of texts(500)) await scene.client.publish(SEND, text);
      from = scene.client.messages.now;
      await scene.startNodeRed();
      await scene.ready(from);
      await scene.partner.gotText('no. 499');
      assert.deepEqual(scene.partner.texts, texts(500));
    });

    it('is told to be stopped when Node-RED is stopped, and what was published meanwhile comes afterwards', async () => {
      await start();
      let from = scene.client.messages.now;
      await scene.stopNodeRed();
      await scene.client.json<{ state: string }>(
        `${MACHINE}/status`,
        ({ state }) => state === 'stopped',
        from,
      );
      for (const text of texts(500)) await scene.client.publish(SEND, text);
      await scene.client.publish(SEND, 'with QoS 0', { qos: 0 });
      from = scene.client.messages.now;
      await scene.startNodeRed();
      await scene.ready(from);
      await scene.partner.gotText('no. 499');
      await scene.client.publish(SEND, 'last');
      await scene.partner.gotText('last');
      assert.deepEqual(scene.partner.texts, [...texts(500), 'last']);
      assert.equal(scene.client.texts(`${MACHINE}/status`).includes('{"state":"lost"}'), false);
    });

    it('gets as much as the broker keeps, when it was away for long', async () => {
      await start();
      await scene.stopNodeRed();
      for (const text of texts(1500)) await scene.client.publish(SEND, text);
      const from = scene.client.messages.now;
      await scene.startNodeRed();
      await scene.ready(from);
      await scene.client.publish(SEND, 'last');
      await scene.partner.gotText('last');
      console.log('kept by broker', scene.partner.texts.length - 1);
      assert.deepEqual(scene.partner.texts, [...texts(1000), 'last']);
    });

    it('does not do again what a retained message asks for', async () => {
      await start();
      await scene.client.publish(SEND, 'once', { retain: true });
      await scene.partner.gotText('once');
      const from = scene.client.messages.now;
      await endBroker();
      await scene.broker.restart();
      const told = await scene.client.json<{ message: string; topic: string }>(
        `${MACHINE}/errors`,
        undefined,
        from,
      );
      assert.match(told.message, /a retained message is not sent/);
      assert.equal(told.topic, SEND);
      await scene.client.publish(SEND, 'last');
      await scene.partner.gotText('last');
      assert.deepEqual(scene.partner.texts, ['once', 'last']);
    });

    it('loses what it keeps when Node-RED ends', async () => {
      await start();
      await endBroker();
      await sendAndKeep(texts(10));
      const log = await scene.stopNodeRed();
      assert.match(log, /10 messages are lost: the broker has not acknowledged them/);
      await scene.broker.restart();
      await scene.startNodeRed();
      await scene.partner.send(100, 'last');
      await scene.client.message(RECEIVED, ({ payload }) => payload.toString() === 'last');
      assert.deepEqual(scene.client.texts(RECEIVED), ['last']);
    });

    it('loses what waits for the AppEndpoint when Node-RED is killed: the broker has its acknowledgement', async () => {
      await start();
      await endAkm();
      const from = { nodeRed: scene.nodeRed.comms.now, client: scene.client.messages.now };
      for (const text of texts(10)) await scene.client.publish(SEND, text);
      await scene.showing('akm-send', 'send, or keep until connected', /10/, from.nodeRed);
      await scene.killNodeRed();
      await scene.startAkm();
      await scene.startNodeRed();
      await scene.ready(from.client);
      await scene.client.publish(SEND, 'last');
      await scene.partner.gotText('last');
      assert.deepEqual(scene.partner.texts, ['last']);
    });

    it('takes twice what the broker had no acknowledgement for, and publishes twice likewise', async () => {
      let relay: TcpRelay | undefined;
      await start({
        brokerPort: async (port) => {
          relay = await TcpRelay.listen(port);
          return relay.port;
        },
      });
      assert.ok(relay);
      relay.mute('client');
      for (const text of texts(5)) await scene.client.publish(SEND, text);
      await scene.partner.gotText('no. 4');
      relay.cut();
      const again = scene.partner.received.now;
      await scene.partner.gotText('no. 4', again);
      assert.deepEqual(scene.partner.texts, [...texts(5), ...texts(5)]);

      relay.mute('server');
      for (const text of texts(5, 'up')) await scene.partner.send(100, text);
      await scene.client.message(RECEIVED, ({ payload }) => payload.toString() === 'up 4');
      const from = scene.client.messages.now;
      relay.cut();
      await scene.client.message(RECEIVED, ({ payload }) => payload.toString() === 'up 4', from);
      await scene.partner.send(100, 'up 5');
      await scene.client.message(RECEIVED, ({ payload }) => payload.toString() === 'up 5', from);
      console.log(numbersOf(scene.client.texts(RECEIVED)).join());
      assert.deepEqual(firstOfEach(scene.client.texts(RECEIVED)), texts(6, 'up'));
      await relay.close();
    });
  });
}
