import assert from 'node:assert/strict';
import { parsePrometheus } from '../support/prometheus';
import {
  akmNode,
  catchNode,
  connectionNode,
  debugNode,
  type DebugMessage,
  type FlowNode,
  freePorts,
  injectNode,
  nodeRedVersions,
  onTab,
  type Ports,
  RealNodeRed,
  simulatorNode,
} from '../support/real-node-red';

/** The ATR ID in which no application is registered. */
const EMPTY_ATR = 9;

/** Registers in the trust relationship 1, at deploy or by a message. */
const register = (id: string, connection: string, appValue: number, auto: boolean): FlowNode =>
  akmNode(id, 'akm-register', {
    connection,
    atrId: '1',
    atrIdType: 'num',
    appValue: String(appValue),
    appValueType: 'num',
    auto,
  });

/** Tells of the machine by its first output, with every kind of event ticked as it is by default, and gives counters by its second. */
const eventsNode = (
  id: string,
  format: 'object' | 'prometheus',
  told: string[],
  counted: string[],
  properties: object = {},
): FlowNode =>
  akmNode(id, 'akm-events', {
    connection: 'machine',
    services: 'both',
    format,
    ...properties,
    wires: [told, counted],
  });

/** Two machines at one AMM and AppEndpoint, of which `machine` is watched and scraped. */
function flow(ports: Ports, properties: object = {}): FlowNode[] {
  return onTab(
    simulatorNode(ports),
    { ...connectionNode('machine', ports), name: 'line "3"' },
    connectionNode('other', ports),

    injectNode('ask', 'events'),
    eventsNode('events', 'object', ['told'], ['counted'], properties),
    debugNode('told'),
    debugNode('counted'),
    { id: 'scrape', type: 'http in', url: '/metrics', method: 'get', wires: [['metrics']] },
    eventsNode('metrics', 'prometheus', ['told-too'], ['scraped']),
    debugNode('told-too'),
    { id: 'scraped', type: 'http response', wires: [] },

    injectNode('list', 'list-atrs'),
    akmNode('list-atrs', 'akm-list-atrs', { connection: 'machine' }, 'listed'),
    debugNode('listed'),
    register('register', 'machine', 20, true),
    injectNode('register-other', 'other-register'),
    { ...register('other-register', 'other', 30, false), wires: [['other-registered']] },
    debugNode('other-registered'),
    injectNode('register-taken', 'taken-register'),
    register('taken-register', 'machine', 30, false),
    injectNode('say', 'send'),
    akmNode('send', 'akm-send', {
      connection: 'machine',
      atrId: String(EMPTY_ATR),
      atrIdType: 'num',
      appValue: '1',
      appValueType: 'num',
    }),
    catchNode('catch'),
  );
}

