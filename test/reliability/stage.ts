import type { AmmClient } from '../../src/client/amm/amm-client.js';
import type { AppClient } from '../../src/client/app/app-client.js';
import type { ClientOptions } from '../../src/client/options.js';
import type { RegistrationHandle } from '../../src/client/app/registrations.js';
import { AkmError } from '../../src/errors.js';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT } from '../../src/protocol/header.js';
import type { SimulatorAddress } from '../../src/simulator/simulator.js';
import { connected, type TestPeers } from '../support/clients.js';
import type { FakeClock } from '../support/fake-clock.js';
import { HarmfulProxy } from '../support/harmful-proxy/proxy.js';
import { Mailbox, withResolvers } from '../support/mailbox.js';
import { dial, type ScriptedConnection } from '../support/scripted-server.js';

/** How the clients of this suite are set, in milliseconds. */
export const TIMES = { requestTimeout: 5000, heartbeat: 30_000, reconnectMin: 100, reconnectMax: 1000 };

/** The ATR that all applications here are in. */
export const ATR = 1;

/** Sets the scene for one fault and one operation: a simulator, the proxy in front of it, and ways around the proxy. */
export class Stage {
  private constructor(
    private readonly bench: TestPeers,
    readonly clock: FakeClock,
    readonly simulator: SimulatorAddress,
  ) {}

  static async open(bench: TestPeers, clock: FakeClock): Promise<Stage> {
    return new Stage(bench, clock, await bench.simulator());
  }

  /** A client of the AMM, not opened yet, and the proxy it goes through. */
  async amm(): Promise<{ client: AmmClient; proxy: HarmfulProxy }> {
    const proxy = await this.bench.proxy(AMM_DIALECT, this.simulator.ammPort);
    return { client: this.bench.amm({ host: proxy.host, port: proxy.port, ...TIMES }), proxy };
  }

  /** A client of the AppEndpoint that is connected and has had a heartbeat answered, and the proxy it goes through. */
  async app(options: ClientOptions = {}): Promise<{ client: AppClient; proxy: HarmfulProxy }> {
    const proxy = await this.bench.proxy(APP_DIALECT, this.simulator.appPort);
    const client = await connected(
      this.bench.app({ host: proxy.host, port: proxy.port, ...TIMES, ...options }),
    );
    await this.heartbeat(() => client.getVersion());
    return { client, proxy };
  }

  /** Lets a heartbeat be asked and answered. `ask` makes a request behind it. */
  async heartbeat(ask: () => Promise<unknown>): Promise<void> {
    this.clock.advance(TIMES.heartbeat);
    await ask();
  }

  /** A connection to the AMM around the proxy. */
  besideAmm(): Promise<ScriptedConnection> {
    return dial(AMM_DIALECT, this.simulator.ammPort);
  }

  /** Another application in the same ATR, connected around the proxy. */
  async other(appValue: number): Promise<OtherApplication> {
    const connection = await dial(APP_DIALECT, this.simulator.appPort);
    connection.send(APP_OPERATIONS.REGISTER_APP.request, { atrId: ATR, appValue });
    await connection.receive(APP_OPERATIONS.REGISTER_APP.response);
    return new OtherApplication(connection);
  }
}

/** An application at the other end, which no harm is done to. */
export class OtherApplication {
  constructor(private readonly connection: ScriptedConnection) {}

  send(appValue: number, text: string): void {
    this.connection.send(SEND_APP_DATA_REQUEST, { atrId: ATR, appValue, data: Buffer.from(text) });
  }

  async receive(): Promise<string> {
    return (await this.connection.receive(RECEIVE_APP_DATA_RESPONSE)).data.toString();
  }
}

/** A registration that can be waited for, however often it is lost meanwhile. */
export class Place {
  private readonly held: RegistrationHandle;
  private changed = withResolvers<undefined>();

  constructor(client: AppClient, atrId: number, appValue: number) {
    this.held = client.acquire(atrId, appValue, {
      stateChanged: () => {
        this.changed.resolve(undefined);
        this.changed = withResolvers();
      },
    });
  }

  async register(): Promise<number> {
    return (await this.held.register()).status;
  }

  /** Resolves once a registration that was refused is tried again with success. */
  async accepted(): Promise<void> {
    while (this.held.state === 'refused') await this.changed.promise;
  }

  /** Resolves once the application is registered. */
  async registered(): Promise<void> {
    while (this.held.state !== 'registered') await this.changed.promise;
  }
}

/** Sends to the application 200 in {@link ATR}. Resolves to `ok`, or to the code of the error that the user gets. */
export function sendData(
  client: AppClient,
  data: string,
  offline: 'error' | 'queue' = 'queue',
): Promise<string> {
  return new Promise((resolve) =>
    client.send({ atrId: ATR, appValue: 200, data, offline }, (error) =>
      resolve(error ? codeOf(error) : 'ok'),
    ),
  );
}

/** What a client receives, one after another. */
export function inbox(client: AppClient, sender: number): Mailbox<string> {
  const received = new Mailbox<string>();
  client.subscribe({ atrId: ATR, appValue: sender }, ({ data }) => received.put(data.toString()));
  return received;
}

/** The code of an error that a user gets. */
export function codeOf(error: unknown): string {
  if (error instanceof AkmError) return error.code;
  throw error;
}
