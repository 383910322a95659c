import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as library from '../../src/index.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../src/protocol/app-messages.js';
import type { Service } from '../../src/protocol/header.js';
import type { Fault } from '../../src/simulator/faults.js';
import type { Injection } from '../../src/simulator/injection.js';
import { useFakeClock } from '../support/fake-clock.js';
import { thrown, turn } from '../support/promises.js';
import type { ScriptedConnection } from '../support/scripted-server.js';
import { useSimulators } from '../support/simulators.js';

const { LIST_ENDPOINTS, PROVISION_ENDPOINT, DELETE_ENDPOINT } = AMM_OPERATIONS;
const { REGISTER_APP, GET_VERSION } = APP_OPERATIONS;

async function register(connection: ScriptedConnection, atrId: number, appValue: number): Promise<number> {
  connection.send(REGISTER_APP.request, { atrId, appValue });
  return (await connection.receive(REGISTER_APP.response)).status;
}

async function provision(connection: ScriptedConnection, id: string): Promise<number> {
  connection.send(PROVISION_ENDPOINT.request, { id });
  return (await connection.receive(PROVISION_ENDPOINT.response)).confirmation;
}

/** Resolves once the simulator has dealt with all that this connection sent, and the connection has read all that came before. */
async function caughtUp(connection: ScriptedConnection): Promise<void> {
  connection.send(GET_VERSION.request, {});
  await connection.receive(GET_VERSION.response);
}

