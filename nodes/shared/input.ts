import type { Node } from 'node-red';
import { AkmError, kindOf } from '../../src/errors.js';
import { toAkmError } from './errors.js';
import type { AkmMessage } from './messages.js';

/** Sends a message on; of a node with several outputs, by the one at whose place it stands. */
export type Forward = (msg: AkmMessage | (AkmMessage | null)[]) => void;

/**
 * Handles each message of a node with `work`, and ends it with exactly one `done`, whatever happens.
 * @param failed makes of what was thrown the error that the message ends with
 */
export function handleMessages(
  node: Node,
  work: (msg: AkmMessage, forward: Forward) => Promise<void>,
  failed: (msg: AkmMessage, thrown: unknown) => AkmError,
): void {
  node.on('input', (msg: AkmMessage, send, done) => {
    const handle = async (): Promise<void> => {
      requireWritable(msg);
      await work(msg, send);
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
