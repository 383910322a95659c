import assert from 'node:assert/strict';
import type { AppClient } from '../../src/client/app/app-client.js';
import type { RegistrationObserver } from '../../src/client/app/registration.js';
import type { RegistrationHandle } from '../../src/client/app/registrations.js';
import { APP_OPERATIONS, SEND_APP_DATA_REQUEST } from '../../src/protocol/app-messages.js';
import { APP_DIALECT } from '../../src/protocol/header.js';
import { encodeFrame } from '../../src/protocol/message.js';
import { caughtUp, connected, inState, useTestPeers } from '../support/clients.js';
import { requireNoTimersLeft, useFakeClock } from '../support/fake-clock.js';
import { Mailbox } from '../support/mailbox.js';
import { rejection, thrown, turn, watch } from '../support/promises.js';
import type { ScriptedConnection } from '../support/scripted-server.js';

const REGISTER = APP_OPERATIONS.REGISTER_APP;
const VERSION = APP_OPERATIONS.GET_VERSION;
/** How long an App Value stays registered after it was let go. */
const TAKEOVER = 250;

/** The next REGISTER_APP that a server receives, answered with a status. */
async function serve(connection: ScriptedConnection, status = 0): Promise<[atrId: number, appValue: number]> {
  const { atrId, appValue } = await connection.receive(REGISTER.request);
  connection.send(REGISTER.response, { status });
  return [atrId, appValue];
}

/** Registers an application. */
async function register(
  client: AppClient,
  connection: ScriptedConnection,
  [atrId, appValue]: [number, number],
  observer?: RegistrationObserver,
): Promise<RegistrationHandle> {
  const registration = client.acquire(atrId, appValue, observer);
  const registered = registration.register();
  assert.deepEqual(await serve(connection), [atrId, appValue]);
  await registered;
  return registration;
}

function send(
  client: AppClient,
  atrId: number,
  data: string,
  offline: 'error' | 'queue' = 'queue',
): Promise<void> {
  return new Promise((resolve, reject) =>
    client.send({ atrId, appValue: 1, data, offline }, (error) => {
      if (error) reject(error);
      else resolve();
    }),
  );
}

/** An observer that writes down what it is told. */
function observer(): RegistrationObserver & { told: Mailbox<string> } {
  const told = new Mailbox<string>();
  return {
    told,
    registered: ({ status }) => told.put(`registered with ${status}`),
    stateChanged: (state, error) => told.put(error ? `${state}: ${error.code} ${error.status}` : state),
  };
}

