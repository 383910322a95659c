import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AkmErrorCode } from '../../src/errors.js';
import { inState, TestPeers } from '../support/clients.js';
import { useFakeClock, type FakeClock } from '../support/fake-clock.js';
import * as harms from '../support/harmful-proxy/harms.js';
import type { Harm } from '../support/harmful-proxy/proxy.js';
import { applications, details, lists, type Scene } from './scenes.js';
import { codeOf, TIMES } from './stage.js';

/** What a request may fail with. */
const FAILURES: readonly AkmErrorCode[] = [
  'AKM_TIMEOUT',
  'AKM_CONNECTION_LOST',
  'AKM_PROTOCOL',
  'AKM_NOT_CONNECTED',
];

/**
 * What may become of one answer. Not a flipped bit in what it says, nor a second answer that begins when the next request is written
 * already: nothing in the protocol could give these away.
 */
const HARMS: Record<string, Harm> = {
  none: (frame, way) => way.write(frame),
  fragment: harms.fragment,
  coalesce: harms.coalesce,
  delay: harms.delay(2000),
  throttle: harms.throttle(2000),
  late: harms.delay(TIMES.requestTimeout + 1),
  'very late': harms.delay(3 * TIMES.requestTimeout),
  truncate: harms.truncate,
  cutWithin: harms.cutWithin,
  end: harms.end,
  reset: harms.reset,
  swallow: harms.swallow,
  duplicate: harms.duplicate,
  'duplicate around a push': harms.duplicateAroundPush,
  'duplicate in pieces': harms.duplicateInPieces(1000),
  afterPush: harms.afterPush,
  afterUnknown: harms.afterUnknown,
  flipCode: harms.flipCode,
  'wrong code': harms.withCode((code) => (code === 0x41 ? 0x43 : 0x41)),
  'flipped header': harms.flipHeader(7),
  'declares more': harms.declareMore(8),
  'declares less': harms.declareMore(-4),
  'declares too much': harms.declareTooMuch,
  noise: harms.noise,
};

/** One question after another, with the harm that comes to the next answer. */
type Sequence = readonly (readonly [harm: string, question: string])[];

/**
 * What a peer that is late does not do besides: where the connection is kept without an answer, nothing could give away a second
 * answer then, or one that pretends to answer something else.
 */
const TOO_MUCH = ['duplicate', 'duplicate around a push', 'duplicate in pieces', 'wrong code'];

describe('answers never reach another request than their own, whatever happens to them in whatever order:', () => {
  const time = useFakeClock();

  it("an AMM's", async () => {
    await forAny(Object.keys(HARMS), ['details'], [], (sequence) => askUnder(sequence, time.clock, details));
  });

  it("an AppEndpoint's, where applications are registered again, and pushes come and lead to requests", async () => {
    const questions = ['version', 'info', 'registration'];
    await forAny(Object.keys(HARMS), questions, [], (sequence) =>
      askUnder(sequence, time.clock, applications),
    );
  });

  it("an AMM's, where the connection is kept without an answer", async () => {
    const forgiving = 'endpoints, forgiving';
    const severalLate: Sequence = [
      ['very late', forgiving],
      ['none', forgiving],
      ['none', forgiving],
      ['none', forgiving],
      ['none', 'endpoints'],
    ];
    await forAny(
      Object.keys(HARMS).filter((name) => !TOO_MUCH.includes(name)),
      ['endpoints', forgiving, 'atrs'],
      [severalLate, [['flipCode', forgiving]]],
      (sequence) => askUnder(sequence, time.clock, lists),
    );
  });
});

/** Tries out sequences: each harm, those that are given, and such as chance makes. */
async function forAny(
  harmNames: readonly string[],
  questions: readonly string[],
  given: readonly Sequence[],
  holds: (sequence: Sequence) => Promise<void>,
): Promise<void> {
  const each = harmNames.map((name): Sequence => {
    const harmed = [name, 'none', name, name];
    return harmed.map((harm, n) => [harm, questions[n % questions.length] ?? '']);
  });
  const step = fc.tuple(fc.constantFrom(...harmNames), fc.constantFrom(...questions));
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20, size: 'max' }), holds), {
    numRuns: 100,
    seed: 4,
    examples: [...each, ...given].map((sequence): [[string, string][]] => [
      sequence.map(([harm, question]) => [harm, question]),
    ]),
  });
}

/** Asks all at once, does harm to the answers in turn, and lets time pass until every question is settled. */
async function askUnder(
  sequence: Sequence,
  clock: FakeClock,
  open: (bench: TestPeers) => Promise<Scene>,
): Promise<void> {
  const bench = new TestPeers();
  try {
    const { client, proxy, questions, pushed } = await open(bench);
    const [first = ''] = Object.keys(questions);
    let [asked, settled, answered] = [0, 0, 0];
    const wrong: unknown[] = [];
    const ask = (question: string, failures = FAILURES): void => {
      asked += 1;
      void questions[question]?.(asked)
        .catch((error: unknown) => {
          if (!failures.some((failure) => failure === codeOf(error))) throw error;
        })
        .catch((error: unknown) => wrong.push(error))
        .finally(() => (settled += 1));
    };
    const allSettled = async (): Promise<void> => {
      for (;;) {
        await proxy.calm();
        if (settled === asked) break;
        clock.advanceToNext();
      }
      assert.ifError(wrong[0]);
    };
    pushed?.(() => ask(first));
    client.open();
    await inState(client, 'connected');
    proxy.harm({ toClient: (frame, way) => HARMS[sequence[answered++]?.[0] ?? 'none']?.(frame, way) });
    for (const [, question] of sequence) ask(question);
    await allSettled();
    await proxy.lift();
    clock.advance(4 * TIMES.requestTimeout); // what is late holds up what comes behind it
    await proxy.calm();
    await connectedWith(client, clock, proxy);
    for (const question of Object.keys(questions)) {
      ask(question, []);
      await allSettled();
    }
  } finally {
    await bench.clear();
  }
}

/** Lets time pass until there is a connection. */
async function connectedWith(
  client: Scene['client'],
  clock: FakeClock,
  proxy: Scene['proxy'],
): Promise<void> {
  const isConnected = (): boolean => client.state === 'connected';
  while (!isConnected()) {
    clock.advanceToNext();
    await proxy.calm();
  }
}
