import assert from 'node:assert/strict';
import { isAkmError, messageOf } from '../../src/errors.js';
import type { ModelApp, ModelClient, Outgoing } from './client.js';
import { RECOVERY } from './client-run.js';
import { inCountedTime } from './clock.js';
import { escapedFrom, ownError } from './escapes.js';
import { holdsWithin } from './patience.js';
import { Peer } from './peer.js';
import { RECONNECT, REQUEST_TIMEOUT } from './steps.js';
import type { Service } from './wire.js';

/** What a client is made with in a scenario. */
export interface ScenarioOptions {
  host: string;
  port: number;
  queueLimit: number;
  heartbeat: 0;
  requestTimeout: number;
  reconnectMin: number;
  reconnectMax: number;
}

/** A client and its peer for one test, in counted time. */
export interface Scenario<C> {
  client: C;
  peer: Peer;
  /** Fails unless the condition holds within the time that any recovery may take, and `more` milliseconds. */
  soon: (condition: () => boolean, what: string, more?: number) => Promise<void>;
}

/**
 * Runs a test with a client, and closes all that there is.
 * @param prepare tells the peer how to behave before the client is opened; without it the client is connected when the test begins
 */
export async function scenario<C extends ModelClient>(
  service: Service,
  make: (options: ScenarioOptions) => C,
  test: (scenario: Scenario<C>) => Promise<void>,
  queueLimit = 1000,
  prepare?: (peer: Peer) => void,
): Promise<void> {
  let failure: { error: unknown } | undefined;
  const run = async (): Promise<void> => {
    const peer = await Peer.listen(service);
    const { host, port } = peer;
    const client = make({
      host,
      port,
      queueLimit,
      heartbeat: 0,
      requestTimeout: REQUEST_TIMEOUT,
      ...RECONNECT,
    });
    const soon: Scenario<C>['soon'] = async (condition, what, more = 0) =>
      assert.ok(await holdsWithin(RECOVERY + more, condition), what);
    try {
      prepare?.(peer);
      client.open();
      if (!prepare) await soon(() => client.connected(), 'connected');
      await test({ client, peer, soon });
    } catch (error) {
      failure = { error };
    } finally {
      await client.close().catch(() => undefined);
      await peer.close();
    }
  };
  let open: string[] = [];
  const escaped = await escapedFrom(async () => {
    open = await inCountedTime(run);
  });
  if (failure) throw failure.error;
  assert.deepEqual(escaped.map(messageOf), [], 'what was thrown with nobody to catch it');
  assert.deepEqual(open, [], 'timers, sockets or servers were left open');
}

/** How something ended, or will: its error's code, `ok`, or undefined before that. */
export interface Ending {
  outcome: string | undefined;
  /** How often that was told. */
  times: number;
}

/** Watches a promise. */
export function endingOf(promise: Promise<unknown>): Ending {
  const ending: Ending = { outcome: undefined, times: 0 };
  const end = (outcome: string): void => {
    ending.outcome = outcome;
    ending.times += 1;
  };
  promise.then(
    () => end('ok'),
    (error: unknown) => end(isAkmError(error) ? error.code : String(error)),
  );
  return ending;
}

/** Sends, and watches the callback, which then throws if it is told to. */
export function send(client: ModelApp, data: Omit<Outgoing, 'appValue'>, throws = false): Ending {
  const ending: Ending = { outcome: undefined, times: 0 };
  const failure = throws ? ownError('a callback that fails') : undefined;
  client.send({ ...data, appValue: 7 }, (error) => {
    ending.outcome = error?.code ?? 'ok';
    ending.times += 1;
    if (failure) throw failure;
  });
  return ending;
}
