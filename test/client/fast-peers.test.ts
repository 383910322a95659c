import assert from 'node:assert/strict';
import type { AppClient } from '../../src/client/app/app-client.js';
import { APP_OPERATIONS, RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { APP_DIALECT } from '../../src/protocol/header.js';
import { encodeFrame, encodeRawFrame } from '../../src/protocol/message.js';
import { useClientSockets } from '../support/sockets.js';
import { caughtUp, connected, inState, useTestPeers } from '../support/clients.js';
import { requireNoTimersLeft, useFakeClock } from '../support/fake-clock.js';
import { rejection } from '../support/promises.js';

const { GET_VERSION, REGISTER_APP } = APP_OPERATIONS;
/** A message that no flow has anything to do with. */
const UNKNOWN = 0x45;
const REQUEST_TIMEOUT = 5000;
/** So many times its timeout a request may take while more has arrived than was handed on. */
const LONGEST_BACKLOG = 10;
/** How long a turn of the event loop may get before a flow is given less at once, in milliseconds. */
const LONG_TURN = 10;
/** What a released registration waits for its successor, in milliseconds. */
const TAKEOVER = 250;

/** So many pushes, numbered from 0, in one chunk. */
function pushes(count: number): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, n) =>
      encodeFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE, {
        atrId: 1,
        appValue: 1,
        data: Buffer.from(String(n)),
      }),
    ),
  );
}

describe('a peer that is faster than the flow', () => {
  const bench = useTestPeers();
  const sockets = useClientSockets();
  const time = useFakeClock();
  requireNoTimersLeft(time);

  async function ready() {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port, requestTimeout: REQUEST_TIMEOUT }));
    const connection = await server.connection();
    // from then on the socket reads at one time whatever these tests write at one time
    connection.write(
      Buffer.concat(Array<Buffer>(3).fill(encodeRawFrame(APP_DIALECT, UNKNOWN, Buffer.alloc(4000)))),
    );
    await caughtUp(client, connection);
    /** The numbers that were handed on, and a dot wherever a flow got its turn to work on one. */
    let seen = '';
    client.subscribe({}, ({ data }) => {
      seen += data.toString();
      setImmediate(() => (seen += '.'));
    });
    return { client, server, connection, seen: () => seen };
  }

  /** From now on, what a flow does with a message takes so long that it gets one a turn. */
  function takeLong(client: AppClient): void {
    client.subscribe({}, () => {
      setImmediate(() => time.clock.advance(LONG_TURN + 1));
    });
  }

  it('gives a flow that is fast more at once, turn by turn', async () => {
    const { client, connection, seen } = await ready();
    connection.write(pushes(7));
    await caughtUp(client, connection);
    assert.equal(seen(), '0.12..3456....');
  });

  it('leaves a flow that is slow time for each message before it gets the next', async () => {
    const { client, connection, seen } = await ready();
    takeLong(client);
    connection.write(pushes(5));
    await caughtUp(client, connection);
    assert.equal(seen(), '0.1.2.3.4.');
  });

  it('is heard to its end where the connection breaks meanwhile', async () => {
    const { client, connection, seen } = await ready();
    const end = client.subscribe({}, () => {
      end();
      sockets[0]?.destroy(new Error('broken'));
    });
    connection.write(pushes(3));
    await inState(client, 'disconnected');
    assert.equal(seen().replaceAll('.', ''), '012');
  });

  it('is heard to its end, without delay, where the connection is being renewed', async () => {
    const { client, server, connection, seen } = await ready();
    const registration = client.acquire(1, 100);
    const registered = registration.register();
    await connection.receive(REGISTER_APP.request);
    connection.send(REGISTER_APP.response, { status: 0 });
    await registered;
    const end = client.subscribe({}, () => {
      end();
      registration.release();
      time.clock.advance(TAKEOVER);
    });
    connection.write(pushes(4));
    await server.connection();
    assert.equal(seen(), '0.123...');
  });

  it('is not heard any more once the client is closed', async () => {
    const { client, connection, seen } = await ready();
    let closed: Promise<void> | undefined;
    client.subscribe({}, () => {
      closed ??= client.close();
    });
    connection.write(pushes(3));
    await connection.closed;
    await closed;
    assert.equal(seen().replaceAll('.', ''), '0');
  });

  it('does not hold up the end of a client that is closed meanwhile', async () => {
    const { client, connection } = await ready();
    const closed = new Promise<void>((resolve) => {
      const end = client.subscribe({}, () => {
        end();
        setImmediate(() => void client.close().then(resolve));
      });
    });
    connection.write(pushes(3));
    await closed; // without any time passing
  });

  it('does not hold up the end of a client that is closed by a message, after others that had to wait', async () => {
    const { client, connection } = await ready();
    takeLong(client);
    connection.write(pushes(2));
    await caughtUp(client, connection);
    const closed = new Promise<void>((resolve) => {
      client.subscribe({}, () => void client.close().then(resolve));
    });
    connection.write(pushes(2));
    await closed;
  });

  it('does not hold up the end of a client that is closed by the last messages of a broken connection', async () => {
    const { client, connection } = await ready();
    const closed = new Promise<void>((resolve) => {
      client.subscribe({}, ({ data }) => {
        if (data.toString() === '0') sockets[0]?.destroy(new Error('broken'));
        else void client.close().then(resolve);
      });
    });
    connection.write(pushes(3));
    await closed;
  });

  it('may have answered already when a request times out', async () => {
    const { client, connection } = await ready();
    const asked = client.getVersion();
    await connection.receive(GET_VERSION.request);
    let messages = 0;
    client.subscribe({}, () => {
      messages += 1;
      if (messages > 1) time.clock.advance(REQUEST_TIMEOUT);
    });
    const version = { major: 1, minor: 2, patch: 3, build: 4 };
    connection.write(Buffer.concat([pushes(3), encodeFrame(APP_DIALECT, GET_VERSION.response, version)]));
    assert.deepEqual((await asked).fields, version);
    assert.equal(client.state, 'connected');
  });

  it('does not keep a request for ever that it does not answer', async () => {
    const { client, connection } = await ready();
    const failed = rejection(client.getVersion(), 'AKM_TIMEOUT');
    await connection.receive(GET_VERSION.request);
    let waited = 0;
    client.subscribe({}, () => {
      waited += 1;
      if (waited > 1) time.clock.advance(REQUEST_TIMEOUT);
    });
    connection.write(pushes(4 * LONGEST_BACKLOG));
    await failed;
    assert.ok(waited > LONGEST_BACKLOG && waited < 4 * LONGEST_BACKLOG, `after ${waited} messages`);
  });
});
