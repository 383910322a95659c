import fc from 'fast-check';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { AmmClient } from '../../src/client/amm/amm-client.js';
import { AppClient } from '../../src/client/app/app-client.js';
import type { ServiceClient } from '../../src/client/service-client.js';
import { isAkmError, type AkmErrorCode } from '../../src/errors.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT } from '../../src/protocol/header.js';
import { Simulator, type SimulatorAddress } from '../../src/simulator/simulator.js';
import { inTime } from '../support/deadline.js';
import { turn } from '../support/promises.js';
import { attack, HostileServer, script, type Script } from './hostile-peers.js';
import { requireFailure, type FuzzProperty } from './property.js';

const AMM_RESPONSES = Object.values(AMM_OPERATIONS).map(({ response }) => response.code);
const AMM_REQUESTS = Object.values(AMM_OPERATIONS).map(({ request }) => request.code);
const APP_RESPONSES = [...Object.values(APP_OPERATIONS).map(({ response }) => response.code), 0x45, 0x46];
const APP_REQUESTS = [...Object.values(APP_OPERATIONS).map(({ request }) => request.code), 0x05];

/** Impatient, so that a try is soon over. */
const IMPATIENT = { requestTimeout: 25, reconnectMin: 1, reconnectMax: 5, heartbeat: 10, queueLimit: 20 };
/** What may come of an operation with a hostile peer, and nothing else. */
const EXPECTED: readonly AkmErrorCode[] = [
  'AKM_PROTOCOL',
  'AKM_CONNECTION_LOST',
  'AKM_NOT_CONNECTED',
  'AKM_TIMEOUT',
  'AKM_REJECTED',
  'AKM_NOT_REGISTERED',
  'AKM_QUEUE_FULL',
];
const ENDPOINTS = 4;
const ID = '0xC0FFEE';

/** Every operation ends, and if it fails then as documented. */
async function settle(...operations: Promise<unknown>[]): Promise<void> {
  const ended = await inTime(Promise.allSettled(operations), () => 'all operations to end');
  for (const end of ended) if (end.status === 'rejected') requireFailure(end.reason, EXPECTED);
}

/** Tries until it works: with a good peer it must, though the end of the hostile one may still cost a try or two. */
async function works<T>(client: ServiceClient, operation: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      while (client.state !== 'connected')
        await inTime(once(client, 'state'), () => `a connection; it is ${client.state}`);
      return await inTime(operation(), () => 'a good peer to answer');
    } catch (error) {
      if (tries >= 20 || !isAkmError(error)) throw error;
      requireFailure(error, EXPECTED);
    }
  }
}

/** A client under scripts, and then with a good peer. */
async function underAttack<C extends ServiceClient>(
  scripts: readonly Script[],
  service: 'ammPort' | 'appPort',
  make: (port: number) => C,
  exercise: (client: C) => Promise<void>,
  check: (client: C) => Promise<void>,
): Promise<void> {
  const simulator = new Simulator({ ammPort: 0, appPort: 0, endpoints: ENDPOINTS });
  const address = await simulator.start();
  const hostile = await HostileServer.listen(scripts);
  const client = make(hostile.port);
  try {
    client.open();
    await exercise(client);
    hostile.turnGood(address[service]);
    await check(client);
  } finally {
    await inTime(client.close(), () => 'the client to close');
    await hostile.close();
    await inTime(simulator.stop(), () => 'the simulator to stop');
  }
}

async function exerciseAmm(client: AmmClient): Promise<void> {
  await settle(
    client.listEndpoints().then(({ endpoints }) => assert.ok(endpoints.length <= 32)),
    client.listAtrs().then(({ atrs }) => assert.ok(atrs.length <= 64)),
    client.getEndpointDetails(ID),
    client.provisionEndpoint(ID),
    client.createOperationalAtr([ID]),
    client.deleteEndpoint(ID),
    client.deleteAtr(ID),
    client.request(1, Buffer.alloc(4)),
    client.listEndpoints(),
  );
}

async function checkAmm(client: AmmClient): Promise<void> {
  const { endpoints } = await works(client, () => client.listEndpoints());
  assert.equal(endpoints.length, ENDPOINTS);
}

const sending = (client: AppClient, data: string, offline: 'error' | 'queue' = 'error'): Promise<void> =>
  new Promise((resolve, reject) => {
    let ended = false;
    client.send({ atrId: 1, appValue: 100, data, offline }, (error) => {
      assert.ok(!ended, 'a send ends once');
      ended = true;
      if (error) reject(error);
      else resolve();
    });
  });