describe('registrations', () => {
  const bench = useTestPeers();
  const time = useFakeClock();
  requireNoTimersLeft(time);

  it('are asked for, and tell how that went', async () => {
    const server = await bench.scriptedApp();
    const client = bench.app({ port: server.port });
    const watcher = observer();
    const registration = client.acquire(1, 100, watcher);
    assert.deepEqual([registration.atrId, registration.appValue, registration.state], [1, 100, 'pending']);
    assert.equal(client.state, 'idle', 'nothing is asked before it is told to');
    const registered = registration.register();
    const connection = await server.connection();
    assert.deepEqual(await connection.receive(REGISTER.request), { atrId: 1, appValue: 100 });
    time.clock.advance(7);
    connection.send(REGISTER.response, { status: 0 });
    assert.deepEqual(await registered, {
      status: 0,
      requestCode: 0x04,
      responseCode: 0x44,
      latencyMs: 7,
      layout: 'inferred',
    });
    assert.equal(registration.state, 'registered');
    assert.equal(await watcher.told.take(), 'registered');
    assert.equal(watcher.told.size, 0, 'who asks gets the answer, and is not told it too');
  });

  it('are not asked for twice, unless that is wanted', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port }));
    const connection = await server.connection();
    const registration = await register(client, connection, [1, 100]);
    assert.equal((await registration.register()).status, 0);
    await caughtUp(client, connection);
    assert.equal(connection.unasked, 0);
    const again = registration.register(true);
    await serve(connection);
    await again;
  });

  it('are asked for once, however many want them meanwhile', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port }));
    const connection = await server.connection();
    const [one, other] = [client.acquire(1, 100), client.acquire(1, 100)];
    const answers = [one.register(), one.register(), other.register()];
    await serve(connection, 0);
    const [first, ...same] = await Promise.all(answers);
    for (const answer of same) assert.equal(answer, first);
    await caughtUp(client, connection);
    assert.equal(connection.unasked, 0);
  });

  it('that are asked for again meanwhile are waited for in the end', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port }));
    const connection = await server.connection();
    const registration = client.acquire(1, 100);
    const [first, again] = [registration.register(), registration.register(true)];
    await serve(connection, 1);
    await rejection(first, 'AKM_REJECTED');
    const joined = registration.register();
    await serve(connection, 0);
    assert.equal(await joined, await again);
    assert.deepEqual(time.clock.pending, [], 'nothing is tried again any more');
    await caughtUp(client, connection);
    assert.equal(connection.unasked, 0);
  });

  it('succeed with the code alone', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port }));
    const registered = client.acquire(1, 100).register();
    const connection = await server.connection();
    await connection.receive(REGISTER.request);
    connection.sendRaw(REGISTER.response.code);
    assert.equal((await registered).status, 0);
  });

  it('succeed with the success code, or with any where there is none', async () => {
    for (const [successCode, yes, no] of [
      [7, 7, 0],
      [undefined, 9, undefined],
    ] as const) {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port, successCode }));
      const connection = await server.connection();
      const registered = client.acquire(1, 100).register();
      await serve(connection, yes);
      assert.equal((await registered).status, yes);
      if (no === undefined) continue;
      const refused = client.acquire(1, 101).register();
      await serve(connection, no);
      assert.equal((await rejection(refused, 'AKM_REJECTED')).status, no);
    }
  });

  it('do not take what is no U16', () => {
    const client = bench.app({});
    assert.match(thrown(() => client.acquire(65536, 1), 'AKM_INVALID_INPUT').message, /^The ATR ID is 65536/);
    assert.match(thrown(() => client.acquire(1, -1), 'AKM_INVALID_INPUT').message, /^The App Value is -1/);
  });

  it('are no more than may wait', () => {
    const client = bench.app({ queueLimit: 2 });
    client.acquire(1, 1);
    client.acquire(1, 2);
    client.acquire(1, 2);
    assert.match(thrown(() => client.acquire(1, 3), 'AKM_QUEUE_FULL').message, /^Queue full: 2 applications/);
  });

  describe('after a loss', () => {
    it('are made again in their first order before anything else is sent', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port, reconnectMin: 100 }));
      const first = await server.connection();
      const places: [number, number][] = [[3, 300], [1, 100], [2, 200], [1, 101]]; // prettier-ignore
      const registrations: RegistrationHandle[] = [];
      for (const place of places) registrations.push(await register(client, first, place));
      first.reset();
      await inState(client, 'disconnected');
      assert.deepEqual(
        registrations.map(({ state }) => state),
        Array(4).fill('pending'),
      );
      const version = client.getVersion();
      const sends = [send(client, 2, 'b'), send(client, 1, 'a'), send(client, 3, 'c'), send(client, 1, 'aa')];
      time.clock.advance(100);
      const second = await server.connection();
      const order: [number, number][] = [];
      while (order.length < places.length) {
        const { atrId, appValue } = await second.receive(REGISTER.request);
        order.push([atrId, appValue]);
        await caughtUp(client, second);
        assert.equal(second.unasked, 0, 'nothing is sent while a registration waits for its answer');
        second.send(REGISTER.response, { status: 0 });
      }
      assert.deepEqual(order, places);
      await Promise.all(sends);
      const rest = await Promise.all(Array.from({ length: 5 }, () => second.frame()));
      const data = rest
        .filter(({ code }) => code === SEND_APP_DATA_REQUEST.code)
        .map(({ payload }) => `${payload.readUInt16LE(4)} ${payload.toString('latin1', 8, 10)}`);
      assert.deepEqual(data.sort(), ['1 a\0', '1 aa', '2 b\0', '3 c\0']);
      assert.ok(data.indexOf('1 a\0') < data.indexOf('1 aa'));
      assert.equal(rest.filter(({ code }) => code === VERSION.request.code).length, 1);
      second.send(VERSION.response, { major: 1, minor: 0, patch: 0, build: 0 });
      await version;
      assert.deepEqual(
        registrations.map(({ state }) => state),
        Array(4).fill('registered'),
      );
    });

    it('tell who holds them', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port, reconnectMin: 100 }));
      const [one, other] = [observer(), observer()];
      const first = await server.connection();
      await register(client, first, [1, 100], one);
      client.acquire(1, 100, other);
      first.end();
      for (const { told } of [one, other]) {
        if (told === one.told) assert.equal(await told.take(), 'registered');
        assert.equal(await told.take(), 'pending');
      }
      time.clock.advance(100);
      await serve(await server.connection());
      for (const { told } of [one, other]) {
        assert.equal(await told.take(), 'registered');
        assert.equal(await told.take(), 'registered with 0');
      }
    });

    it('are tried again where the peer refuses them at first; what is kept waits meanwhile', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port, reconnectMin: 100 }));
      const watcher = observer();
      const first = await server.connection();
      await register(client, first, [1, 100], watcher);
      await watcher.told.take();
      first.reset();
      await inState(client, 'disconnected');
      const waiting = send(client, 1, 'waits', 'queue');
      time.clock.advance(100);
      const second = await server.connection();
      await serve(second, 1); // the peer still holds the App Value for the connection it has not missed yet
      while (client.registrationStatus(1) !== 'none') await turn();
      const refused = await rejection(send(client, 1, 'now', 'error'), 'AKM_NOT_REGISTERED');
      assert.match(refused.message, /ATR 1: .*status 1/);
      assert.deepEqual(
        [await watcher.told.take(), await watcher.told.take()],
        ['pending', 'refused: AKM_REJECTED 1'],
      );
      time.clock.advance(100);
      await serve(second);
      assert.deepEqual(
        [await watcher.told.take(), await watcher.told.take()],
        ['registered', 'registered with 0'],
      );
      await Promise.all([waiting, send(client, 1, 'later')]);
      for (const data of ['waits', 'later'])
        assert.equal((await second.receive(SEND_APP_DATA_REQUEST)).data.toString(), data);
      assert.equal(second.unasked, 0);
    });

    it('keep nothing waiting once they never stood and were refused time and again', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port, reconnectMin: 100, reconnectMax: 100 }));
      const connection = await server.connection();
      const refused = rejection(client.acquire(1, 100).register(), 'AKM_REJECTED');
      const waiting = rejection(send(client, 1, 'waits'), 'AKM_NOT_REGISTERED');
      await serve(connection, 1);
      await refused;
      for (let refusals = 1; refusals < 3; refusals += 1) {
        assert.equal(client.counters().queueDepth, 1);
        time.clock.advance(100);
        await serve(connection, 1);
        await caughtUp(client, connection);
      }
      await waiting;
      time.clock.advance(100);
      await serve(connection);
      await caughtUp(client, connection);
      await send(client, 1, 'now');
    });

    it('are made as soon as there is a connection where asking for them was in vain', async () => {
      const server = await bench.scriptedApp();
      const { port } = server;
      const comeBack = await server.away();
      const client = bench.app({ port, requestTimeout: 1000, reconnectMin: 20_000, reconnectMax: 20_000 });
      const watcher = observer();
      const registered = client.acquire(1, 100, watcher).register();
      await inState(client, 'disconnected');
      time.clock.advance(1000);
      await rejection(registered, 'AKM_NOT_CONNECTED');
      await comeBack();
      time.clock.advanceToNext();
      assert.deepEqual(await serve(await server.connection()), [1, 100]);
      assert.deepEqual(
        [await watcher.told.take(), await watcher.told.take()],
        ['registered', 'registered with 0'],
      );
    });

    it('are not taken for made where the connection went with the answer', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port, reconnectMin: 100 }));
      const registration = client.acquire(1, 100);
      const registered = registration.register();
      const first = await server.connection();
      await first.receive(REGISTER.request);
      const yes = encodeFrame(APP_DIALECT, REGISTER.response, { status: 0 });
      first.write(Buffer.concat([yes, Buffer.from('and then garbage')]));
      await registered;
      await first.closed;
      assert.deepEqual([client.state, registration.state], ['disconnected', 'pending']);
      time.clock.advance(100);
      const second = await server.connection();
      await serve(second);
      await caughtUp(client, second);
      assert.equal(registration.state, 'registered');
    });

    it('that were lost while they were made are made on the next connection', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port, reconnectMin: 100 }));
      const first = await server.connection();
      for (const appValue of [100, 101, 102]) await register(client, first, [1, appValue]);
      first.reset();
      await inState(client, 'disconnected');
      time.clock.advance(100);
      const second = await server.connection();
      await serve(second);
      await second.receive(REGISTER.request);
      second.reset();
      await inState(client, 'disconnected');
      const sent = send(client, 1, 'x');
      time.clock.advanceToNext();
      const third = await server.connection();
      const places = [await serve(third), await serve(third), await serve(third)];
      assert.deepEqual(
        places.map(([, appValue]) => appValue),
        [100, 101, 102],
      );
      await third.receive(SEND_APP_DATA_REQUEST);
      await sent;
    });
  });

  it('do not use up the patience of what waits behind them while they are made again', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(
      bench.app({ port: server.port, requestTimeout: 1000, reconnectMin: 100, reconnectMax: 100 }),
    );
    const first = await server.connection();
    for (const appValue of [100, 101]) await register(client, first, [1, appValue]);
    first.reset();
    await inState(client, 'disconnected');
    const version = client.getVersion();
    const watched = watch(version);
    time.clock.advance(100);
    const second = await server.connection();
    for (let n = 0; n < 2; n += 1) {
      await second.receive(REGISTER.request);
      time.clock.advance(800);
      second.send(REGISTER.response, { status: 0 });
      await caughtUp(client, second);
    }
    assert.equal(watched.settled, false);
    await second.receive(VERSION.request);
    second.send(VERSION.response, { major: 1, minor: 2, patch: 3, build: 4 });
    assert.equal((await version).fields.major, 1);
  });

  describe('refused', () => {
    it('fail with the status, and are tried again after pauses that grow', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port, reconnectMin: 100, reconnectMax: 400 }));
      const connection = await server.connection();
      const registration = client.acquire(1, 100);
      const registered = registration.register();
      await serve(connection, 2);
      const error = await rejection(registered, 'AKM_REJECTED');
      assert.equal(error.status, 2);
      assert.match(error.message, /refused REGISTER_APP_REQUEST: status 2/);
      for (const longest of [100, 200, 400, 400]) {
        assert.equal(registration.state, 'refused');
        await caughtUp(client, connection);
        const [pause = NaN, ...others] = time.clock.pending;
        assert.deepEqual(others, []);
        assert.ok(pause >= longest / 2 && pause <= longest, `a pause of ${pause} ms, not ${longest}`);
        time.clock.advance(pause);
        await serve(connection, 2);
        await caughtUp(client, connection);
      }
      time.clock.advanceToNext();
      await serve(connection, 0);
      await caughtUp(client, connection);
      assert.equal(registration.state, 'registered');
      assert.deepEqual(time.clock.pending, []);
    });

    it('are tried again after the shortest pause where they stood in between', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port, reconnectMin: 100, reconnectMax: 400 }));
      const first = await server.connection();
      const refused = client.acquire(1, 100).register();
      await serve(first, 2);
      await rejection(refused, 'AKM_REJECTED');
      for (const status of [2, 2, 0]) {
        time.clock.advanceToNext();
        await serve(first, status);
        await caughtUp(client, first);
      }
      first.reset();
      await inState(client, 'disconnected');
      time.clock.advance(100);
      const second = await server.connection();
      await serve(second, 2);
      await caughtUp(client, second);
      const [pause = NaN] = time.clock.pending;
      assert.ok(pause <= 100, `a pause of ${pause} ms`);
    });

    it('leave nothing behind when the client closes, however often they were asked for', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const connection = await server.connection();
      const registration = client.acquire(1, 100);
      for (let n = 0; n < 2; n += 1) {
        const refused = registration.register();
        await serve(connection, 1);
        await rejection(refused, 'AKM_REJECTED');
      }
      await client.close();
      assert.deepEqual(time.clock.pending, []);
    });

    for (const last of [1, 0]) {
      it(`are tried again by one timer alone where they were asked for twice at once: ${last} the second time`, async () => {
        const server = await bench.scriptedApp();
        const client = await connected(bench.app({ port: server.port }));
        const connection = await server.connection();
        const registration = client.acquire(1, 100);
        const asked = Promise.allSettled([registration.register(), registration.register(true)]);
        await serve(connection, 1);
        await serve(connection, last);
        await asked;
        assert.equal(time.clock.pending.length, last);
      });
    }

    it('are not tried again once they are released', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const connection = await server.connection();
      const registration = client.acquire(1, 100);
      const refused = registration.register();
      await connection.receive(REGISTER.request);
      registration.release();
      time.clock.advance(TAKEOVER);
      connection.send(REGISTER.response, { status: 1 });
      await rejection(refused, 'AKM_REJECTED');
      await client.close();
      assert.deepEqual(time.clock.pending, []);
    });

    it('are pending where the connection went with the refusal', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const registration = client.acquire(1, 100);
      const refused = registration.register();
      const connection = await server.connection();
      await connection.receive(REGISTER.request);
      const no = encodeFrame(APP_DIALECT, REGISTER.response, { status: 1 });
      connection.write(Buffer.concat([no, Buffer.from('and then garbage')]));
      await rejection(refused, 'AKM_REJECTED');
      assert.deepEqual([client.state, registration.state], ['disconnected', 'pending']);
    });

    it('do not stand in the way of another in the same ATR', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const connection = await server.connection();
      const refused = client.acquire(1, 100).register();
      await serve(connection, 1);
      await rejection(refused, 'AKM_REJECTED');
      await register(client, connection, [1, 101]);
      await send(client, 1, 'x');
    });

    it('stand where they stood, though asking again was refused', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const connection = await server.connection();
      const registration = await register(client, connection, [1, 100]);
      const again = registration.register(true);
      await serve(connection, 1);
      await rejection(again, 'AKM_REJECTED');
      assert.equal(registration.state, 'registered');
      await send(client, 1, 'x');
      assert.deepEqual(time.clock.pending, []);
    });

    it('are asked again at once where that is wanted', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const connection = await server.connection();
      const registration = client.acquire(1, 100);
      const refused = registration.register();
      await serve(connection, 1);
      await rejection(refused, 'AKM_REJECTED');
      const registered = registration.register();
      await serve(connection);
      await registered;
      assert.deepEqual(time.clock.pending, [], 'nothing is tried again any more');
    });
  });

  describe('released', () => {
    it('free the App Value at the AppEndpoint; the others are made again', async () => {
      const { appPort } = await bench.simulator();
      const [one, other] = [
        await connected(bench.app({ port: appPort })),
        await connected(bench.app({ port: appPort })),
      ];
      const [leaving, staying] = [one.acquire(1, 100), one.acquire(1, 101)];
      const wanted = other.acquire(1, 100);
      await leaving.register();
      await staying.register();
      await rejection(wanted.register(), 'AKM_REJECTED');
      leaving.release();
      assert.equal(one.state, 'connected');
      time.clock.advance(TAKEOVER);
      assert.equal(one.state, 'connecting');
      await inState(one, 'connected');
      assert.equal((await wanted.register()).status, 0);
      assert.equal((await staying.register()).status, 0);
      const received = new Promise((resolve) => {
        one.subscribe({ atrId: 1 }, ({ appValue, data }) => resolve([appValue, data.toString()]));
      });
      other.send({ atrId: 1, appValue: 101, data: 'hello' }, (error) => assert.equal(error, undefined));
      assert.deepEqual(await received, [100, 'hello']);
    });

    it('and taken hold of again at once leave the connection as it is', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const connection = await server.connection();
      const before = await register(client, connection, [1, 100]);
      before.release();
      time.clock.advance(TAKEOVER - 1);
      const after = client.acquire(1, 100);
      time.clock.advance(TAKEOVER * 10);
      assert.equal(after.state, 'registered');
      assert.equal((await after.register()).status, 0);
      await caughtUp(client, connection);
      assert.deepEqual([client.state, server.accepted, connection.unasked], ['connected', 1, 0]);
    });

    it('free an App Value also where it was asked for before there was a connection', async () => {
      const server = await bench.scriptedApp();
      const client = bench.app({ port: server.port });
      const registration = client.acquire(1, 100);
      const registered = registration.register();
      const connection = await server.connection();
      await serve(connection);
      await registered;
      registration.release();
      time.clock.advance(TAKEOVER);
      assert.equal(client.state, 'connecting');
      await connection.ended;
      await server.connection();
    });

    it('are not asked for any more where they still wait', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const connection = await server.connection();
      const version = client.getVersion();
      await connection.receive(VERSION.request);
      const registration = client.acquire(1, 100);
      const givenUp = rejection(registration.register(), 'AKM_CLOSED');
      registration.release();
      time.clock.advance(TAKEOVER);
      connection.send(VERSION.response, { major: 1, minor: 0, patch: 0, build: 0 });
      await Promise.all([version, givenUp]);
      await caughtUp(client, connection);
      assert.deepEqual([client.state, server.accepted, connection.unasked], ['connected', 1, 0]);
    });

    it('stay for whoever else holds them', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const connection = await server.connection();
      const [one, other] = [await register(client, connection, [1, 100]), client.acquire(1, 100)];
      one.release();
      one.release();
      time.clock.advance(TAKEOVER * 10);
      await caughtUp(client, connection);
      assert.deepEqual([client.state, server.accepted, other.state], ['connected', 1, 'registered']);
    });

    it('are not made again after a loss', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port, reconnectMin: 100 }));
      const first = await server.connection();
      const leaving = await register(client, first, [1, 100]);
      await register(client, first, [1, 101]);
      leaving.release();
      time.clock.advance(TAKEOVER);
      await first.ended;
      const second = await server.connection();
      assert.deepEqual(await serve(second), [1, 101]);
      await caughtUp(client, second);
      assert.equal(second.unasked, 0);
    });

    it('renew the connection once, however many there are', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const first = await server.connection();
      const leaving: RegistrationHandle[] = [];
      for (const appValue of [100, 101, 102]) leaving.push(await register(client, first, [1, appValue]));
      for (const registration of leaving) registration.release();
      assert.deepEqual(time.clock.pending, [TAKEOVER]);
      time.clock.advance(TAKEOVER);
      await first.ended;
      const second = await server.connection();
      await inState(client, 'connected');
      time.clock.advance(TAKEOVER * 10);
      await caughtUp(client, second);
      assert.deepEqual([server.accepted, second.unasked], [2, 0]);
    });

    it('do not renew the connection where nothing was ever asked', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const connection = await server.connection();
      client.acquire(1, 100).release();
      time.clock.advance(TAKEOVER * 10);
      await caughtUp(client, connection);
      assert.deepEqual([client.state, server.accepted], ['connected', 1]);
    });

    it('wait for a request that is in flight before the connection is renewed', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const connection = await server.connection();
      const leaving = await register(client, connection, [1, 100]);
      const version = client.getVersion();
      await connection.receive(VERSION.request);
      leaving.release();
      time.clock.advance(TAKEOVER);
      assert.equal(client.state, 'connected');
      connection.send(VERSION.response, { major: 1, minor: 2, patch: 3, build: 4 });
      assert.deepEqual((await version).fields, { major: 1, minor: 2, patch: 3, build: 4 });
      await connection.ended;
      await server.connection();
    });

    it('let what was sent right before go out on the connection that is renewed', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const connection = await server.connection();
      const leaving = await register(client, connection, [1, 100]);
      await register(client, connection, [1, 101]);
      leaving.release();
      const sent = send(client, 1, 'x');
      time.clock.advance(TAKEOVER);
      assert.equal(client.state, 'connecting');
      await sent;
      assert.equal((await connection.receive(SEND_APP_DATA_REQUEST)).data.toString(), 'x');
    });

    it('do not renew the connection once more where it was lost meanwhile', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port, reconnectMin: 100, reconnectMax: 100 }));
      const first = await server.connection();
      const leaving = await register(client, first, [1, 100]);
      const lost = rejection(client.getVersion(), 'AKM_CONNECTION_LOST');
      const waiting = client.getVersion();
      await first.receive(VERSION.request);
      leaving.release();
      time.clock.advance(TAKEOVER); // from now on the connection is renewed as soon as no request is in flight
      first.reset();
      await lost;
      time.clock.advance(100);
      const second = await server.connection();
      await second.receive(VERSION.request);
      second.send(VERSION.response, { major: 1, minor: 2, patch: 3, build: 4 });
      await waiting;
      assert.equal(client.state, 'connected');
    });

    it('do not renew a connection that is being closed', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const connection = await server.connection();
      const leaving = await register(client, connection, [1, 100]);
      const version = rejection(client.getVersion(), 'AKM_CLOSED');
      await connection.receive(VERSION.request);
      leaving.release();
      time.clock.advance(TAKEOVER); // from now on the connection is renewed as soon as no request is in flight
      const states: string[] = [];
      client.on('state', (state) => states.push(state));
      await Promise.all([client.close(), version]);
      assert.deepEqual([states, time.clock.pending], [['closed'], []]);
      await rejection(client.getVersion(), 'AKM_CLOSED');
    });

    it('leave nothing behind where the client was closed before', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const leaving = await register(client, await server.connection(), [1, 100]);
      await client.close();
      leaving.release();
      assert.deepEqual(time.clock.pending, []);
    });

    it('keep what is sent meanwhile for the new connection', async () => {
      const server = await bench.scriptedApp();
      const client = await connected(bench.app({ port: server.port }));
      const first = await server.connection();
      const leaving = await register(client, first, [1, 100]);
      await register(client, first, [1, 101]);
      leaving.release();
      time.clock.advance(TAKEOVER);
      const sent = send(client, 1, 'x', 'error');
      const watched = watch(sent);
      const second = await server.connection();
      await second.receive(REGISTER.request);
      await turn();
      assert.equal(watched.settled, false);
      second.send(REGISTER.response, { status: 0 });
      await sent;
      assert.equal((await second.receive(SEND_APP_DATA_REQUEST)).data.toString(), 'x');
    });
  });

  it('are not disturbed by an observer that throws, which is told', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port }));
    const connection = await server.connection();
    const faults: string[] = [];
    client.on('fault', ({ message }) => faults.push(message));
    const other = observer();
    client.acquire(1, 100, {
      stateChanged: () => {
        throw new Error('cannot bear this');
      },
    });
    await register(client, connection, [1, 100], other);
    assert.equal(await other.told.take(), 'registered');
    assert.deepEqual(faults, ['An observer of a registration failed: cannot bear this']);
    await client.close();
  });

  it('end with the client', async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port }));
    const connection = await server.connection();
    const registration = await register(client, connection, [1, 100]);
    const asked = registration.register(true);
    const failed = rejection(asked, 'AKM_CLOSED');
    registration.release();
    await client.close();
    await failed;
    await rejection(registration.register(), 'AKM_CLOSED');
    assert.deepEqual(time.clock.pending, []);
  });
});
