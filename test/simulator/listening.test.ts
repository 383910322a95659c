import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT } from '../../src/protocol/header.js';
import { Simulator, type SimulatorOptions } from '../../src/simulator/simulator.js';
import { freePort } from '../support/free-port.js';
import { collectGarbage } from '../support/heap.js';
import { HAS_IPV6 } from '../support/own-addresses.js';
import { rejection, thrown, turn } from '../support/promises.js';
import { dial, type ScriptedConnection } from '../support/scripted-server.js';
import { useAcceptedSockets, type AcceptedSocket } from '../support/sockets.js';
import { useSimulators, type RunningSimulator } from '../support/simulators.js';

describe('a simulator', () => {
  const simulate = useSimulators();

  it('listens at free ports where they are 0, on this machine only, and tells them', async () => {
    const one = await simulate();
    const other = await simulate();
    const ports = [one.ammPort, one.appPort, other.ammPort, other.appPort];
    assert.equal(new Set(ports).size, 4);
    assert.ok(ports.every((port) => port > 0));
    assert.equal(one.host, '127.0.0.1');
    await dial(AMM_DIALECT, one.ammPort);
    await dial(APP_DIALECT, one.appPort);
  });

  it('listens at the ports it is given', async () => {
    const [ammPort, appPort] = [await freePort(), await freePort()];
    const simulator = await simulate({ ammPort: String(ammPort), appPort: `0x${appPort.toString(16)}` });
    assert.deepEqual([simulator.ammPort, simulator.appPort], [ammPort, appPort]);
  });

  it('listens at an address with white space around it', async () => {
    const simulator = await simulate({ host: ' 127.0.0.1 ' });
    assert.equal(simulator.host, '127.0.0.1');
    await simulator.amm();
  });

  it('ends every connection and frees its ports when it stops, and may be stopped twice', async () => {
    const simulator = await simulate();
    const connections = [await simulator.amm(), await simulator.app(), await simulator.app()];
    await simulator.stop();
    for (const connection of connections) await connection.closed;
    await assert.rejects(simulator.amm(), { code: 'ECONNREFUSED' });
    await assert.rejects(simulator.app(), { code: 'ECONNREFUSED' });
    await simulator.stop();
    const { ammPort, appPort } = simulator;
    const again = await simulate({ ammPort, appPort });
    await again.amm();
  });

  it('takes no more than 1024 connections to a service at a time', async () => {
    const { LIST_ENDPOINTS } = AMM_OPERATIONS;
    const simulator = await simulate();
    const first = await simulator.amm();
    for (let taken = 1; taken < 1024; taken += 1) await simulator.amm();
    await (
      await simulator.amm()
    ).closed;
    first.send(LIST_ENDPOINTS.request, { filter: 0 });
    assert.equal((await first.receive(LIST_ENDPOINTS.response)).count, 4);
    await simulator.app();
  });

  describe('that accepts connections', () => {
    const { REGISTER_APP } = APP_OPERATIONS;
    let accepted: (socket: AcceptedSocket) => void;
    useAcceptedSockets((socket) => accepted(socket));

    /** Connects, and registers an application. */
    const register = async (simulator: RunningSimulator, appValue: number): Promise<ScriptedConnection> => {
      const connection = await simulator.app();
      connection.send(REGISTER_APP.request, { atrId: 1, appValue });
      await connection.receive(REGISTER_APP.response);
      return connection;
    };

    it('keeps nothing of those that have ended', async () => {
      const sockets: WeakRef<Socket>[] = [];
      accepted = (socket) => sockets.push(new WeakRef(socket));
      const simulator = await simulate();
      for (let appValue = 0; appValue < 10; appValue += 1) (await register(simulator, appValue)).reset();
      const kept = (): number => sockets.filter((socket) => socket.deref()).length;
      for (let turns = 0; turns < 100 && kept() > 0; turns += 1) {
        await turn();
        collectGarbage();
      }
      assert.deepEqual([sockets.length, kept()], [10, 0]);
    });

    it('goes on where one cannot be accepted', async () => {
      const servers: Server[] = [];
      accepted = ({ server }) => servers.push(server);
      const simulator = await simulate();
      await register(simulator, 1);
      for (const server of servers) server.emit('error', new Error('accept EMFILE')); // as Node.js tells of it
      await register(simulator, 2);
      assert.equal(servers.length, 2);
    });
  });

  it('may be stopped where it never started', async () => {
    await new Simulator({ ammPort: 0, appPort: 0 }).stop();
  });

  for (const taken of ['ammPort', 'appPort'] as const) {
    it(`listens nowhere where its ${taken} is taken`, async () => {
      const holder = createServer().listen(0, '127.0.0.1');
      await once(holder, 'listening');
      const { port } = holder.address() as { port: number };
      const ports = { ammPort: await freePort(), appPort: await freePort(), [taken]: port };
      const simulator = new Simulator(ports);
      await assert.rejects(simulator.start(), { code: 'EADDRINUSE' });
      const [dialect, free] =
        taken === 'ammPort'
          ? ([APP_DIALECT, ports.appPort] as const)
          : ([AMM_DIALECT, ports.ammPort] as const);
      await assert.rejects(dial(dialect, free), { code: 'ECONNREFUSED' });
      holder.close();
      await once(holder, 'close');
      await simulate(ports); // the ports are free
    });
  }

  it('says which service cannot listen, and what to do', async () => {
    const taken = await simulate();
    for (const [service, ports, port] of [
      ['AMM', { ammPort: taken.ammPort }, taken.ammPort],
      ['AppEndpoint', { appPort: taken.appPort }, taken.appPort],
    ] as const) {
      const simulator = new Simulator({ ammPort: 0, appPort: 0, ...ports });
      await assert.rejects(simulator.start(), {
        message: `The ${service} cannot listen on 127.0.0.1:${port}: another program uses this port; end that program or choose another port (EADDRINUSE)`,
      });
    }
    // an address for documentation: no machine has it
    await assert.rejects(new Simulator({ host: '2001:db8::1', ammPort: 0, appPort: 0 }).start(), {
      message: /^The AMM cannot listen on \[2001:db8::1\]:0: /,
    });
  });

  describe('that is started and stopped', () => {
    it('again while it runs, or is being started, does nothing', async () => {
      const simulator = new Simulator({ ammPort: 0, appPort: 0 });
      const [one, other] = await Promise.all([simulator.start(), simulator.start()]);
      assert.deepEqual(one, other);
      assert.deepEqual(await simulator.start(), one);
      await Promise.all([simulator.stop(), simulator.stop()]);
      await simulator.stop();
    });

    it('while it is being started, does not run', async () => {
      const simulator = new Simulator({ ammPort: await freePort(), appPort: 0 });
      const failed = rejection(simulator.start(), 'AKM_CLOSED');
      void simulator.stop();
      const { ammPort } = await simulator.start(); // on the same port, as soon as that is free again
      await failed;
      await dial(AMM_DIALECT, ammPort);
      await simulator.stop();
    });

    it('while it is being stopped, starts afterwards on the same ports', async () => {
      const simulator = new Simulator({ ammPort: await freePort(), appPort: await freePort() });
      const { ammPort } = await simulator.start();
      const old = await dial(AMM_DIALECT, ammPort);
      void simulator.stop();
      await simulator.start();
      await old.closed;
      await dial(AMM_DIALECT, ammPort);
      await simulator.stop();
    });

    it('after a stop, begins afresh', async () => {
      const { LIST_ENDPOINTS, PROVISION_ENDPOINT } = AMM_OPERATIONS;
      const simulator = new Simulator({ ammPort: 0, appPort: 0 });
      for (let round = 0; round < 2; round += 1) {
        const amm = await dial(AMM_DIALECT, (await simulator.start()).ammPort);
        amm.send(PROVISION_ENDPOINT.request, { id: '0x7' });
        assert.equal((await amm.receive(PROVISION_ENDPOINT.response)).confirmation, 0);
        amm.send(LIST_ENDPOINTS.request, { filter: 0 });
        assert.equal((await amm.receive(LIST_ENDPOINTS.response)).count, 5);
        await simulator.stop();
      }
    });

    it('with "await using", frees its ports at the end of the block', async () => {
      let port: number;
      {
        await using simulator = new Simulator({ ammPort: 0, appPort: 0 });
        port = (await simulator.start()).ammPort;
        await dial(AMM_DIALECT, port);
      }
      await assert.rejects(dial(AMM_DIALECT, port), { code: 'ECONNREFUSED' });
    });
  });

  for (const host of HAS_IPV6 ? ['::1', ' [::1] '] : []) {
    it(`takes an IPv6 address: "${host}"`, async () => {
      assert.equal((await simulate({ host })).host, '::1');
    });
  }

  it('takes undefined for the default', async () => {
    const { simulator } = await simulate({ host: undefined, endpoints: undefined, fault: undefined });
    assert.equal(simulator.fault, undefined);
  });

  const unusable: [unknown, RegExp][] = [
    [
      { port: 1 },
      /^Unknown property "port" in the simulator options; expected one of: host, ammPort, appPort, /,
    ],
    [{ host: 1 }, /^The host is 1; a host name or an address is needed/],
    [{ host: null }, /^The host is null/],
    [{ ammPort: null }, /^The AMM port is null;/],
    [{ endpoints: true }, /^The number of endpoints is true;/],
    [{ fault: false }, /^Unknown fault false; expected one of: silent, /],
    ['127.0.0.1', /^The simulator options must be an object; text of 9 characters was given/],
    [[], /must be an object; an array of 0 was given/],
    [null, /must be an object; null was given/],
  ];
  for (const [options, told] of unusable) {
    it(`does not take ${JSON.stringify(options)}`, () =>
      assert.match(
        thrown(() => new Simulator(options as SimulatorOptions), 'AKM_INVALID_INPUT').message,
        told,
      ));
  }

  const wrong: [SimulatorOptions, RegExp][] = [
    [{ host: ' ' }, /^The host is " "; a host name or an address is needed/],
    [{ host: 'localhost:49200' }, /^The host is "localhost:49200"; .* port is a setting of its own/],
    [{ ammPort: 65536 }, /^The AMM port is 65536; .*0 to 65535/],
    [{ appPort: '-1' }, /^The AppEndpoint port is "-1"/],
    [{ endpoints: 33 }, /^The number of endpoints is 33; .*0 to 32/],
    [{ endpoints: 'many' }, /^The number of endpoints is "many"/],
    [{ atrs: 65 }, /^The number of ATRs is 65; .*0 to 64/],
    [{ atrs: 1.5 }, /^The number of ATRs is 1.5/],
  ];
  for (const [options, told] of wrong) {
    it(`does not take ${JSON.stringify(options)}`, () =>
      assert.match(thrown(() => new Simulator(options), 'AKM_INVALID_INPUT').message, told));
  }
});
