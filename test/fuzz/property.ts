import fc from 'fast-check';
import assert from 'node:assert/strict';
import { isAkmError, type AkmErrorCode } from '../../src/errors.js';

/** Something that must hold for all that is generated. */
export interface FuzzProperty {
  name: string;
  property: fc.IRawProperty<unknown>;
  /** How often it is tried in the unit suite. */
  runs: number;
  /** How many of these tries are under way at any time. Default 1. */
  lanes?: number;
}

/** Largest seed of a round. */
export const LARGEST_SEED = 0x7fff_ffff;

/** Lies between the seeds of two lanes: so far that the next rounds do not try the same again. */
const LANE_STRIDE = 10_000_019;

/** Longest time that one try may take, in milliseconds: a hang becomes a failure that can be reproduced. */
const LONGEST_TRY = 20_000;
/** Longest time for all tries of a lane, and for making what failed shorter, in milliseconds. */
const LONGEST_SEARCH = 60_000;

/** Tries a property. Returns what went wrong, with all that is needed to see it again, or undefined. */
export async function tryOut(
  { property, lanes = 1 }: FuzzProperty,
  seed: number,
  runs: number,
): Promise<string | undefined> {
  const reports = await Promise.all(
    Array.from({ length: lanes }, (_, lane) =>
      tryLane(property, (seed + lane * LANE_STRIDE) % LARGEST_SEED, Math.ceil(runs / lanes)),
    ),
  );
  return reports.find((report) => report !== undefined);
}

async function tryLane(
  property: FuzzProperty['property'],
  seed: number,
  runs: number,
): Promise<string | undefined> {
  const details = await fc.check(property as fc.IAsyncProperty<unknown>, {
    seed,
    numRuns: runs,
    includeErrorInReport: true,
    timeout: LONGEST_TRY,
    interruptAfterTimeLimit: LONGEST_SEARCH, // shrinking ends, too
  });
  return details.failed ? await fc.asyncDefaultReportMessage(details) : undefined;
}

/** The error of something that may fail, but only with one of these codes, and briefly; undefined where it does not fail. */
export function failureOf(action: () => unknown, ...codes: AkmErrorCode[]): Error | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return requireFailure(error, codes);
  }
}

/** Fails unless this is an AkmError of one of these codes whose message is short. */
export function requireFailure(error: unknown, codes: readonly AkmErrorCode[]): Error {
  assert.ok(
    isAkmError(error),
    `not an AkmError: ${error instanceof Error ? String(error.stack) : String(error)}`,
  );
  assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
  assert.ok(error.message.length < 5000, error.message.slice(0, 200));
  return error;
}