for (const version of nodeRedVersions) {
  describe(`${version.title}: events and counters`, () => {
    let nodeRed: RealNodeRed;
    let ports: Ports;

    before(async function () {
      this.timeout(300_000);
      ports = await freePorts();
      nodeRed = await RealNodeRed.start(version);
      await nodeRed.deploy(flow(ports));
    });

    after(async () => assert.equal(await nodeRed.stop(), 0));

    /** Waits for the event of that topic. */
    const told = async (topic: string, from = 0): Promise<Record<string, unknown>> => {
      const { payload } = await nodeRed.comms.message('told', from, (msg) => msg.topic === topic);
      return payload as Record<string, unknown>;
    };

    const counters = async (): Promise<Record<'amm' | 'app', Record<string, number>>> => {
      const from = nodeRed.comms.now;
      await nodeRed.inject('ask');
      const { payload } = await nodeRed.comms.message('counted', from);
      return payload as Record<'amm' | 'app', Record<string, number>>;
    };

    it('tells of the connections that are made, and of what is registered', async () => {
      const peers = [
        ['amm', `the AMM at 127.0.0.1:${ports.ammPort}`],
        ['app', `the AppEndpoint at 127.0.0.1:${ports.appPort}`],
      ] as const;
      for (const [service, peer] of peers) {
        const { since, ...event } = await told(`akm/${service}/connected`);
        assert.deepEqual(event, { service, event: 'connected', peer, state: 'connected' });
        assert.equal(typeof since, 'number');
      }
      const { atrId, appValue } = await told('akm/app/registered');
      assert.deepEqual([atrId, appValue], [1, 20]);
      await nodeRed.comms.status('events', 'a green dot', ({ fill }) => fill === 'green');
    });

    it('tells how things stand where only this node is deployed', async () => {
      const from = nodeRed.comms.now;
      await nodeRed.deploy(flow(ports, { name: 'anew' }), 'nodes');
      for (const topic of ['akm/amm/connected', 'akm/app/connected', 'akm/app/registered'])
        assert.equal((await told(topic, from))['initial'], true, topic);
    });

    it('tells of an application that is refused', async () => {
      await nodeRed.inject('register-other');
      await nodeRed.comms.message('other-registered');
      await nodeRed.inject('register-taken');
      const { appValue, code, status } = await told('akm/app/refused');
      assert.deepEqual([appValue, code, typeof status], [30, 'AKM_REJECTED', 'number']);
    });

    it('tells of what fails', async () => {
      await nodeRed.inject('say', { payload: 'secret' });
      const { code, operation, ...rest } = await told('akm/app/error');
      assert.deepEqual([code, operation], ['AKM_NOT_REGISTERED', 'SEND_APP_DATA']);
      assert.doesNotMatch(JSON.stringify(rest), /secret/);
    });

    it('gives the counters', async () => {
      const before = await counters();
      await nodeRed.inject('list');
      await nodeRed.comms.message('listed');
      const after = await counters();
      assert.equal(after.amm['framesIn'], (before.amm['framesIn'] ?? 0) + 1);
      assert.equal(after.amm['framesOut'], (before.amm['framesOut'] ?? 0) + 1);
      assert.ok((after.amm['latencyMs'] ?? 0) > 0);
      assert.ok((after.app['errors'] ?? 0) >= 2, 'a refused registration and a failed send');
      assert.deepEqual([after.amm['connected'], after.app['connected']], [1, 1]);
    });

    it('can be scraped over HTTP', async () => {
      const response = await fetch(new URL('metrics', nodeRed.url));
      assert.equal(response.status, 200);
      const [type, ...parameters] = response.headers.get('content-type')?.split('; ') ?? [];
      assert.deepEqual([type, ...parameters.sort()], ['text/plain', 'charset=utf-8', 'version=0.0.4']);
      const metrics = parsePrometheus(await response.text());
      assert.deepEqual(
        metrics.get('akm_connected')?.samples,
        ['amm', 'app'].map((service) => ({ labels: { service, connection: 'line "3"' }, value: 1 })),
      );
      const { amm } = await counters();
      const [received] = metrics.get('akm_received_frames_total')?.samples ?? [];
      assert.equal(received?.value, amm['framesIn']);
    });

    it('tells of the loss of a connection, and of the next one', async () => {
      const from = nodeRed.comms.now;
      const whole = flow(ports, { name: 'anew' });
      await nodeRed.deploy(
        whole.filter(({ id }) => id !== 'simulator'),
        'nodes',
      );
      const { code, message } = await told('akm/app/disconnected', from);
      assert.equal(code, 'AKM_CONNECTION_LOST');
      assert.match(String(message), /^The connection to the AppEndpoint at \S+ was lost/);
      await told('akm/amm/disconnected', from);
      assert.equal((await told('akm/app/lost', from))['appValue'], 20);
      assert.deepEqual((await counters()).app['connected'], 0);

      const back = nodeRed.comms.now;
      await nodeRed.deploy(whole, 'nodes');
      await told('akm/amm/connected', back);
      await told('akm/app/connected', back);
      await nodeRed.comms.message('told', back, ({ topic, payload }: DebugMessage) => {
        return topic === 'akm/app/registered' && (payload as { appValue: number }).appValue === 20;
      });
      const { amm, app } = await counters();
      assert.deepEqual([amm['reconnects'], app['reconnects']], [1, 1]);
    });

    it('answers each scrape once: none of its events goes to the HTTP response', async () => {
      for (const event of ['connected', 'registered', 'error', 'disconnected', 'lost'])
        await nodeRed.comms.message('told-too', 0, ({ topic }) => topic === `akm/app/${event}`);
      assert.equal((await fetch(new URL('metrics', nodeRed.url))).status, 200);
      await counters(); // what the response node complains of is in the log by then
      assert.doesNotMatch(nodeRed.process.output, /No response object|headers after they are sent/);
    });

    it('leaves no error in the log but those that were to be seen', () =>
      assert.doesNotMatch(nodeRed.process.output, /\[error\]|uncaught|unhandled|No response object/i));
  });
}