async function exerciseApp(client: AppClient): Promise<void> {
  client.subscribe({}, ({ data }) => assert.ok(data.length <= 4046));
  client.subscribe({ atrId: 1 }, () => {
    throw new Error('a receiver that fails');
  });
  await settle(
    client.acquire(1, 100).register(),
    sending(client, 'first'),
    client.getVersion(),
    client.getEndpointInfo(),
    sending(client, 'second'),
    client.getAtrInfo(),
    client.request(3, Buffer.alloc(0)),
    client.getVersion(),
  );
}

/** The registration is made again by itself, and data goes to the AppEndpoint and comes back. */
async function checkApp(client: AppClient): Promise<void> {
  const received = new Promise<string>((resolve) => {
    client.subscribe({ atrId: 1, appValue: 100 }, ({ data }) => {
      if (String(data) === 'echo') resolve(String(data));
    });
  });
  await works(client, () => client.acquire(1, 100).register());
  await works(client, () => sending(client, 'echo'));
  await inTime(received, () => 'the data to come back');
  const { fields } = await works(client, () => client.getVersion());
  assert.equal(fields.major, 1);
  assert.equal(client.counters().queueDepth, 0);
}

/** A good client of a simulator whose endpoints and trust relationships hostile ones may have changed. */
async function requireWorking({ ammPort, appPort }: SimulatorAddress): Promise<void> {
  const patient = { ...IMPATIENT, requestTimeout: 5000, heartbeat: 0 };
  const amm = new AmmClient({ port: ammPort, ...patient });
  const app = new AppClient({ port: appPort, ...patient });
  try {
    amm.open();
    app.open();
    const { atrs } = await amm.listAtrs();
    const [first] = atrs;
    if (atrs.length === 64 && first) await amm.deleteAtr(first);
    const { endpoints } = await amm.listEndpoints();
    if (endpoints.length === 0) await amm.provisionEndpoint(ID);
    await amm.createOperationalAtr([endpoints[0] ?? ID]);
    const { fields } = await app.getAtrInfo();
    const atrId = fields.atrs?.at(-1)?.atrId ?? 0;
    const received = new Promise<void>((resolve) => {
      app.subscribe({ atrId, appValue: 7 }, () => resolve());
    });
    await app.acquire(atrId, 7).register();
    await new Promise<void>((resolve, reject) =>
      app.send({ atrId, appValue: 7, data: 'echo' }, (error) => {
        if (error) reject(error);
        else resolve();
      }),
    );
    await inTime(received, () => 'the data to come back');
  } finally {
    await Promise.all([amm.close(), app.close()]);
  }
}

async function attackSimulator(amm: readonly Script[], app: readonly Script[]): Promise<void> {
  const simulator = new Simulator({ ammPort: 0, appPort: 0, endpoints: ENDPOINTS });
  const address = await simulator.start();
  try {
    const attacks = [
      ...amm.map((each) => attack(address.ammPort, each)),
      ...app.map((each) => attack(address.appPort, each)),
    ];
    await inTime(Promise.all(attacks), () => 'the attacks to end');
    await turn(); // the simulator's ends of these connections close, too
    await inTime(requireWorking(address), () => 'a good client to be served');
  } finally {
    await inTime(simulator.stop(), () => 'the simulator to stop');
  }
}

const ammServer = fc.array(script(AMM_DIALECT, AMM_RESPONSES), { minLength: 1, maxLength: 4 });
const appServer = fc.array(script(APP_DIALECT, APP_RESPONSES), { minLength: 1, maxLength: 4 });

/** What must hold for live connections. */
export const LIVE: readonly FuzzProperty[] = [
  {
    name: 'an AmmClient outlives a hostile AMM',
    runs: 12,
    property: fc.asyncProperty(ammServer, (scripts) =>
      underAttack(scripts, 'ammPort', (port) => new AmmClient({ port, ...IMPATIENT }), exerciseAmm, checkAmm),
    ),
  },
  {
    name: 'an AppClient outlives a hostile AppEndpoint',
    runs: 12,
    property: fc.asyncProperty(appServer, (scripts) =>
      underAttack(scripts, 'appPort', (port) => new AppClient({ port, ...IMPATIENT }), exerciseApp, checkApp),
    ),
  },
  {
    name: 'a simulator outlives hostile clients',
    runs: 12,
    property: fc.asyncProperty(
      fc.array(script(AMM_DIALECT, AMM_REQUESTS), { maxLength: 4 }),
      fc.array(script(APP_DIALECT, APP_REQUESTS), { maxLength: 4 }),
      attackSimulator,
    ),
  },
];
