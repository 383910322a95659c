import assert from 'node:assert/strict';
import { AkmError, type AkmErrorCode } from '../../src/errors.js';

/** Awaits the failure that was expected, and returns it. */
export async function rejection(promise: Promise<unknown>, code: AkmErrorCode): Promise<AkmError> {
  return requireCode(
    await promise.then(
      () => undefined,
      (error: unknown) => error,
    ),
    code,
  );
}

/** Runs what is expected to throw, and returns what it threw. */
export function thrown(action: () => unknown, code: AkmErrorCode): AkmError {
  let error: unknown;
  try {
    action();
  } catch (caught) {
    error = caught;
  }
  return requireCode(error, code);
}

function requireCode(error: unknown, code: AkmErrorCode): AkmError {
  assert.ok(error instanceof AkmError, `expected ${code}, but got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  return error;
}

/** Watches a promise, so that a test can say that it has not been settled yet. */
export function watch(promise: Promise<unknown>): { readonly settled: boolean } {
  const watched = { settled: false };
  const settle = (): void => {
    watched.settled = true;
  };
  promise.then(settle, settle);
  return watched;
}

/** Lets all that the arrival of bytes has set off in this process come to its end. */
export async function turn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
