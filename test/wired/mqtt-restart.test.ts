import assert from 'node:assert/strict';
import { Cable } from '../support/cable';
import { docBlock } from '../support/doc-blocks';
import { type FlowNode, nodeRedVersions } from '../support/real-node-red';
import { ERRORS, MACHINE, RECEIVED, Scene, SEND } from './mqtt/scene';

const texts = (count: number) => Array.from({ length: count }, (_, n) => `no. ${n}`);

for (const version of nodeRedVersions) {
  describe(`the MQTT example when Node-RED ends, in ${version.title}`, function () {
    this.timeout(120_000);
    let scene: Scene;
    afterEach(() => scene.end());

    /** Starts Node-RED again; resolves when the machine is online and registered. */
    const startAgain = async () => {
      const from = scene.client.messages.now;
      await scene.startNodeRed();
      await scene.ready(from);
    };
    /** Sends one more each way, and waits for it: what has not come before it will not come. */
    const oneMore = async () => {
      await scene.client.publish(SEND, 'last');
      await scene.partner.gotText('last');
      await scene.partner.send(100, 'last');
      await scene.published('last');
    };

    it('is told to be lost when it is killed, and gets afterwards what was published meanwhile', async () => {
      scene = await Scene.start(version);
      await scene.killNodeRed();
      await scene.told('lost');
      for (const text of texts(500)) await scene.client.publish(SEND, text);
      await startAgain();
      await oneMore();
      assert.deepEqual(scene.partner.texts(), [...texts(500), 'last']);
    });

    it('is told to be stopped when it is stopped, and gets afterwards what was published with QoS 1', async () => {
      scene = await Scene.start(version);
      await scene.stopNodeRed();
      await scene.told('stopped');
      for (const text of texts(500)) await scene.client.publish(SEND, text);
      await scene.client.publish(SEND, 'with QoS 0', { qos: 0 });
      await scene.partner.send(100, 'for nobody');
      await startAgain();
      await oneMore();
      assert.deepEqual(scene.partner.texts(), [...texts(500), 'last']);
      assert.deepEqual(scene.client.texts(RECEIVED), ['last']);
      assert.ok(!scene.client.texts(`${MACHINE}/status`).includes('{"state":"lost"}'));
    });

    it('gets no more than Mosquitto keeps by default', async () => {
      scene = await Scene.start(version);
      await scene.stopNodeRed();
      for (const text of texts(1200)) await scene.client.publish(SEND, text);
      await startAgain();
      await oneMore();
      assert.deepEqual(scene.partner.texts(), [...texts(1000), 'last']);
    });

    it('gets all of it when Mosquitto keeps more', async () => {
      const lines = docBlock('docs/mqtt.md', 'mosquitto-conf').trim().split('\n');
      // where it listens and what it keeps on disk is given already
      const mosquitto = lines.filter((line) => !/^(listener|persistence|autosave)/.test(line));
      assert.deepEqual([lines.length, mosquitto], [5, ['max_queued_messages 100000']]);
      scene = await Scene.start(version, { mosquitto });
      await scene.stopNodeRed();
      for (const text of texts(1200)) await scene.client.publish(SEND, text);
      await startAgain();
      await oneMore();
      assert.deepEqual(scene.partner.texts(), [...texts(1200), 'last']);
    });

    it('gets nothing of it when mqtt-broker unsubscribes as Node-RED stops, which is its default', async () => {
      scene = await Scene.start(version, {
        alter: (flow) =>
          flow.map((node) => (node.type === 'mqtt-broker' ? { ...node, autoUnsubscribe: true } : node)),
      });
      await scene.stopNodeRed();
      for (const text of texts(5)) await scene.client.publish(SEND, text);
      await startAgain();
      await oneMore();
      assert.deepEqual(scene.partner.texts(), ['last']);
    });

    it('does not do again what a retained message asked for', async () => {
      scene = await Scene.start(version);
      await scene.client.publish(SEND, 'once', { retain: true });
      await scene.partner.gotText('once');
      await scene.stopNodeRed();
      await startAgain();
      const told = await scene.client.json<{ message: string; topic: string }>(ERRORS);
      assert.match(told.message, /a retained message is not sent/);
      assert.equal(told.topic, SEND);
      await oneMore();
      assert.deepEqual(scene.partner.texts(), ['once', 'last']);
    });

    it('loses what it keeps for the broker, and says so in the log', async () => {
      scene = await Scene.start(version);
      await scene.endBroker();
      await scene.sendAndKeep(texts(10));
      const log = await scene.stopNodeRed();
      assert.match(log, /10 messages are lost: the broker has not acknowledged them/);
      await scene.broker.restart();
      await startAgain();
      await oneMore();
      assert.deepEqual(scene.client.texts(RECEIVED), ['last']);
    });

    it('loses what waits for the AppEndpoint: the broker has its acknowledgement', async () => {
      scene = await Scene.start(version);
      await scene.loseApp();
      const from = scene.nodeRed.comms.now;
      for (const text of texts(10)) await scene.client.publish(SEND, text);
      await scene.showing('akm-send', 'send, or keep until connected', /\b10\b/, from);
      await scene.killNodeRed();
      await scene.toApp.mend();
      await startAgain();
      await oneMore();
      assert.deepEqual(scene.partner.texts(), ['last']);
    });
  });

  describe(`the MQTT example with a bad way to the broker, in ${version.title}`, function () {
    this.timeout(120_000);
    let cable: Cable;
    let scene: Scene;
    const byCable = async (port: number) => {
      cable = await Cable.lay(port);
      return cable.port;
    };
    afterEach(async () => {
      await scene.end();
      await cable.cut();
    });

    it('takes twice what the broker got no acknowledgement for, and publishes twice likewise', async () => {
      scene = await Scene.start(version, { brokerPort: byCable });
      cable.silence('client');
      for (const text of texts(5)) await scene.client.publish(SEND, text);
      await scene.partner.gotText('no. 4');
      const from = { partner: scene.partner.received.now, comms: scene.nodeRed.comms.now };
      await cable.mend();
      await scene.partner.gotText('no. 4', from.partner);
      assert.deepEqual(scene.partner.texts(), [...texts(5), ...texts(5)]);

      await scene.showing('mqtt out', 'publish data', /\.connected$/, from.comms);
      cable.silence('server');
      for (const text of texts(5)) await scene.partner.send(100, text);
      await scene.published('no. 4');
      const again = scene.client.messages.now;
      await cable.mend();
      await scene.published('no. 4', again);
      await scene.partner.send(100, 'last');
      await scene.published('last');
      assert.deepEqual(scene.client.texts(RECEIVED), [...texts(5), ...texts(5), 'last']);
    });

    it('is told to be lost when the broker hears nothing of it, and online when it does again', async () => {
      const alter = (flow: FlowNode[]) =>
        flow.map((node) => (node.type === 'mqtt-broker' ? { ...node, keepalive: '2' } : node));
      scene = await Scene.start(version, { brokerPort: byCable, alter });
      cable.silence('client');
      await scene.told('lost');
      const from = scene.client.messages.now;
      await cable.mend();
      await scene.told('online', '', from);
    });
  });
}
