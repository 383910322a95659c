/**
 * The only place where the model tests call the clients: when the public API changes, nothing else has to.
 */
import { AmmClient, type AmmClientOptions } from '../../src/client/amm/amm-client.js';
import { AppClient } from '../../src/client/app/app-client.js';
import type { ClientOptions } from '../../src/client/options.js';
import type { AkmError } from '../../src/errors.js';
import { u32 } from './wire.js';

/** What is told of an application whoever asked for it. */
export interface HoldObserver {
  /** Every change of state. May throw. */
  stateChanged(state: 'pending' | 'registered' | 'refused'): void;
}

/** An App Value in an ATR, held until it is released. */
export interface Hold {
  readonly atrId: number;
  readonly appValue: number;
  /** @param again asks the AppEndpoint even if the application is registered */
  register(again?: boolean): Promise<void>;
  release(): void;
}

/** Application data to send. */
export interface Outgoing {
  atrId: number;
  appValue: number;
  text: string;
  offline: 'error' | 'queue';
}

/** What both clients can do. */
export interface ModelClient {
  connected(): boolean;
  /** Whether there is no connection, and none is being made right now. */
  disconnected(): boolean;
  /** Requests and sends that wait. */
  waiting(): number;
  /** Failures counted so far. */
  errors(): number;
  open(): void;
  close(): Promise<void>;
  /** Calls `watcher` at every change of the connection's state. */
  onState(watcher: (connected: boolean) => void): void;
}

/** A question that changes nothing: resolves to the number in its answer. */
type Ask = (number: number) => Promise<number>;

/** An AppEndpoint's client. */
export interface ModelApp extends ModelClient {
  acquire(atrId: number, appValue: number, observer?: HoldObserver): Hold;
  /** What is known of the registrations in an ATR. */
  status(atrId: number): 'registered' | 'pending' | 'none';
  send(data: Outgoing, callback: (error?: AkmError) => void): void;
  /** {@link ModelApp.send} with a callback that is not there, as a program in JavaScript may call it. */
  sendWithoutCallback(data: Outgoing): void;
  onData(listener: (text: string) => void): void;
  /** By what they ask for. Each answer brings back the number that was asked with. */
  readonly questions: Readonly<Record<AppQuestion, Ask>>;
  /** Asks for the version, which carries no number: the answer's is the peer's. A missing answer keeps the connection. */
  version(tolerant: boolean): Promise<number>;
}

export type AppQuestion = 'endpoint' | 'atrs' | 'version';
export type AmmQuestion = 'endpoints' | 'endpoints, tolerant' | 'atrs' | 'details' | 'provision' | 'raw';

/** An AMM's client. */
export interface ModelAmm extends ModelClient {
  readonly questions: Readonly<Record<AmmQuestion, Ask>>;
}

export function appClient(options: ClientOptions): ModelApp {
  const client = new AppClient(options);
  const ask =
    (code: number): Ask =>
    async (number) =>
      (await client.request(code, u32(number))).body.readUInt32LE(0);
  return {
    ...common(client),
    acquire: (atrId, appValue, observer) => {
      const registration = client.acquire(atrId, appValue, observer);
      return {
        atrId,
        appValue,
        register: async (again) => {
          await registration.register(again);
        },
        release: () => registration.release(),
      };
    },
    status: (atrId) => client.registrationStatus(atrId),
    send: ({ atrId, appValue, text, offline }, callback) =>
      client.send({ atrId, appValue, data: text, offline }, callback),
    sendWithoutCallback: ({ atrId, appValue, text, offline }) =>
      (client.send as (data: object) => void).call(client, { atrId, appValue, data: text, offline }),
    onData: (listener) => void client.subscribe({}, ({ data }) => listener(String(data))),
    questions: { endpoint: ask(0x01), atrs: ask(0x02), version: ask(0x03) },
    version: async (tolerant) =>
      (await client.getVersion({ toleratesNoReply: tolerant })).raw.readUInt32LE(0),
  };
}

export function ammClient(options: AmmClientOptions): ModelAmm {
  const client = new AmmClient(options);
  const first = (list: readonly { lower64: string }[]): number => Number(list[0]?.lower64 ?? 0);
  const id = (number: number): string => `0x${number.toString(16)}`;
  return {
    ...common(client),
    questions: {
      endpoints: async (number) => first((await client.listEndpoints(number)).endpoints),
      'endpoints, tolerant': async (number) =>
        first((await client.listEndpoints(number, { toleratesNoReply: true })).endpoints),
      atrs: async (number) => first((await client.listAtrs(number)).atrs),
      details: async (number) =>
        first([(await client.getEndpointDetails(id(number))).fields['id'] as { lower64: string }]),
      provision: async (number) => (await client.provisionEndpoint(id(number))).raw.readUInt32LE(0),
      raw: async (number) => (await client.request(0x05, u32(number))).body.readUInt32LE(12),
    },
  };
}

function common(client: AmmClient | AppClient): ModelClient {
  return {
    connected: () => client.state === 'connected',
    disconnected: () => client.state === 'disconnected',
    waiting: () => client.counters().queueDepth,
    errors: () => client.counters().errors,
    open: () => client.open(),
    close: () => client.close(),
    onState: (watcher) => void client.on('state', (state) => watcher(state === 'connected')),
  };
}