describe('a simulator that is scripted', () => {
  const simulate = useSimulators();

  describe('fault', () => {
    it('is set and cleared while it runs, for connections that there are', async () => {
      const { simulator, ...connect } = await simulate();
      const [amm, app] = [await connect.amm(), await connect.app()];
      assert.equal(simulator.fault, undefined);
      assert.equal(await provision(amm, '0x7'), 0);
      simulator.fault = 'reject';
      assert.equal(simulator.fault, 'reject');
      assert.equal(await provision(amm, '0x8'), library.CONFIRMATIONS.refused);
      assert.equal(await register(app, 1, 100), library.REGISTER_STATUS.refused);
      simulator.fault = undefined;
      assert.equal(await provision(amm, '0x8'), 0);
      assert.equal(await register(app, 1, 100), 0);
      simulator.fault = 'disconnect';
      amm.send(LIST_ENDPOINTS.request, { filter: 0 });
      await amm.closed;
      simulator.fault = '';
      assert.equal(simulator.fault, undefined);
    });

    it('that a listener of a request sets applies to that request', async () => {
      const { simulator, ...connect } = await simulate();
      const amm = await connect.amm();
      simulator.on('request', ({ name }) => {
        simulator.fault = name === DELETE_ENDPOINT.request.name ? 'reject' : undefined;
      });
      assert.equal(await provision(amm, '0x7'), 0);
      amm.send(DELETE_ENDPOINT.request, { id: '0x7' });
      assert.equal((await amm.receive(DELETE_ENDPOINT.response)).confirmation, 1);
    });

    it('must be one that there is', async () => {
      const { simulator } = await simulate();
      const { message } = thrown(() => (simulator.fault = 'sleepy' as Fault), 'AKM_INVALID_INPUT');
      assert.match(message, /^Unknown fault "sleepy"; expected one of: silent, /);
      assert.equal(simulator.fault, undefined);
    });

    describe('slow', () => {
      const time = useFakeClock();

      it('delays what arrives while it is set; later responses do not overtake the late ones', async () => {
        const { simulator, ...connect } = await simulate({ fault: 'slow' });
        const app = await connect.app();
        app.send(REGISTER_APP.request, { atrId: 1, appValue: 100 });
        while (simulator.requests.length < 1) await turn();
        simulator.fault = undefined;
        app.send(GET_VERSION.request, {});
        while (simulator.requests.length < 2) await turn();
        await turn();
        assert.equal(app.unasked, 0);
        time.clock.advance(3000);
        assert.equal((await app.receive(REGISTER_APP.response)).status, 0);
        await app.receive(GET_VERSION.response);
        await caughtUp(app);
        assert.deepEqual(time.clock.pending, []);
      });
    });
  });

  describe('inject', () => {
    it('pushes data to one application, or to every connection with one in the ATR', async () => {
      const { simulator, ...connect } = await simulate();
      const [one, other, elsewhere] = [await connect.app(), await connect.app(), await connect.app()];
      assert.equal(simulator.inject({ atrId: 1, appValue: 7, data: 'nobody' }), 0);
      for (const appValue of [100, 101]) await register(one, 1, appValue);
      await register(other, 1, 200);
      await register(elsewhere, 2, 100);
      const bytes = Uint8Array.of(0, 255);
      assert.equal(simulator.inject({ atrId: 1, appValue: 7, target: 200, data: 'Grüße' }), 1);
      assert.equal(simulator.inject({ atrId: '0x1', appValue: '8', data: bytes }), 2);
      assert.equal(simulator.inject({ atrId: 1, appValue: 7, target: 300, data: 'nobody' }), 0);
      assert.deepEqual(await other.receive(RECEIVE_APP_DATA_RESPONSE), {
        atrId: 1,
        appValue: 7,
        data: Buffer.from('Grüße'),
      });
      for (const connection of [one, other])
        assert.deepEqual(await connection.receive(RECEIVE_APP_DATA_RESPONSE), {
          atrId: 1,
          appValue: 8,
          data: Buffer.from(bytes),
        });
      for (const connection of [one, other, elsewhere]) {
        await caughtUp(connection);
        assert.equal(connection.unasked, 0);
      }
    });

    it('writes no more to one that does not read', async () => {
      const { simulator, ...connect } = await simulate();
      const app = await connect.app();
      await register(app, 1, 100);
      app.pause();
      let count = 0;
      while (simulator.inject({ atrId: 1, appValue: 7, data: String(count) }) === 1) count += 1;
      app.read();
      for (let n = 0; n < count; n += 1)
        assert.equal((await app.receive(RECEIVE_APP_DATA_RESPONSE)).data.toString(), String(n));
    });

    const wrong: [object, RegExp][] = [
      [{ appValue: 1, data: '' }, /^atrId is undefined; a whole number from 0 to 65535/],
      [{ atrId: 1, appValue: 65536, data: '' }, /^appValue is 65536;/],
      [{ atrId: 1, appValue: 1, target: -1, data: '' }, /^target is -1;/],
      [{ atrId: 1, appValue: 1, data: 7 }, /^data is 7; a string or a Uint8Array is needed/],
      [{ atrId: 1, appValue: 1, data: '', to: 1 }, /^Unknown property "to" in the injected data; expected/],
    ];
    for (const [injection, told] of wrong) {
      it(`does not take ${JSON.stringify(injection)}`, async () => {
        const { simulator } = await simulate();
        const { message } = thrown(() => simulator.inject(injection as Injection), 'AKM_INVALID_INPUT');
        assert.match(message, told);
      });
    }

    it('does not take more than a message can carry', async () => {
      const { simulator } = await simulate();
      const inject = (length: number) => () =>
        simulator.inject({ atrId: 1, appValue: 1, data: Buffer.alloc(length) });
      assert.equal(inject(4046)(), 0);
      thrown(inject(4047), 'AKM_PAYLOAD_TOO_LARGE');
    });
  });

  describe('what it has received', () => {
    it('is listed in order, decoded, with the connection that it came from', async () => {
      const { simulator, ...connect } = await simulate({ fault: 'silent' });
      const app = await connect.app();
      app.send(REGISTER_APP.request, { atrId: 1, appValue: 100 });
      app.send(SEND_APP_DATA_REQUEST, { atrId: 1, appValue: 200, data: 'hello' });
      app.sendRaw(0x99, Buffer.of(1, 2));
      app.sendNothing();
      while (simulator.requests.length < 3) await turn();
      const identity = { service: 'app', connection: 1 };
      assert.deepEqual(
        simulator.requests.map(({ length, ...request }) => [length, request]),
        [
          [8, { ...identity, code: 4, name: 'REGISTER_APP_REQUEST', fields: { atrId: 1, appValue: 100 } }],
          [
            4058,
            {
              ...identity,
              code: 5,
              name: 'SEND_APP_DATA_REQUEST',
              fields: { atrId: 1, appValue: 200, data: Buffer.from('hello') },
            },
          ],
          [6, { ...identity, code: 0x99, name: undefined, fields: { body: Buffer.of(1, 2) } }],
        ],
      );
    });

    it('is kept up to the last 1000, and forgotten at the next start, not at the stop', async () => {
      const { simulator, ...connect } = await simulate();
      const app = await connect.app();
      for (let appValue = 0; appValue < 1001; appValue += 1) await register(app, 1, appValue);
      const kept = (): unknown[] => simulator.requests.map(({ fields }) => fields['appValue']);
      assert.deepEqual(
        kept(),
        Array.from({ length: 1000 }, (_, n) => n + 1),
      );
      await simulator.stop();
      assert.equal(kept().length, 1000);
      await simulator.start();
      assert.deepEqual(kept(), []);
    });

    it('can be awaited', async () => {
      const { simulator, ...connect } = await simulate();
      const amm = await connect.amm();
      const request = once(simulator, 'request');
      amm.send(LIST_ENDPOINTS.request, { filter: 0 });
      const [{ name }] = (await request) as [library.SimulatorRequest];
      assert.equal(name, 'LIST_ENDPOINTS_REQUEST');
    });
  });

  it('reports connections, registrations and refusals', async () => {
    const { simulator, ...connect } = await simulate();
    const reported: unknown[] = [];
    for (const event of ['connected', 'registered', 'refused', 'disconnected'] as const)
      simulator.on(event, (details: object) =>
        reported.push([event, { ...details, ...('peer' in details ? { peer: '' } : {}) }]),
      );
    const peers: string[] = [];
    simulator.on('connected', ({ peer }) => peers.push(peer));
    const amm = await connect.amm();
    await provision(amm, '0x7');
    await provision(amm, '0x7');
    const app = await connect.app();
    await register(app, 1, 100);
    await register(app, 9, 100);
    amm.reset();
    await once(simulator, 'disconnected');
    assert.deepEqual(reported, [
      ['connected', { service: 'amm', connection: 1, peer: '' }],
      ['refused', { service: 'amm', connection: 1, name: 'PROVISION_ENDPOINT_REQUEST', number: 4 }],
      ['connected', { service: 'app', connection: 2, peer: '' }],
      ['registered', { connection: 2, atrId: 1, appValue: 100 }],
      ['refused', { service: 'app', connection: 2, name: 'REGISTER_APP_REQUEST', number: 2 }],
      ['disconnected', { service: 'amm', connection: 1 }],
    ]);
    for (const peer of peers) assert.match(peer, /^127\.0\.0\.1:\d+$/);
  });

  it('is not disturbed by listeners that throw, nor are other listeners, and what they throw is seen', async () => {
    const { simulator, ...connect } = await simulate();
    const amm = await connect.amm();
    const uncaught = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const failure = new Error('a test that fails');
    const seen = once(process, 'uncaughtException');
    try {
      let heard = 0;
      simulator.once('request', () => {
        throw failure;
      });
      simulator.once('request', () => (heard += 1));
      assert.equal(await provision(amm, '0x7'), 0);
      assert.equal((await seen)[0], failure);
      assert.equal(heard, 1);
    } finally {
      for (const listener of uncaught) process.on('uncaughtException', listener);
    }
  });

  it('lists the registrations that there are', async () => {
    const { simulator, ...connect } = await simulate();
    const [one, other] = [await connect.app(), await connect.app()];
    await register(one, 1, 65535);
    await register(other, 2, 0);
    assert.deepEqual(simulator.registrations, [
      { connection: 1, atrId: 1, appValue: 65535 },
      { connection: 2, atrId: 2, appValue: 0 },
    ]);
    one.reset();
    await once(simulator, 'disconnected');
    assert.deepEqual(simulator.registrations, [{ connection: 2, atrId: 2, appValue: 0 }]);
    await simulator.stop();
    assert.deepEqual(simulator.registrations, []);
  });

  it('drops the connections of one service, or all, and takes new ones', async () => {
    const { simulator, ...connect } = await simulate();
    const [amm, one, other] = [await connect.amm(), await connect.app(), await connect.app()];
    assert.equal(simulator.dropConnections('app'), 2);
    await Promise.all([one.closed, other.closed]);
    assert.equal(await provision(amm, '0x7'), 0);
    const app = await connect.app();
    assert.equal(simulator.dropConnections(), 2);
    await Promise.all([amm.closed, app.closed]);
    assert.equal(simulator.dropConnections(), 0);
    const again = await connect.amm();
    assert.equal(await provision(again, '0x7'), library.CONFIRMATIONS.endpointExists);
    const { message } = thrown(() => simulator.dropConnections('AMM' as Service), 'AKM_INVALID_INPUT');
    assert.equal(message, 'Unknown service "AMM"; expected one of: amm, app');
  });

  it('exports its numbers, and the ports that the clients have by default', () => {
    const { ammPort, appPort } = library.SIMULATOR_DEFAULTS;
    assert.deepEqual([ammPort, appPort], [library.AMM_PORT, library.APP_PORT]);
    assert.equal(library.REGISTER_STATUS.tooMany, 4);
    assert.equal(library.CONFIRMATIONS.badMembers, 7);
    assert.deepEqual(Object.keys(library.FAULTS), ['silent', 'reject', 'slow', 'garbage', 'disconnect']);
  });
});
