import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { AppClient } from '../../src/client/app/app-client.js';
import type { AkmError, AkmErrorCode } from '../../src/errors.js';
import {
  APP_OPERATIONS,
  MAX_APP_BUFFER_SIZE,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../src/protocol/app-messages.js';
import { APP_DIALECT } from '../../src/protocol/header.js';
import { encodeFrame } from '../../src/protocol/message.js';
import { caughtUp, connected, inState, useTestPeers } from '../support/clients.js';
import { requireNoTimersLeft, useFakeClock } from '../support/fake-clock.js';
import { withResolvers } from '../support/mailbox.js';
import { rejection, turn, watch } from '../support/promises.js';
import type { ScriptedConnection, ScriptedServer } from '../support/scripted-server.js';

const REGISTER = APP_OPERATIONS.REGISTER_APP;

interface SendOptions {
  atrId?: number;
  appValue?: number;
  offline?: 'error' | 'queue';
}

/** Sends application data; fails where it is told of the same data more than once. */
function send(
  client: AppClient,
  data: string | Buffer,
  { atrId = 1, appValue = 200, ...options }: SendOptions = {},
): Promise<void> {
  const { promise, resolve, reject } = withResolvers<undefined>();
  let told = 0;
  client.send({ atrId, appValue, data, ...options }, (error) => {
    told += 1;
    assert.equal(told, 1, 'told twice of the same data');
    if (error) reject(error);
    else resolve(undefined);
  });
  return promise;
}

/** Registers an application in an ATR with a scripted AppEndpoint. */
async function register(client: AppClient, connection: ScriptedConnection, atrId: number): Promise<void> {
  const registered = client.acquire(atrId, 100).register();
  await connection.receive(REGISTER.request);
  connection.send(REGISTER.response, { status: 0 });
  await registered;
}

/** The data that a server receives next. */
async function receive(connection: ScriptedConnection, count: number): Promise<string[]> {
  const data: string[] = [];
  while (data.length < count) data.push((await connection.receive(SEND_APP_DATA_REQUEST)).data.toString());
  return data;
}

const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, n) => `message ${from + n}`);

