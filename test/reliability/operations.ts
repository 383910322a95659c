import assert from 'node:assert/strict';
import type { AmmClient } from '../../src/client/amm/amm-client.js';
import type { ServiceClient } from '../../src/client/service-client.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import type { HarmfulProxy } from '../support/harmful-proxy/proxy.js';
import { rejection } from '../support/promises.js';
import type { ScriptedConnection } from '../support/scripted-server.js';
import { ATR, codeOf, inbox, Place, sendData, type Stage } from './stage.js';

/** One operation, ready to be tried once under a fault and once more without it. */
export interface Trial {
  readonly client: ServiceClient;
  readonly proxy: HarmfulProxy;
  /** Runs the operation. Resolves to what came of it as far as can be told then; never, where nothing does. */
  run(): Promise<string>;
  /** The next operation of the kind. Fails unless it succeeds, with its own answer. */
  next(): Promise<void>;
  /** What came of the first run, where that can be told only now. */
  result?(told: string): string;
}

/** The operations of the table, by name. */
export const OPERATIONS = {
  'first connect': async (stage: Stage): Promise<Trial> => listing(stage, await stage.amm()),
  list: async (stage: Stage): Promise<Trial> => {
    const { client, proxy } = await stage.amm();
    await client.listEndpoints();
    await stage.heartbeat(() => client.listEndpoints());
    return listing(stage, { client, proxy });
  },
  provision,
  register,
  send,
  receive,
  heartbeat,
} satisfies Record<string, (stage: Stage) => Promise<Trial>>;

/** The name of one of {@link OPERATIONS}. */
export type OperationName = keyof typeof OPERATIONS;

const endpoint = (n: number): { id: string } => ({ id: identifierOf(BigInt(n), 0xe000_0000_0000_0000n).id });

/** Lists are told apart by how many endpoints there are: one more each time. */
async function listing(
  stage: Stage,
  { client, proxy }: { client: AmmClient; proxy: HarmfulProxy },
): Promise<Trial> {
  const beside = await stage.besideAmm();
  let count = 5;
  await add(beside, count);
  const list = async (): Promise<string> => {
    const { endpoints, truncated } = await client.listEndpoints();
    if (truncated) return 'ok, truncated';
    const expected = Array.from({ length: count }, (_, n) => endpoint(n + 1).id);
    return endpoints.map(({ id }) => id).join() === expected.join() ? 'ok' : 'altered';
  };
  return {
    client,
    proxy,
    run: () => list().catch(codeOf),
    next: async () => {
      await add(beside, (count += 1));
      assert.equal(await list(), 'ok');
    },
  };
}

async function add(beside: ScriptedConnection, n: number): Promise<void> {
  const { request, response } = AMM_OPERATIONS.PROVISION_ENDPOINT;
  beside.send(request, { id: endpoint(n) });
  assert.deepEqual(await beside.receive(response), { confirmation: 0 });
}

/** After a provisioning that succeeds comes one that must be refused: a stale answer would be a yes. */
async function provision(stage: Stage): Promise<Trial> {
  const { client, proxy } = await stage.amm();
  await stage.heartbeat(() => client.listEndpoints());
  const beside = await stage.besideAmm();
  await add(beside, 10);
  return {
    client,
    proxy,
    run: () => client.provisionEndpoint(endpoint(11)).then(() => 'ok', codeOf),
    next: async () => {
      assert.equal((await rejection(client.provisionEndpoint(endpoint(10)), 'AKM_REJECTED')).confirmation, 4);
      assert.equal((await client.provisionEndpoint(endpoint(12))).confirmation, 0);
    },
  };
}

/** After a registration that succeeds comes one that must be refused, as there is no such ATR. The first one is kept up by itself. */
async function register(stage: Stage): Promise<Trial> {
  const { client, proxy } = await stage.app();
  const place = new Place(client, ATR, 100);
  return {
    client,
    proxy,
    run: () => place.register().then(() => 'ok', codeOf),
    next: async () => {
      assert.equal((await rejection(new Place(client, 99, 1).register(), 'AKM_REJECTED')).status, 2);
      assert.equal(await new Place(client, ATR, 101).register(), 0);
      await place.registered();
    },
  };
}

/** What has arrived at another application when the next message arrives there tells what came of the first. */
async function send(stage: Stage): Promise<Trial> {
  const { client, proxy } = await stage.app();
  const place = new Place(client, ATR, 100);
  await place.register();
  const other = await stage.other(200);
  const arrivals = new Arrivals(() => other.receive());
  return {
    client,
    proxy,
    run: async () => {
      const told = await sendData(client, 'first message');
      if (told === 'ok') await arrivals.first();
      return told;
    },
    next: async () => {
      await place.accepted();
      assert.equal(await sendData(client, 'next message'), 'ok');
      await arrivals.until('next message');
    },
    result: (told) => arrivals.fate(told),
  };
}

/** The same from the other side. */
async function receive(stage: Stage): Promise<Trial> {
  const { client, proxy } = await stage.app();
  const place = new Place(client, ATR, 100);
  await place.register();
  const other = await stage.other(200);
  const received = inbox(client, 200);
  const arrivals = new Arrivals(() => received.take());
  let fault = '';
  client.on('fault', (error) => {
    fault = `, ${codeOf(error)} told`;
  });
  return {
    client,
    proxy,
    run: async () => {
      other.send(100, 'first message');
      await arrivals.first();
      return 'ok';
    },
    next: async () => {
      await place.registered();
      other.send(100, 'next message');
      await arrivals.until('next message');
    },
    result: (told) => arrivals.fate(told) + fault,
  };
}

/** What arrives at one end, one message after another. */
class Arrivals {
  private readonly arrived: string[] = [];
  private coming: Promise<string> | undefined;

  constructor(private readonly take: () => Promise<string>) {}

  /** Resolves once anything has arrived. */
  async first(): Promise<void> {
    await (this.coming ??= this.take());
  }

  /** Takes all that comes before this message, and the message. */
  async until(last: string): Promise<void> {
    for (;;) {
      const data = await (this.coming ??= this.take());
      this.coming = undefined;
      if (data === last) return;
      this.arrived.push(data);
    }
  }

  /** What became of the first message. */
  fate(told: string): string {
    if (told !== 'ok') return told;
    if (this.arrived.length > 1) return 'twice';
    return this.arrived[0] === 'first message' ? 'ok' : 'altered';
  }
}

/** All that a heartbeat can come to is that the connection is given up, or is not. */
async function heartbeat(stage: Stage): Promise<Trial> {
  const { client, proxy } = await stage.app();
  let lost: string | undefined;
  return {
    client,
    proxy,
    run: () =>
      new Promise((resolve) => {
        client.on('state', (_state, error) => {
          if (!error) return;
          lost ??= error.code;
          resolve(lost);
        });
      }),
    next: async () => assert.equal(await new Place(client, ATR, 101).register(), 0),
    result: () => lost ?? 'ok',
  };
}
