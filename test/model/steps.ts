import fc from 'fast-check';
import { FIRST_REFUSED } from './peer.js';
import type { AmmQuestion, AppQuestion } from './client.js';

/** Impatient, so that an episode is soon over. All times are in milliseconds. */
export const REQUEST_TIMEOUT = 80;
export const RECONNECT = { reconnectMin: 5, reconnectMax: 20 };

/** Who may hold which App Value in which ATR: the first twice, and the last one is never let in. */
export const SLOTS = [
  { atrId: 1, appValue: 100 },
  { atrId: 1, appValue: 100 },
  { atrId: 1, appValue: 101 },
  { atrId: 2, appValue: 100 },
  { atrId: 2, appValue: FIRST_REFUSED },
] as const;

/** What the peer does. */
export type PeerStep =
  | { peer: 'resets' | 'ends' | 'pushes' }
  | { peer: 'restarts' | 'pauses'; ms: number }
  | { peer: 'answers late'; answers: number; ms: number }
  | { peer: 'loses' | 'repeats' | 'repeats in parts' | 'dribbles'; answers: number }
  | { peer: 'refuses'; registrations: number }
  | { peer: 'refuses all'; ms: number };

/** What any user of a client does. */
export type CommonStep = { do: 'wait'; ms: number } | { do: 'close' };

export type AppStep =
  | CommonStep
  | PeerStep
  | { do: 'acquire' | 'register' | 'register again' | 'release'; slot: number }
  | { do: 'send'; atrId: number; offline: 'error' | 'queue'; messages: number }
  | { do: 'ask'; what: AppQuestion }
  | { do: 'ask the version'; tolerant: boolean };

export type AmmStep = CommonStep | PeerStep | { do: 'ask'; what: AmmQuestion };

/** What one client goes through. */
export interface Episode<Step> {
  /** Requests and sends that may wait. */
  queueLimit: number;
  /** Silence after which the client asks; 0 for never. */
  heartbeat: number;
  /** Whether the callbacks of some sends throw. */
  callbacksThrow: boolean;
  steps: Step[];
  /** Whether the peer goes on as it does until all that does not wait for better times has ended. */
  stubborn: boolean;
  /** How it ends, once the peer behaves: what is held is released, while questions are asked all the time, or not. */
  ending: 'close' | 'release' | 'release under load';
}

const few = fc.integer({ min: 1, max: 3 });
const slot = fc.nat(SLOTS.length - 1);
/** Some waits are shorter than the request timeout, some longer. */
const ms = fc.integer({ min: 0, max: Math.round(REQUEST_TIMEOUT * 1.3) });

const weighted = <T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.WeightedArbitrary<T> => ({
  weight,
  arbitrary,
});

/** Waits are short, or all that was begun would have ended before the next step. */
const wait: fc.Arbitrary<CommonStep> = fc.record({
  do: fc.constant('wait' as const),
  ms: fc.oneof(fc.nat(8), fc.nat(30), ms),
});
const close: fc.Arbitrary<CommonStep> = fc.constant({ do: 'close' });

const peer: fc.Arbitrary<PeerStep> = fc.oneof(
  fc.record({ peer: fc.constantFrom('resets' as const, 'ends' as const, 'pushes' as const) }),
  fc.record({ peer: fc.constantFrom('restarts' as const, 'pauses' as const), ms }),
  fc.record({ peer: fc.constant('answers late' as const), answers: few, ms }),
  fc.record({
    peer: fc.constantFrom(
      'loses' as const,
      'repeats' as const,
      'repeats in parts' as const,
      'dribbles' as const,
    ),
    answers: few,
  }),
);

const registrar: fc.Arbitrary<PeerStep> = fc.oneof(
  fc.record({ peer: fc.constant('refuses' as const), registrations: few }),
  fc.record({ peer: fc.constant('refuses all' as const), ms }),
);

const appStep: fc.Arbitrary<AppStep> = fc.oneof(
  weighted(4, wait),
  weighted(5, peer),
  weighted(2, registrar),
  weighted(1, fc.record({ do: fc.constantFrom('acquire' as const, 'release' as const), slot })),
  weighted(
    4,
    fc.record({
      do: fc.constantFrom('register' as const, 'register' as const, 'register again' as const),
      slot,
    }),
  ),
  weighted(
    5,
    fc.record({
      do: fc.constant('send' as const),
      atrId: fc.constantFrom(1, 1, 2, 3),
      offline: fc.constantFrom('error' as const, 'queue' as const),
      messages: few,
    }),
  ),
  weighted(
    2,
    fc.record({
      do: fc.constant('ask' as const),
      what: fc.constantFrom('endpoint' as const, 'atrs' as const, 'version' as const),
    }),
  ),
  weighted(2, fc.record({ do: fc.constant('ask the version' as const), tolerant: fc.boolean() })),
);

const ammStep: fc.Arbitrary<AmmStep> = fc.oneof(
  weighted(3, wait),
  weighted(3, peer),
  weighted(
    5,
    fc.record({
      do: fc.constant('ask' as const),
      what: fc.constantFrom<AmmQuestion[]>(
        'endpoints',
        'endpoints, tolerant',
        'endpoints, tolerant',
        'atrs',
        'details',
        'provision',
        'raw',
      ),
    }),
  ),
);

/** Some episodes end with a close in the midst of it all. */
function stepsOf<Step>(step: fc.Arbitrary<Step | CommonStep>): fc.Arbitrary<(Step | CommonStep)[]> {
  const some = fc.array(step, { minLength: 1, maxLength: 20, size: 'max' });
  return fc.oneof(
    weighted(6, some),
    weighted(
      1,
      fc
        .tuple(some, close, fc.array(step, { maxLength: 3 }))
        .map(([before, closing, after]) => [...before, closing, ...after]),
    ),
  );
}

function episode<Step>(
  steps: fc.Arbitrary<Step[]>,
  endings: Episode<Step>['ending'][],
): fc.Arbitrary<Episode<Step>> {
  return fc.record({
    queueLimit: fc.constantFrom(1000, 5, 2),
    heartbeat: fc.constantFrom(0, 50),
    callbacksThrow: fc.boolean(),
    steps,
    stubborn: fc.boolean(),
    ending: fc.constantFrom(...endings),
  });
}

export const appEpisode: fc.Arbitrary<Episode<AppStep>> = episode(stepsOf<AppStep>(appStep), [
  'close',
  'close',
  'release',
  'release under load',
]);
export const ammEpisode: fc.Arbitrary<Episode<AmmStep>> = episode(stepsOf<AmmStep>(ammStep), ['close']);