describe('sending', () => {
  const bench = useTestPeers();
  const time = useFakeClock();
  requireNoTimersLeft(time);

  async function ready(
    options: Parameters<typeof bench.app>[0] = {},
  ): Promise<{ server: ScriptedServer; client: AppClient; connection: ScriptedConnection }> {
    const server = await bench.scriptedApp();
    const client = await connected(
      bench.app({ port: server.port, reconnectMin: 100, reconnectMax: 100, ...options }),
    );
    const connection = await server.connection();
    await register(client, connection, 1);
    return { server, client, connection };
  }

  it('says that the bytes were taken', async () => {
    const { client, connection } = await ready();
    await send(client, 'Grüße, 世界', { appValue: 0xffff });
    assert.deepEqual(await connection.receive(SEND_APP_DATA_REQUEST), {
      atrId: 1,
      appValue: 0xffff,
      data: Buffer.from('Grüße, 世界'),
    });
    assert.equal(client.counters().queueDepth, 0);
  });

  it('carries each message once and in order to another application', async () => {
    const { appPort } = await bench.simulator();
    const [sender, receiver] = [bench.app({ port: appPort }), bench.app({ port: appPort })];
    await sender.acquire(1, 100).register();
    await receiver.acquire(1, 200).register();
    const { promise, resolve } = withResolvers<undefined>();
    const got: string[] = [];
    const sent = [...numbered(500), 'the last one'];
    receiver.subscribe({}, ({ atrId, appValue, data }) => {
      assert.deepEqual([atrId, appValue], [1, 100]);
      got.push(data.toString());
      if (got.at(-1) === sent.at(-1)) resolve(undefined);
    });
    await Promise.all(sent.map((data) => send(sender, data, { offline: 'queue' })));
    await promise;
    assert.deepEqual(got, sent);
  });

  it('carries as many bytes as fit into one message, and none', async () => {
    const { client, connection } = await ready();
    const largest = Buffer.alloc(MAX_APP_BUFFER_SIZE, 0xab);
    await send(client, largest);
    await send(client, '');
    await send(client, Buffer.from([0, 0, 0]));
    for (const data of [largest, Buffer.alloc(0), Buffer.alloc(3)])
      assert.deepEqual((await connection.receive(SEND_APP_DATA_REQUEST)).data, data);
  });

  it('refuses more bytes than fit, telling both numbers', async () => {
    const { client, connection } = await ready();
    const tooLarge = [Buffer.alloc(4047), 'ä'.repeat(2024)];
    for (const data of tooLarge) {
      const { message } = await rejection(send(client, data), 'AKM_PAYLOAD_TOO_LARGE');
      assert.match(message, /404[78] bytes.*4046/);
    }
    await caughtUp(client, connection);
    assert.equal(connection.unasked, 0);
  });

  it('refuses what is no U16', async () => {
    const { client } = await ready();
    assert.match(
      (await rejection(send(client, 'x', { atrId: 65536 }), 'AKM_INVALID_INPUT')).message,
      /^The ATR ID/,
    );
    assert.match(
      (await rejection(send(client, 'x', { appValue: -1 }), 'AKM_INVALID_INPUT')).message,
      /^The App Value/,
    );
  });

  it('refuses what is neither text nor bytes', async () => {
    const { client } = await ready();
    for (const [data, told] of [
      [5, 'The data is 5;'],
      [{}, 'The data is an object;'],
      [undefined, 'The data is undefined;'],
    ] as const) {
      const { message } = await rejection(send(client, data as never), 'AKM_INVALID_INPUT');
      assert.ok(message.startsWith(told), message);
    }
  });

  it('copies the data: it may be changed as soon as the call returns', async () => {
    const server = await bench.scriptedApp();
    const client = bench.app({ port: server.port });
    const registering = client.acquire(1, 100).register();
    const data = Buffer.from('before');
    const sent = send(client, data);
    data.write('after!');
    const connection = await server.connection();
    await connection.receive(REGISTER.request);
    connection.send(REGISTER.response, { status: 0 });
    await Promise.all([registering, sent]);
    assert.deepEqual(await receive(connection, 1), ['before']);
  });

  describe('and registration', () => {
    it('fails where no application is registered in the ATR', async () => {
      const { client, connection } = await ready();
      const { message } = await rejection(send(client, 'x', { atrId: 2 }), 'AKM_NOT_REGISTERED');
      assert.match(message, /ATR 2/);
      client.acquire(2, 100);
      await rejection(send(client, 'x', { atrId: 2 }), 'AKM_NOT_REGISTERED');
      await caughtUp(client, connection);
      assert.equal(connection.unasked, 0);
    });

    it('waits for a registration that is under way, and keeps the order', async () => {
      const { client, connection } = await ready();
      const registering = client.acquire(2, 100).register();
      const sent = numbered(20).map((data) => send(client, data, { atrId: 2 }));
      await connection.receive(REGISTER.request);
      await caughtUp(client, connection);
      assert.equal(connection.unasked, 0);
      assert.equal(client.counters().queueDepth, 20);
      await send(client, 'of another ATR');
      assert.deepEqual(await receive(connection, 1), ['of another ATR']);
      connection.send(REGISTER.response, { status: 0 });
      await registering;
      sent.push(send(client, 'one more', { atrId: 2 }));
      await Promise.all(sent);
      assert.deepEqual(await receive(connection, 21), [...numbered(20), 'one more']);
      assert.equal(client.counters().queueDepth, 0);
    });

    it('keeps the order also of what is sent on hearing of the registration', async () => {
      const { client, connection } = await ready();
      const sent: Promise<void>[] = [];
      const registration = client.acquire(2, 100, {
        stateChanged: (state) => {
          if (state === 'registered') sent.push(send(client, 'last', { atrId: 2 }));
        },
      });
      const registering = registration.register();
      sent.push(...numbered(3).map((data) => send(client, data, { atrId: 2 })));
      await connection.receive(REGISTER.request);
      connection.send(REGISTER.response, { status: 0 });
      await registering;
      assert.deepEqual(await receive(connection, 4), [...numbered(3), 'last']);
      await Promise.all(sent);
    });

    it('fails with a registration that is refused', async () => {
      const { client, connection } = await ready();
      const registering = rejection(client.acquire(2, 100).register(), 'AKM_REJECTED');
      const sent = numbered(3).map((data) =>
        rejection(send(client, data, { atrId: 2 }), 'AKM_NOT_REGISTERED'),
      );
      await connection.receive(REGISTER.request);
      connection.send(REGISTER.response, { status: 3 });
      await registering;
      for (const { message, cause } of await Promise.all(sent)) {
        assert.match(
          message,
          /no application registered in ATR 2: its registration of App Value 100 was refused\. .*status 3/,
        );
        assert.equal((cause as AkmError).code, 'AKM_REJECTED');
      }
      assert.equal(client.counters().queueDepth, 0);
    });

    it('fails where the registration is released before it is made', async () => {
      const { client, connection } = await ready();
      const registration = client.acquire(2, 100);
      const registering = registration.register();
      const sent = send(client, 'x', { atrId: 2, offline: 'queue' });
      await connection.receive(REGISTER.request);
      registration.release();
      time.clock.advance(250);
      await rejection(sent, 'AKM_NOT_REGISTERED');
      connection.send(REGISTER.response, { status: 0 });
      await registering;
    });
  });

  describe('without a connection', () => {
    it('fails at once with "error", and waits with "queue"', async () => {
      const { server, client, connection } = await ready();
      connection.reset();
      await inState(client, 'disconnected');
      const { message } = await rejection(send(client, 'x'), 'AKM_NOT_CONNECTED');
      assert.match(message, /^Not connected to the AppEndpoint at .*: .*was lost/);
      await rejection(send(client, 'x', { offline: 'error' }), 'AKM_NOT_CONNECTED');
      const sent = numbered(10).map((data) => send(client, data, { offline: 'queue' }));
      assert.equal(client.counters().queueDepth, 10);
      time.clock.advance(100);
      const next = await server.connection();
      await next.receive(REGISTER.request);
      next.send(REGISTER.response, { status: 0 });
      await Promise.all(sent);
      assert.deepEqual(await receive(next, 10), numbered(10));
      await caughtUp(client, next);
      assert.equal(next.unasked, 0, 'what failed is not sent');
    });

    it('waits for an attempt under way even with "error", and fails with it', async () => {
      const { server, client, connection } = await ready();
      const comeBack = await server.away();
      await connection.closed;
      await inState(client, 'disconnected');
      time.clock.advance(100);
      assert.equal(client.state, 'connecting');
      const [impatient, patient] = [send(client, 'impatient'), send(client, 'patient', { offline: 'queue' })];
      const watched = watch(patient);
      await rejection(impatient, 'AKM_NOT_CONNECTED');
      assert.equal(watched.settled, false);
      await comeBack();
      time.clock.advance(100);
      const next = await server.connection();
      await next.receive(REGISTER.request);
      next.send(REGISTER.response, { status: 0 });
      await patient;
      assert.deepEqual(await receive(next, 1), ['patient']);
    });

    it('waits with "queue" for as long as it takes', async () => {
      const { server, client } = await ready({ requestTimeout: 1000 });
      const comeBack = await server.away();
      await inState(client, 'disconnected');
      const sent = send(client, 'patient', { offline: 'queue' });
      const watched = watch(sent);
      for (let attempt = 0; attempt < 30; attempt += 1) {
        time.clock.advance(100);
        await inState(client, 'disconnected');
      }
      assert.equal(watched.settled, false);
      await comeBack();
      time.clock.advance(100);
      const next = await server.connection();
      await next.receive(REGISTER.request);
      next.send(REGISTER.response, { status: 0 });
      await sent;
    });

    it('refuses what is more than may wait, and drops nothing of what waits', async () => {
      const { server, client, connection } = await ready({
        queueLimit: 10,
        reconnectMin: 12_000,
        reconnectMax: 12_000,
      });
      connection.reset();
      await inState(client, 'disconnected');
      const sent = numbered(9).map((data) => send(client, data, { offline: 'queue' }));
      const version = client.getVersion(); // requests and sends share the limit
      for (const data of ['more', 'and more']) {
        const { message } = await rejection(send(client, data, { offline: 'queue' }), 'AKM_QUEUE_FULL');
        assert.match(message, /^Queue full: 10 requests and messages/);
      }
      await rejection(client.getVersion(), 'AKM_QUEUE_FULL');
      time.clock.advance(5000);
      await rejection(version, 'AKM_NOT_CONNECTED');
      time.clock.advance(7000);
      await inState(client, 'connected');
      const next = await server.connection();
      await next.receive(REGISTER.request);
      next.send(REGISTER.response, { status: 0 });
      await Promise.all(sent);
      assert.deepEqual(await receive(next, 9), numbered(9));
    });
  });

  describe('to a peer that does not read', () => {
    /** How a send ended: `taken`, or the code of the error. */
    type Outcome = 'taken' | AkmErrorCode;

    /** Sends to an AppEndpoint that has stopped reading until no more may wait. */
    async function flooded(
      offline: ('error' | 'queue')[],
      queueLimit = 50,
    ): Promise<{
      server: ScriptedServer;
      client: AppClient;
      connection: ScriptedConnection;
      sent: Promise<Outcome>[];
    }> {
      const { server, client, connection } = await ready({ queueLimit });
      connection.pause();
      const sent: Promise<Outcome>[] = [];
      for (let refused = false; !refused;) {
        assert.ok(sent.length < 20_000, 'more and more is taken, and nothing is said');
        const outcome = send(client, `message ${sent.length}`, {
          offline: offline[sent.length % offline.length] ?? 'error',
        }).then(
          () => 'taken' as const,
          (error: unknown) => (error as AkmError).code,
        );
        await turn(); // what the operating system can take it has taken before the next message
        refused =
          client.counters().queueDepth === queueLimit &&
          (await Promise.race([outcome, Promise.resolve()])) === 'AKM_QUEUE_FULL';
        if (!refused) sent.push(outcome);
      }
      assert.equal(client.counters().queueDepth, queueLimit);
      return { server, client, connection, sent };
    }

    it('keeps no more in memory than may wait, then delivers it all, in order', async () => {
      let socket: Socket | undefined;
      const onSocket = (message: unknown): void => {
        ({ socket } = message as { socket: Socket });
      };
      subscribe('net.client.socket', onSocket);
      // more than the operating system takes at one time
      const { client, connection, sent } = await flooded(['error'], 3000);
      unsubscribe('net.client.socket', onSocket);
      connection.read();
      let most = socket?.writableLength ?? NaN;
      for (const expected of numbered(sent.length)) {
        assert.deepEqual(await receive(connection, 1), [expected]);
        most = Math.max(most, socket?.writableLength ?? NaN);
      }
      assert.ok(most < 500_000, `${most} bytes are in the socket's own queue`);
      assert.deepEqual(new Set(await Promise.all(sent)), new Set(['taken']));
      assert.equal(client.counters().queueDepth, 0);
      await send(client, 'and one more');
      assert.deepEqual(await receive(connection, 1), ['and one more']);
    });

    it('fails with a loss what was not taken; what waits with "queue" is delivered later, once', async () => {
      const { server, client, connection, sent } = await flooded(['error', 'queue']);
      connection.reset();
      await inState(client, 'disconnected');
      time.clock.advance(100);
      const next = await server.connection();
      await next.receive(REGISTER.request);
      next.send(REGISTER.response, { status: 0 });
      const outcomes = await Promise.all(sent);
      const [written, waiting] = [outcomes.slice(0, -50), outcomes.slice(-50)];
      assert.deepEqual(new Set(written), new Set(['taken', 'AKM_CONNECTION_LOST']));
      assert.equal(waiting.filter((outcome) => outcome === 'AKM_NOT_CONNECTED').length, 25);
      const queued = numbered(50, written.length).filter((_, index) => waiting[index] === 'taken');
      assert.equal(queued.length, 25);
      assert.deepEqual(await receive(next, 25), queued);
      await caughtUp(client, next);
      assert.equal(next.unasked, 0);
    });

    it('fails with a loss also what waits with "error"', async () => {
      const { client, connection, sent } = await flooded(['error']);
      connection.reset();
      const outcomes = await Promise.all(sent);
      assert.deepEqual(outcomes.slice(-50), Array(50).fill('AKM_NOT_CONNECTED'));
      assert.ok(outcomes.includes('AKM_CONNECTION_LOST'));
      assert.equal(client.counters().queueDepth, 0);
    });

    it('fails at once where the peer ends its side', async () => {
      const { client, connection, sent } = await flooded(['error']);
      connection.end();
      const outcomes = await Promise.all(sent);
      assert.deepEqual(outcomes.slice(-50), Array(50).fill('AKM_NOT_CONNECTED'));
      assert.equal(client.state, 'disconnected');
    });

    it('delivers all that waits with "queue", though no more may wait, after the registration was made again', async () => {
      const { server, client, connection, sent } = await flooded(['queue']);
      connection.reset();
      await inState(client, 'disconnected');
      time.clock.advance(100);
      const next = await server.connection();
      await next.receive(REGISTER.request);
      next.send(REGISTER.response, { status: 0 });
      assert.deepEqual(await receive(next, 50), numbered(50, sent.length - 50));
      assert.deepEqual((await Promise.all(sent)).slice(-50), Array(50).fill('taken'));
    });

    it('is not kept from closing', async () => {
      const { client, sent } = await flooded(['queue']);
      const closing = client.close();
      time.clock.advance(2000);
      await closing;
      assert.deepEqual((await Promise.all(sent)).slice(-51), Array(51).fill('AKM_CLOSED'));
    });
  });

  it('fails with a loss what was not written yet, and does not write it to the next connection', async () => {
    const { server, client, connection } = await ready();
    const push = encodeFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: 1, data: 'x' });
    client.subscribe({}, () => undefined);
    connection.write(Buffer.concat(Array<Buffer>(8).fill(push))); // from then on several are decoded in a turn
    await caughtUp(client, connection);
    const sent: Promise<Error>[] = [];
    client.subscribe({}, () => {
      for (const offline of ['error', 'queue'] as const)
        sent.push(rejection(send(client, 'x', { offline }), 'AKM_CONNECTION_LOST'));
    });
    connection.write(Buffer.concat([push, Buffer.from('this is no message')])); // which ends it before the callback does
    await inState(client, 'disconnected');
    assert.equal(sent.length, 2);
    for (const { message } of await Promise.all(sent))
      assert.match(message, /^The connection to the AppEndpoint at .* was lost: .* broke the protocol/);
    time.clock.advance(100);
    const next = await server.connection();
    await next.receive(REGISTER.request);
    next.send(REGISTER.response, { status: 0 });
    await caughtUp(client, next);
    assert.equal(next.unasked, 0);
  });

  it('is done before the client closes, also where that follows at once', async () => {
    const { client, connection } = await ready();
    const sent = numbered(3).map((data) => send(client, data));
    await Promise.all([client.close(), ...sent]);
    assert.deepEqual(await receive(connection, 3), numbered(3));
  });

  it('fails what waits when the client closes, and what comes later', async () => {
    const { client, connection } = await ready();
    connection.reset();
    await inState(client, 'disconnected');
    const sent = send(client, 'x', { offline: 'queue' });
    await Promise.all([client.close(), rejection(sent, 'AKM_CLOSED')]);
    await rejection(send(client, 'x'), 'AKM_CLOSED');
    await rejection(send(client, 'x', { offline: 'queue' }), 'AKM_CLOSED');
    await rejection(client.acquire(1, 100).register(), 'AKM_CLOSED');
    await rejection(send(client, 'x', { offline: 'queue' }), 'AKM_CLOSED');
    assert.equal(client.counters().queueDepth, 0);
  });
});
