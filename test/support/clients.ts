import { once } from 'node:events';
import { AmmClient, type AmmClientOptions } from '../../src/client/amm/amm-client.js';
import { AppClient } from '../../src/client/app/app-client.js';
import type { ConnectionState } from '../../src/client/connection/connection.js';
import type { ClientOptions } from '../../src/client/options.js';
import type { ServiceClient } from '../../src/client/service-client.js';
import { AMM_DIALECT, APP_DIALECT, type Dialect } from '../../src/protocol/header.js';
import { Simulator, type SimulatorAddress, type SimulatorOptions } from '../../src/simulator/simulator.js';
import { HarmfulProxy, OWN_LOOPBACK } from './harmful-proxy/proxy.js';
import { turn } from './promises.js';
import { ScriptedServer, type ScriptedConnection, type ScriptedServerOptions } from './scripted-server.js';

/** Makes clients and servers for the tests of a suite, and closes after each test what it made. */
export class TestPeers {
  private readonly clients: ServiceClient[] = [];
  private readonly servers: { close: () => Promise<void> }[] = [];

  amm(options: AmmClientOptions): AmmClient {
    const client = new AmmClient({ heartbeat: 0, ...options });
    this.clients.push(client);
    return client;
  }

  app(options: ClientOptions): AppClient {
    const client = new AppClient({ heartbeat: 0, ...options });
    this.clients.push(client);
    return client;
  }

  /** A scripted AMM. */
  scriptedAmm(options?: ScriptedServerOptions): Promise<ScriptedServer> {
    return this.keep(ScriptedServer.listen(AMM_DIALECT, options));
  }

  /** A scripted AppEndpoint. */
  scriptedApp(options?: ScriptedServerOptions): Promise<ScriptedServer> {
    return this.keep(ScriptedServer.listen(APP_DIALECT, options));
  }

  async simulator(options: SimulatorOptions = {}): Promise<SimulatorAddress> {
    const simulator = new Simulator({ ammPort: 0, appPort: 0, ...options });
    const address = await simulator.start();
    this.servers.push({ close: () => simulator.stop() });
    return address;
  }

  /** A proxy in front of a peer. */
  async proxy(dialect: Dialect, peerPort: number): Promise<HarmfulProxy> {
    const proxy = await HarmfulProxy.listen(dialect, peerPort, OWN_LOOPBACK);
    this.servers.push(proxy);
    return proxy;
  }

  async clear(): Promise<void> {
    const clients = this.clients.splice(0).map((client) => client.close());
    const servers = this.servers.splice(0).map((server) => server.close());
    await Promise.all([...clients, ...servers]);
  }

  private async keep(listening: Promise<ScriptedServer>): Promise<ScriptedServer> {
    const server = await listening;
    this.servers.push(server);
    return server;
  }
}

/** A bench for the suite this is called in. Where a fake clock is used too, ask for the bench first: it is cleared in fake time. */
export function useTestPeers(): TestPeers {
  const bench = new TestPeers();
  afterEach(() => bench.clear());
  return bench;
}

/** Resolves once the client is in this state. */
export async function inState(client: ServiceClient, wanted: ConnectionState): Promise<void> {
  while (client.state !== wanted) await once(client, 'state');
}

/** Opens the client and resolves once it is connected. */
export async function connected<C extends ServiceClient>(client: C): Promise<C> {
  client.open();
  await inState(client, 'connected');
  return client;
}

/** Resolves once the client has dealt with all that the server sent, and the server has all that the client wrote meanwhile. */
export async function caughtUp(client: ServiceClient, connection: ScriptedConnection): Promise<void> {
  const { errors } = client.counters();
  connection.sendNothing();
  while (client.counters().errors === errors) await turn();
  await turn();
}
