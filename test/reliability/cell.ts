import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import type { Bench } from '../support/clients.js';
import { inTime } from '../support/deadline.js';
import type { FakeClock } from '../support/fake-clock.js';
import type { Fault } from '../support/harmful-proxy/proxy.js';
import { turn, watch } from '../support/promises.js';
import { OPERATIONS, type OperationName } from './operations.js';
import { Stage, TIMES } from './stage.js';

/** When something happens: right away, or by which of the configured times. */
export const MOMENTS = {
  'at once': 0,
  'after the delay': 2000,
  'after requestTimeout': TIMES.requestTimeout,
  'after the late answer': TIMES.requestTimeout + 1000,
  'after heartbeat': TIMES.heartbeat,
  'after heartbeat + delay': TIMES.heartbeat + 2000,
  'after heartbeat + requestTimeout': TIMES.heartbeat + TIMES.requestTimeout,
};

/** The name of one of {@link MOMENTS}. */
export type Moment = keyof typeof MOMENTS;

/** What comes of an operation under a fault. */
export interface Outcome {
  /** `ok`, the code of the error that the user gets, or what became of the message. */
  result: string;
  when: Moment;
  /** When the connection was given up, where it was. */
  renewed?: Moment;
  /** The fault has nothing to strike in this operation. */
  spared?: true;
}

/** What the suite provides. */
export interface Surroundings {
  bench: Bench;
  clock: FakeClock;
  /** The clients' ends of their connections. */
  sockets: readonly Socket[];
}

/** Results that are told by nothing: there is nothing to wait for. */
const IN_VAIN = /^lost/;

/**
 * Tries one operation under one fault, lifts the fault, and tries the next. Time passes only as far as the expected outcome says: it
 * decides which of the configured times may end things, so that nothing here depends on how fast the machine is.
 *
 * @returns what really came of it
 */
export async function tryOut(
  { bench, clock, sockets }: Surroundings,
  name: OperationName,
  fault: Fault,
  expected: Outcome,
): Promise<Outcome> {
  const stage = await Stage.open(bench, clock);
  const { client, proxy, silence = 0, ...trial } = await OPERATIONS[name](stage);
  const begun = performance.now();
  let renewed: number | undefined;
  let stood = client.state === 'connected';
  const lost = new Promise<void>((resolve) => {
    client.on('state', (state) => {
      stood ||= state === 'connected';
      if (state !== 'disconnected' || !stood) return;
      renewed ??= performance.now() - begun;
      resolve();
    });
  });

  // an attempt that is refused does not reach the proxy
  const spared = expected.spared ?? (name === 'first connect' && fault.refuses);
  proxy.harm(fault);
  const inVain = IN_VAIN.test(expected.result) || (name === 'heartbeat' && expected.result === 'ok');
  let when: number | undefined;
  const told = trial.run(inVain).then((result) => {
    when = performance.now() - begun;
    return result;
  });
  // the operation's own end, and then the connection's, each exactly when it is due
  await pass(MOMENTS[expected.when], inVain ? undefined : told);
  const result = await inTime(told, () => `${expected.result} ${expected.when}`);
  if (expected.renewed) {
    await pass(MOMENTS[expected.renewed], lost);
    await inTime(lost, () => `a new connection ${expected.renewed ?? ''}`);
  }

  await harm();
  const { harmful } = proxy;
  await proxy.lift();
  await inTime(stage.reconnected(client), () => 'a connection again');
  await inTime(trial.next(), () => 'the next operation to succeed');
  assert.ok(when !== undefined);
  return {
    result: trial.result?.(result) ?? result,
    when: inVain ? expected.when : momentOf(when),
    ...(renewed !== undefined && { renewed: momentOf(renewed) }),
    ...(expected.spared && !harmful && { spared: true }),
  };

  async function harm(): Promise<void> {
    if (!spared) await inTime(proxy.harmed, () => 'the harm that the fault does');
  }

  /** Lets time pass until then; what is due then must not have come before. */
  async function pass(moment: number, due: Promise<unknown> | undefined): Promise<void> {
    const passed = performance.now() - begun;
    if (moment <= passed) return;
    const watched = due && watch(due);
    if (passed < silence) {
      clock.advance(Math.min(moment, silence) - passed - 1);
      await turn();
      assert.ok(!watched?.settled, 'came too soon');
      clock.advance(1);
      if (moment === silence) return;
    }
    await harm();
    await proxy.delivered(sockets); // what was passed on must not be overtaken by what time brings
    clock.advance(moment - (performance.now() - begun) - 1);
    await turn();
    assert.ok(!watched?.settled, 'came too soon');
    clock.advance(1);
  }
}

function momentOf(milliseconds: number): Moment {
  const [name] = Object.entries(MOMENTS).find(([, moment]) => moment === milliseconds) ?? [];
  assert.ok(name, `after ${milliseconds} ms, which is none of the configured times`);
  return name as Moment;
}
