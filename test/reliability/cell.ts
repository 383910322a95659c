import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServiceClient } from '../../src/client/service-client.js';
import type { TestPeers } from '../support/clients.js';
import { inTime } from '../support/deadline.js';
import type { FakeClock } from '../support/fake-clock.js';
import type { Fault, HarmfulProxy } from '../support/harmful-proxy/proxy.js';
import { watch } from '../support/promises.js';
import { OPERATIONS, type OperationName } from './operations.js';
import { Stage, TIMES } from './stage.js';

/** When something happens: right away, or by which of the configured times. */
export const MOMENTS = {
  'at once': 0,
  'after the delay': 2000,
  'after twice the delay': 4000,
  'after requestTimeout': TIMES.requestTimeout,
  'after the late answer': TIMES.requestTimeout + 1000,
  'after heartbeat': TIMES.heartbeat,
  'after heartbeat + requestTimeout': TIMES.heartbeat + TIMES.requestTimeout,
  'after the second heartbeat': TIMES.heartbeat * 2 + TIMES.requestTimeout,
  'after the second heartbeat + requestTimeout': (TIMES.heartbeat + TIMES.requestTimeout) * 2,
  'after the late answer + heartbeat + requestTimeout': TIMES.requestTimeout * 2 + 1000 + TIMES.heartbeat,
};

/** The name of one of {@link MOMENTS}. */
export type Moment = keyof typeof MOMENTS;

/** What comes of an operation under a fault that stays. */
export interface Outcome {
  /** `ok`, the code of the error that the user gets, or what became of the message. */
  result: string;
  /** When that is known; nothing ever tells of a message that is lost, nor of a heartbeat that is answered. */
  when?: Moment;
  /** When the connection was given up, where it was. */
  renewed?: Moment;
}

/** How long a fault stays where nothing comes of it: longer than all that is to notice it takes. In milliseconds. */
const LASTING = 80_000;
/** After so many steps in time everything must be well again. */
const RECOVERY_STEPS = 100;

/**
 * Tries one operation under one fault, lifts the fault, and tries the next. Time passes from one timer to the next, and only when all
 * that was sent has arrived, so that nothing here depends on how fast the machine is.
 */
export async function tryOut(
  bench: TestPeers,
  clock: FakeClock,
  name: OperationName,
  fault: Fault,
): Promise<Outcome> {
  const stage = await Stage.open(bench, clock);
  const { client, proxy, ...trial } = await OPERATIONS[name](stage);
  const begun = performance.now();
  const passed = (): number => performance.now() - begun;
  let when: number | undefined;
  let renewed: number | undefined;
  let stood = client.state === 'connected';
  client.on('state', (state) => {
    stood ||= state === 'connected';
    if (state === 'disconnected' && stood) renewed ??= passed();
  });

  proxy.harm(fault);
  let told: string | undefined;
  const run = trial.run().then((result) => {
    told = result;
    when = passed();
  });
  const watched = watch(run);
  for (;;) {
    await proxy.calm();
    if (watched.settled && renewed !== undefined) break;
    const [next = Infinity] = clock.pending;
    if (passed() + next > LASTING) break;
    clock.advance(next);
  }
  if (!fault.refuses) await inTime(proxy.harmed, () => 'the harm that the fault does');
  if (watched.settled) await run;
  const found = { told, when, renewed };

  proxy.endSwallowed();
  await proxy.lift();
  await recover(clock, proxy, reconnected(client), 'a connection again');
  await recover(clock, proxy, trial.next(), 'the next operation to succeed');
  const result = found.told === undefined ? undefined : (trial.result?.(found.told) ?? found.told);
  return {
    result: result ?? (name === 'heartbeat' ? 'ok' : 'lost'),
    ...(found.when !== undefined && { when: momentOf(found.when) }),
    ...(found.renewed !== undefined && { renewed: momentOf(found.renewed) }),
  };
}

/** Resolves once the client has a connection. */
export async function reconnected(client: ServiceClient): Promise<void> {
  while (client.state !== 'connected') await once(client, 'state');
}

/** Lets time pass as long as it takes, within reason. */
export async function recover(
  clock: FakeClock,
  proxy: HarmfulProxy,
  recovery: Promise<void>,
  what: string,
): Promise<void> {
  const watched = watch(recovery);
  for (let step = 0; step < RECOVERY_STEPS; step += 1) {
    await proxy.calm();
    if (watched.settled) break;
    if (clock.pending.length > 0) clock.advanceToNext();
  }
  assert.ok(watched.settled, `waited in vain for ${what}`);
  await recovery;
}

function momentOf(milliseconds: number): Moment {
  const [name] = Object.entries(MOMENTS).find(([, moment]) => moment === milliseconds) ?? [];
  assert.ok(name, `after ${milliseconds} ms, which is none of the configured times`);
  return name as Moment;
}
