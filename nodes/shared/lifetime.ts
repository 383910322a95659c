import { setMaxListeners } from 'node:events';
import { AkmError } from '../../src/errors.js';

/**
 * Whether a node still lives. Between a message and what it makes a node do there may be a wait, and a deploy may end the node meanwhile:
 * whatever is waited for ends with it, and nothing is done after it.
 */
export class Lifetime {
  private ending: AkmError | undefined;
  private readonly controller = new AbortController();
  /** Ends each wait, with this error. */
  private readonly waiting = new Set<(error: AkmError) => void>();

  constructor() {
    setMaxListeners(0, this.controller.signal); // one for each request that waits
  }

  /** Aborted when the node ends: what it has asked for and is not written yet never is. The reason is an AkmError `AKM_CLOSED`. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Whether the node has ended. */
  get ended(): boolean {
    return this.ending !== undefined;
  }

  /** @throws AkmError `AKM_CLOSED` once the node has ended */
  check(): void {
    if (this.ending) throw this.ending;
  }

  /**
   * Waits for `work`, and no longer than the node lives.
   * @throws AkmError (as a rejection) `AKM_CLOSED` as soon as the node ends, or what `work` rejects with
   */
  during<T>(work: Promise<T>): Promise<T> {
    // not Promise.race: this is done for each message, and that takes several times as long
    return new Promise((resolve, reject) => {
      if (this.ending) {
        work.catch(() => undefined); // nobody waits for it any more
        reject(this.ending);
        return;
      }
      const settle = (): void => {
        this.waiting.delete(reject);
        resolve(work);
      };
      this.waiting.add(reject);
      work.then(settle, settle);
    });
  }

  /** The node ends. */
  end(): void {
    const error = new AkmError(
      'AKM_CLOSED',
      'The node was stopped before anything was sent for this message',
    );
    this.ending ??= error;
    this.controller.abort(error);
    for (const end of [...this.waiting]) end(error);
  }
}
