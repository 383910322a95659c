import { AsyncLocalStorage } from 'node:async_hooks';

const owners = new AsyncLocalStorage<unknown[]>();
/** Whose listeners are set aside while any action runs: a test runner ends a test for such an error, whoever's it is. */
let others: NodeJS.UncaughtExceptionListener[] = [];
let users = 0;
const known = new WeakMap<Error, unknown[]>();

/**
 * Runs an action and returns what was thrown out of its callbacks with nobody to catch it, which would have ended the process. Actions may
 * run at the same time.
 */
export async function escapedFrom(action: () => Promise<void>): Promise<unknown[]> {
  const escaped: unknown[] = [];
  users += 1;
  if (users === 1) {
    others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', keep);
  }
  try {
    await owners.run(escaped, action);
    return escaped;
  } finally {
    users -= 1;
    if (users === 0) {
      process.off('uncaughtException', keep);
      for (const other of others) process.on('uncaughtException', other);
    }
  }
}

/** An error that the action which runs now is to be told of wherever it is thrown: some callbacks of sockets are in nobody's chain. */
export function ownError(message: string): Error {
  const error = new Error(message);
  const owner = owners.getStore();
  if (owner) known.set(error, owner);
  return error;
}

function keep(error: Error, origin: NodeJS.UncaughtExceptionOrigin): void {
  const owner = known.get(error) ?? owners.getStore();
  if (owner) owner.push(error);
  else for (const other of others) other(error, origin);
}
