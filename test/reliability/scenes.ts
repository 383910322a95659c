import assert from 'node:assert/strict';
import type { AppClient } from '../../src/client/app/app-client.js';
import type { RegistrationHandle } from '../../src/client/app/registrations.js';
import type { ServiceClient } from '../../src/client/service-client.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT } from '../../src/protocol/header.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { CODE_SIZE, RESPONSE_OFFSET, type Operation } from '../../src/protocol/message.js';
import type { TestPeers } from '../support/clients.js';
import type { HarmfulProxy } from '../support/harmful-proxy/proxy.js';
import type { ReceivedFrame, ScriptedConnection, ScriptedServer } from '../support/scripted-server.js';
import { ATR, TIMES } from './stage.js';

const { GET_ENDPOINT_INFO, GET_VERSION } = APP_OPERATIONS;
const { LIST_ATRS, LIST_ENDPOINTS } = AMM_OPERATIONS;
const ENDPOINTS = 32;
/** A heartbeat's request has no number. */
const OPTIONS = { ...TIMES, heartbeat: 0 };

/** Makes one request, which holds this number. Fails where the answer is another's. */
export type Question = (n: number) => Promise<void>;

/** Questions that a client asks through a proxy. */
export interface Scene {
  client: ServiceClient;
  proxy: HarmfulProxy;
  /** By name. The first can be asked at any moment, and succeeds whatever became of those before it. */
  questions: Readonly<Record<string, Question>>;
  /** Calls `asks` with each push that arrives, while that is handed on. */
  pushed?: (asks: () => void) => void;
}

/** Each question to a simulated AMM is about another endpoint, as far as there are others. */
export async function details(bench: TestPeers): Promise<Scene> {
  const { ammPort } = await bench.simulator({ endpoints: ENDPOINTS });
  const proxy = await bench.proxy(AMM_DIALECT, ammPort);
  const client = bench.amm({ host: proxy.host, port: proxy.port, ...OPTIONS });
  const ask = async (n: number): Promise<void> => {
    const { id } = identifierOf(BigInt((n % ENDPOINTS) + 1), 0xe000_0000_0000_0000n);
    const { fields } = await client.getEndpointDetails(id);
    assert.equal((fields['id'] as { id: string } | undefined)?.id, id, 'the answer to another request');
  };
  return { client, proxy, questions: { details: ask } };
}

/** Lists of an AMM that gives each filter back as the confirmation. Some of the requests keep the connection without an answer. */
export async function lists(bench: TestPeers): Promise<Scene> {
  const server = await bench.scriptedAmm();
  serve(server, (connection, { code, payload }) => {
    const confirmation = payload.readUInt32LE(CODE_SIZE);
    if (code === LIST_ATRS.request.code)
      connection.send(LIST_ATRS.response, { confirmation, count: 0, atrs: [] });
    else connection.send(LIST_ENDPOINTS.response, { confirmation, count: 0, endpoints: [] });
  });
  const proxy = await bench.proxy(AMM_DIALECT, server.port);
  const client = bench.amm({ host: proxy.host, port: proxy.port, ...OPTIONS });
  return {
    client,
    proxy,
    questions: {
      endpoints: async (n) => assert.equal((await client.listEndpoints(n)).confirmation, n),
      'endpoints, forgiving': async (n) =>
        assert.equal((await client.listEndpoints(n, { toleratesNoReply: true })).confirmation, n),
      atrs: async (n) => assert.equal((await client.listAtrs(n)).confirmation, n),
    },
  };
}

/** An AppEndpoint that gives back what stands behind the code: twice, so that it can be told also where the end is cut off. */
export async function applications(bench: TestPeers): Promise<Scene> {
  const server = await bench.scriptedApp();
  serve(server, (connection, { code, payload }) => {
    const body = payload.subarray(CODE_SIZE);
    connection.sendRaw(code + RESPONSE_OFFSET, Buffer.concat([body, body]));
  });
  const proxy = await bench.proxy(APP_DIALECT, server.port);
  const client = bench.app({ host: proxy.host, port: proxy.port, ...OPTIONS, successCode: undefined });
  const raw =
    ({ request }: Operation): Question =>
    async (n) => {
      const number = Buffer.alloc(4);
      number.writeUInt32LE(n);
      assert.deepEqual((await client.request(request.code, number)).body.subarray(0, number.length), number);
    };
  return {
    client,
    proxy,
    questions: {
      version: raw(GET_VERSION),
      info: raw(GET_ENDPOINT_INFO),
      registration: registering(client),
    },
    pushed: (asks) => client.subscribe({}, asks),
  };
}

/** Registers another application, and asks after those before: what stands again on a new connection stands by an answer of its own. */
function registering(client: AppClient): Question {
  const places: RegistrationHandle[] = [];
  return async (n) => {
    places.push(client.acquire(ATR, n));
    for (const place of places) assert.equal((await place.register()).status, ATR + (place.appValue << 16));
  };
}

/** Answers whatever comes on any connection, one after another. */
function serve(
  server: ScriptedServer,
  answer: (connection: ScriptedConnection, frame: ReceivedFrame) => void,
): void {
  void server.connection().then(async (connection) => {
    serve(server, answer);
    const next = (): Promise<ReceivedFrame | undefined> => connection.frame().catch(() => undefined);
    for (let frame = await next(); frame; frame = await next()) answer(connection, frame);
  });
}
