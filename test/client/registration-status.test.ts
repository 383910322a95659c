import assert from 'node:assert/strict';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { connected, inState, useTestPeers } from '../support/clients.js';
import { requireNoTimersLeft, useFakeClock } from '../support/fake-clock.js';
import { rejection, turn } from '../support/promises.js';
import type { ScriptedConnection } from '../support/scripted-server.js';

const REGISTER = APP_OPERATIONS.REGISTER_APP;
/** Longer than an App Value stays registered after it was let go, in milliseconds. */
const LET_GO = 300;

describe('the registrations of a connection come to', () => {
  const bench = useTestPeers();
  const time = useFakeClock();
  requireNoTimersLeft(time);

  const ready = async () => {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port, reconnectMin: 100, reconnectMax: 100 }));
    return { server, client, connection: await server.connection() };
  };

  const serve = async (connection: ScriptedConnection, status = 0) => {
    await connection.receive(REGISTER.request);
    connection.send(REGISTER.response, { status });
  };

  it('none before one is asked for, and one in its ATR once it is made', async () => {
    const { client, connection } = await ready();
    const all = () => [
      client.registrationStatus(),
      client.registrationStatus(1),
      client.registrationStatus(2),
    ];
    const registration = client.acquire(1, 100);
    assert.deepEqual(all(), ['none', 'none', 'none']);
    const registering = registration.register();
    assert.deepEqual(all(), ['pending', 'pending', 'none']);
    await serve(connection);
    await registering;
    assert.deepEqual(all(), ['registered', 'registered', 'none']);
  });

  it('what the best of them in an ATR is', async () => {
    const { client, connection } = await ready();
    const refused = rejection(client.acquire(1, 100).register(), 'AKM_REJECTED');
    await serve(connection, 5);
    await refused;
    assert.deepEqual([client.registrationStatus(), client.registrationStatus(1)], ['none', 'none']);
    const registration = client.acquire(1, 101);
    const registering = registration.register();
    assert.deepEqual([client.registrationStatus(), client.registrationStatus(1)], ['pending', 'pending']);
    await serve(connection);
    await registering;
    assert.deepEqual(
      [client.registrationStatus(), client.registrationStatus(1)],
      ['registered', 'registered'],
    );
    registration.release();
    time.clock.advance(LET_GO);
    assert.deepEqual([client.registrationStatus(), client.registrationStatus(1)], ['none', 'none']);
  });

  it('none that stands, from a loss until all are made again', async () => {
    const { server, client, connection } = await ready();
    const registering = [client.acquire(1, 100).register(), client.acquire(2, 100).register()];
    for (const registered of registering) {
      await serve(connection);
      await registered;
    }
    connection.reset();
    await inState(client, 'disconnected');
    const all = () => [
      client.registrationStatus(),
      client.registrationStatus(1),
      client.registrationStatus(2),
    ];
    assert.deepEqual(all(), ['pending', 'pending', 'pending']);
    time.clock.advance(100);
    const next = await server.connection();
    await serve(next);
    await next.receive(REGISTER.request);
    assert.deepEqual(all(), ['pending', 'pending', 'pending'], 'one of two is made');
    next.send(REGISTER.response, { status: 0 });
    while (client.registrationStatus() === 'pending') await turn();
    assert.deepEqual(all(), ['registered', 'registered', 'registered']);
  });

  it('what watchers can ask for when it changes: once for all that changes with a loss, until they leave', async () => {
    const { client, connection } = await ready();
    const seen: string[] = [];
    const faults: string[] = [];
    client.on('fault', ({ message }) => faults.push(message));
    client.on('registrationStatus', () => {
      throw new Error('nobody is to be kept from the news');
    });
    const onStatus = (): void => void seen.push(client.registrationStatus(1));
    client.on('registrationStatus', onStatus);
    for (const appValue of [100, 101]) {
      const registering = client.acquire(1, appValue).register();
      await serve(connection);
      await registering;
    }
    assert.deepEqual(seen, ['registered', 'registered']);
    connection.reset();
    await inState(client, 'disconnected');
    await turn();
    assert.deepEqual(seen, ['registered', 'registered', 'pending']);
    assert.equal(faults.length, 3);
    assert.match(faults[0] ?? '', /^A listener of "registrationStatus" failed: nobody/);
    client.off('registrationStatus', onStatus);
    await client.close();
    await turn();
    assert.equal(seen.length, 3);
  });
});
