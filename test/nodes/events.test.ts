import assert from 'node:assert/strict';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { useFakeClock } from '../support/fake-clock.js';
import { connection, type Message } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { parsePrometheus } from '../support/prometheus.js';

const { REGISTER_APP } = APP_OPERATIONS;

describe('akm-events', () => {
  const { nodeRed, bench } = useNodeRed();
  const events = { id: 'events', type: 'akm-events', wires: [['told'], ['counted']] };
  const appEvents = { ...events, services: 'app' };
  const receive = { id: 'receive', type: 'akm-receive' };
  const list = { id: 'list', type: 'akm-list-endpoints' };
  const register = { id: 'register', type: 'akm-register', atrId: '1', appValue: '20' };
  const send = {
    id: 'send',
    type: 'akm-send',
    atrId: '9',
    atrIdType: 'num',
    appValue: '1',
    appValueType: 'num',
  };

  const scripted = async () => {
    const [amm, app] = [await bench.scriptedAmm(), await bench.scriptedApp()];
    return { amm, app, settings: connection({ ammPort: amm.port, appPort: app.port }, { name: 'line "3"' }) };
  };

  /** The next event, which must have this topic: its payload. */
  const next = async (topic: string): Promise<Record<string, unknown>> => {
    const msg = (await nodeRed.output('told')) as Message & { topic: string };
    assert.equal(msg.topic, topic);
    return msg.payload as Record<string, unknown>;
  };

  /** The counters, which come behind all that was told: nothing of that may be left. */
  const countersOf = async (): Promise<Record<string, Record<string, number>>> => {
    const { payload } = await nodeRed.success('events', {}, 'counted');
    assert.deepEqual([nodeRed.size('told'), nodeRed.size('counted')], [0, 0]);
    return payload as Record<string, Record<string, number>>;
  };

  it('opens no connection by itself, says so, and has counters all the same', async () => {
    const { amm, app, settings } = await scripted();
    await nodeRed.start(settings, events);
    for (const service of ['amm', 'app'])
      assert.deepEqual(await next(`akm/${service}/idle`), {
        service,
        event: 'idle',
        state: 'closed',
        initial: true,
      });
    const counters = await countersOf();
    assert.deepEqual(Object.keys(counters), ['amm', 'app']);
    for (const each of Object.values(counters))
      assert.ok(Object.values(each).every((number) => number === 0));
    assert.deepEqual([amm.accepted, app.accepted], [0, 0]);
    assert.equal(nodeRed.texts('events').at(-1), 'not in use');
  });

  it('tells of a connection, of its loss and of the next one', async () => {
    const { app, settings } = await scripted();
    const before = Date.now();
    await nodeRed.start(settings, receive, appEvents);
    const { since, ...first } = await next('akm/app/connected');
    const peer = `the AppEndpoint at 127.0.0.1:${app.port}`;
    assert.deepEqual(first, { service: 'app', event: 'connected', peer, state: 'connected' });
    assert.ok(typeof since === 'number' && since >= before && since <= Date.now());
    const back = await app.away();
    const lost = await next('akm/app/disconnected');
    assert.deepEqual([lost['code'], lost['state']], ['AKM_CONNECTION_LOST', 'disconnected']);
    await nodeRed.showing('events', 'disconnected');
    await back();
    await next('akm/app/connected');
    assert.equal((await countersOf())['app']?.['reconnects'], 1);
  });

  it('tells of an outage once, however many attempts fail', async () => {
    const { app, settings } = await scripted();
    await nodeRed.start(settings, receive, appEvents);
    await next('akm/app/connected');
    const back = await app.away();
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await nodeRed.showing('events', 'disconnected');
      await nodeRed.showing('events', 'connecting');
    }
    await back();
    await next('akm/app/disconnected');
    await next('akm/app/connected');
  });

  it('does not tell of a first attempt that fails: what it asks for may be about to start', async () => {
    const { app, settings } = await scripted();
    await app.close();
    const slow = { reconnectMin: '60000', reconnectMax: '60000' };
    await nodeRed.start({ ...settings, ...slow }, receive, appEvents);
    await nodeRed.showing('events', 'disconnected');
    await countersOf();
  });

  it('tells of registrations made, lost and made again, by name', async () => {
    const { app, settings } = await scripted();
    const names = [{ name: 'pump', atrId: '1', appValue: '20' }];
    const quiet = { ...appEvents, onConnection: false, onError: false };
    await nodeRed.start({ ...settings, names }, { ...register, wires: [[]] }, quiet);
    const answer = async () => {
      const peer = await app.connection();
      await peer.receive(REGISTER_APP.request);
      peer.send(REGISTER_APP.response, { status: 0 });
      const { event, atrId, appValue, name } = await next('akm/app/registered');
      assert.deepEqual([event, atrId, appValue, name], ['registered', 1, 20, 'pump']);
      return peer;
    };
    (await answer()).reset();
    await next('akm/app/lost');
    await answer();
  });

  it('tells of a refused registration as that, and not as an error too', async () => {
    const peer = await bench.simulator({ fault: 'reject' });
    await nodeRed.start(
      connection(peer, {
        reconnectMax: '60000',
        reconnectMin: '60000',
        names: [{ name: 'Line 1', atrId: '1' }],
      }),
      register,
      appEvents,
    );
    await next('akm/app/connected');
    const { code, status, atrId, name } = await next('akm/app/refused');
    assert.deepEqual([code, status, atrId, name], ['AKM_REJECTED', 3, 1, undefined]); // the name of an ATR is none of an application
    await nodeRed.caught('AKM_REJECTED');
    assert.equal((await countersOf())['app']?.['errors'], 1);
  });

  it('tells of each kind of event only where it is set so', async () => {
    const peer = await bench.simulator({ fault: 'reject' });
    const settings = connection(peer, { reconnectMax: '60000', reconnectMin: '60000' });
    const none = { onConnection: false, onRegistration: false, onError: false };
    const kinds = ['onConnection', 'onRegistration', 'onError'].map((kind) => ({
      ...appEvents,
      ...none,
      id: kind,
      [kind]: true,
      wires: [[`told ${kind}`]],
    }));
    await nodeRed.start(settings, register, ...kinds);
    await nodeRed.caught('AKM_REJECTED');
    const told = await Promise.all(kinds.map(({ id }) => nodeRed.output(`told ${id}`)));
    assert.deepEqual(
      told.map((msg) => [(msg as { topic?: string }).topic, msg.akm?.operation]),
      [
        ['akm/app/connected', 'CONNECTION'],
        ['akm/app/refused', 'REGISTER_APP'],
        ['akm/app/error', 'REGISTER_APP'], // nothing else tells of it here
      ],
    );
    assert.ok(kinds.every(({ id }) => nodeRed.size(`told ${id}`) === 0));
  });

  it('tells of a registration that failed otherwise as an error', async () => {
    const { app, settings } = await scripted();
    await nodeRed.start(settings, { ...register, wires: [[]] }, { ...appEvents, onConnection: false });
    const peer = await app.connection();
    await peer.receive(REGISTER_APP.request);
    peer.reset();
    const { code, operation } = await next('akm/app/error');
    assert.deepEqual([code, operation], ['AKM_CONNECTION_LOST', 'REGISTER_APP']);
  });

  it('shows the service that is worst off, of those that nodes use', async () => {
    const { amm, app, settings } = await scripted();
    await nodeRed.start(settings, receive, list, events);
    await nodeRed.showing('events', 'connected');
    const back = [await app.away(), await amm.away()] as const;
    await nodeRed.showing('list', 'disconnected');
    await back[1]();
    await nodeRed.showing('list', 'connected');
    assert.notEqual(nodeRed.texts('events').at(-1), 'connected');
    await back[0]();
    await nodeRed.showing('events', 'connected');
  });

  it('tells of a message that was thrown away', async () => {
    const { app, settings } = await scripted();
    await nodeRed.start(settings, receive, { ...events, onConnection: false });
    (await app.connection()).sendNothing();
    assert.equal((await next('akm/app/error'))['code'], 'AKM_PROTOCOL');
    await nodeRed.caught('AKM_PROTOCOL');
  });

  it('tells of the chosen service only', async () => {
    const peer = await bench.simulator();
    await nodeRed.start(connection(peer), receive, list, { ...events, services: 'amm' });
    await next('akm/amm/connected');
    await nodeRed.showing('receive', 'not registered');
    assert.deepEqual(Object.keys(await countersOf()), ['amm']);
  });

  it('tells what happens by its first output only, and answers by its second only', async () => {
    const { app, settings } = await scripted();
    await nodeRed.start(settings, { ...register, wires: [[]] }, appEvents);
    const peer = await app.connection();
    await peer.receive(REGISTER_APP.request);
    peer.send(REGISTER_APP.response, { status: 0 });
    await next('akm/app/connected');
    await next('akm/app/registered');
    peer.sendNothing();
    await next('akm/app/error');
    await nodeRed.caught('AKM_PROTOCOL');
    assert.equal(nodeRed.size('counted'), 0, 'no event is taken for an answer');
    assert.deepEqual(Object.keys(await countersOf()), ['app']);
  });

  it('gives the counters as Prometheus text', async () => {
    const { settings } = await scripted();
    await nodeRed.start(settings, list, { ...events, format: 'prometheus' });
    await nodeRed.showing('events', 'connected');
    const msg = (await nodeRed.success('events', {}, 'counted')) as Message & { headers: unknown };
    const metrics = parsePrometheus(String(msg.payload));
    const ofAmm = { service: 'amm', connection: 'line "3"' };
    assert.deepEqual(metrics.get('akm_connected'), {
      type: 'gauge',
      samples: [
        { labels: ofAmm, value: 1 },
        { labels: { ...ofAmm, service: 'app' }, value: 0 },
      ],
    });
    assert.equal(metrics.get('akm_sent_frames_total')?.type, 'counter');
    assert.equal(metrics.get('akm_connected_since_timestamp_seconds')?.samples.length, 1);
    await nodeRed.deploy(
      'full',
      { ...settings, name: '' },
      { ...events, format: 'prometheus', services: 'app' },
    );
    const unnamed = parsePrometheus(String((await nodeRed.success('events', {}, 'counted')).payload));
    assert.equal(unnamed.get('akm_connected')?.samples[0]?.labels['connection'], 'connection');
    assert.deepEqual(msg.headers, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  });

  it('gives the counters under a name that an environment variable made a number, and refuses one that is no text', async () => {
    const tab = (value: string, type: string) => ({
      id: 'tab',
      type: 'tab',
      env: [{ name: 'SITE', value, type }],
    });
    const { settings } = await scripted();
    const named = { ...settings, z: 'tab', name: '${SITE}' };
    const prometheus = { ...events, format: 'prometheus' };
    await nodeRed.start(tab('7', 'num'), named, prometheus);
    const { payload } = await nodeRed.success('events', {}, 'counted');
    const labels = parsePrometheus(String(payload)).get('akm_connected')?.samples[0]?.labels;
    assert.equal(labels?.['connection'], '7');
    await nodeRed.deploy('full', tab('{"a":1}', 'json'), named, prometheus);
    const { error } = await nodeRed.failure('events', {}, 'AKM_INVALID_INPUT');
    assert.equal(error.message, "AkmError: The connection's name is an object; text is needed");
  });

  describe('as time goes by', () => {
    const time = useFakeClock();
    const SECOND = 1000;

    it('tells of five errors a second at most, and of how many it left out', async () => {
      const { app, settings } = await scripted();
      await nodeRed.start(settings, send, { ...appEvents, onConnection: false });
      await app.connection();
      await nodeRed.showing('send', 'not registered');
      for (let n = 0; n < 100; n += 1)
        await nodeRed.failure('send', { payload: 'secret' }, 'AKM_NOT_REGISTERED');
      const told = [];
      for (let n = 0; n < 5; n += 1) told.push(await next('akm/app/error'));
      assert.equal(nodeRed.size('told'), 0);
      time.clock.advance(SECOND);
      told.push(await next('akm/app/error'));
      const suppressed = told.map((each) => each['suppressed']);
      assert.deepEqual(suppressed, [undefined, undefined, undefined, undefined, undefined, 94]);
      assert.ok(told.every(({ operation }) => operation === 'SEND_APP_DATA'));
      assert.ok(!JSON.stringify(told).includes('secret'));
      assert.equal((await countersOf())['app']?.['errors'], 100);
    });

    it('tells nothing more once it is gone', async () => {
      const { app, settings } = await scripted();
      await nodeRed.start(settings, send, { ...appEvents, onConnection: false });
      await app.connection();
      await nodeRed.showing('send', 'not registered');
      for (let n = 0; n < 6; n += 1) await nodeRed.failure('send', { payload: 'x' }, 'AKM_NOT_REGISTERED');
      for (let n = 0; n < 5; n += 1) await next('akm/app/error');
      await nodeRed.stop();
      assert.deepEqual(time.clock.pending, []);
    });
  });

  for (const wrong of [{ services: 'constructor' }, { format: 'xml' }, { connection: '' }]) {
    it(`fails each message with ${JSON.stringify(wrong)}`, async () => {
      await nodeRed.start(connection({}), { ...events, ...wrong });
      const { akm } = await nodeRed.failure('events', { topic: 'kept' }, 'AKM_INVALID_INPUT');
      const service = 'services' in wrong ? wrong.services : 'both';
      assert.deepEqual(akm, { service, operation: 'COUNTERS' });
      const shown = { services: 'bad settings', connection: 'no connection', format: 'not in use' };
      assert.equal(nodeRed.texts('events').at(-1), shown[Object.keys(wrong)[0] as keyof typeof shown]);
    });
  }
});
