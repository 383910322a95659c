import type { Node } from 'node-red';
import { AkmError, kindOf } from '../../src/errors.js';
import { toAkmError } from './errors.js';
import type { Lifetime } from './lifetime.js';
import type { AkmMessage } from './messages.js';

/** Sends a message on; of a node with several outputs, by the one at whose place it stands. */
export type Forward = (msg: AkmMessage | (AkmMessage | null)[]) => void;

/** What a node does with a message: by the time that it is done, or what it returns is, the message ends. */
export type Work = (msg: AkmMessage, forward: Forward) => void | Promise<void>;

/** The messages that a node has taken and not ended yet. */
export interface Unfinished {
  readonly count: number;
}

/**
 * Handles each message of a node with `work`, and ends it with exactly one `done`, whatever happens.
 * @param lifetime that of the node: a message that comes after its end fails at once
 * @param failed makes of what was thrown the error that the message ends with
 */
export function handleMessages(
  node: Node,
  lifetime: Lifetime,
  work: Work,
  failed: (msg: AkmMessage, thrown: unknown) => AkmError,
): Unfinished {
  const unfinished = { count: 0 };
  node.on('input', (msg: AkmMessage, send, done) => {
    const handle = async (): Promise<void> => {
      unfinished.count += 1;
      try {
        lifetime.check(); // Node-RED goes on delivering while a node closes
        requireWritable(msg);
        await work(msg, send);
      } finally {
        unfinished.count -= 1;
      }
    };
    handle()
      .then(
        () => done(),
        (thrown: unknown) => done(failed(msg, thrown)),
      )
      .catch((thrown: unknown) => {
        // Node-RED copies the message for Complete and Catch nodes, and some messages cannot be copied
        node.error(toAkmError(thrown));
      });
  });
  return unfinished;
}

/** Notes at a message what it was about; one that is frozen, or none at all, takes no note. */
export function note(msg: AkmMessage, value: object): void {
  try {
    Reflect.defineProperty(msg, 'akm', { value, configurable: true, enumerable: true, writable: true });
  } catch {
    // the error that this is noted for is told all the same
  }
}

/**
 * The answer is noted at the message, so one that takes no notes is refused before anything is sent.
 * @throws AkmError `AKM_INVALID_INPUT`
 */
function requireWritable(msg: unknown): void {
  if (typeof msg === 'object' && msg !== null && !Object.isFrozen(msg)) return;
  const what = typeof msg === 'object' ? 'frozen' : kindOf(msg);
  throw new AkmError(
    'AKM_INVALID_INPUT',
    `The message is ${what}; an object that can be written to is needed`,
  );
}
