import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { messageOf } from '../errors.js';
import type { ClientEvents } from './events.js';

/** Calls what is not ours: listeners, observers, callbacks. Whatever they throw, or reject with, disturbs nothing here and no other of them. */
export abstract class SafeEmitter extends EventEmitter<ClientEvents> {
  /** Reports that something failed. */
  protected abstract fault(error: Error): void;

  /**
   * Calls what is not ours, when our own state is consistent. What it throws, or rejects with, is reported.
   * @param whom names it for the report
   */
  protected callSafely(whom: string, call: () => unknown): void {
    guarded(call, (error) => this.fault(new Error(`${whom} failed: ${messageOf(error)}`, { cause: error })));
  }

  /** Emits an event. A listener that throws keeps it from no other listener. */
  protected notify<E extends keyof ClientEvents>(event: E, ...args: ClientEvents[E]): void {
    for (const listener of this.rawListeners(event)) {
      const call = (): unknown => Reflect.apply(listener, this, args);
      // if whoever should hear of failures fails, there is no one left to tell
      if (event === 'fault') guarded(call, () => undefined);
      else this.callSafely(`A listener of "${event}"`, call);
    }
  }
}

function guarded(call: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = call();
    if (types.isPromise(result)) result.catch(failed);
  } catch (error) {
    failed(error);
  }
}
