import { U16_MAX } from '../protocol/integer.js';

/** Application data as it arrives. */
export interface ReceivedData {
  /** U16 */
  atrId: number;
  /** App Value of the sender, U16. */
  appValue: number;
  /** A view that is valid during the call only: copy what outlives it. */
  data: Buffer;
}

/** What to receive; a part left out matches anything. */
export interface DataFilter {
  /** U16 */
  atrId?: number | undefined;
  /** App Value of the sender, U16. */
  appValue?: number | undefined;
}

/** Gets application data. */
export type DataListener = (received: ReceivedData) => void;

/**
 * Who gets which application data. Listeners are kept by what they wait for, so that a message costs the same however many wait
 * for others.
 */
export class Subscriptions {
  private readonly subscriptions = new Map<number, Set<{ listener: DataListener }>>();

  /** @param failed gets what a listener threw: it must not keep the message from the others */
  constructor(private readonly failed: (error: unknown) => void) {}

  /** Returns the function that ends the subscription. */
  add(filter: DataFilter, listener: DataListener): () => void {
    const key = keyOf(filter.atrId, filter.appValue);
    const set = this.subscriptions.get(key) ?? new Set();
    this.subscriptions.set(key, set);
    const subscription = { listener }; // the same function may be subscribed twice
    set.add(subscription);
    return () => {
      set.delete(subscription);
      if (set.size === 0 && this.subscriptions.get(key) === set) this.subscriptions.delete(key);
    };
  }

  /** Hands application data to all who wait for it. */
  dispatch(received: ReceivedData): void {
    const { atrId, appValue } = received;
    this.handOn(keyOf(atrId, appValue), received);
    this.handOn(keyOf(atrId), received);
    this.handOn(keyOf(undefined, appValue), received);
    this.handOn(keyOf(), received);
  }

  private handOn(key: number, received: ReceivedData): void {
    const set = this.subscriptions.get(key);
    if (!set) return;
    // a copy: who subscribes while a message is handed on gets the next one first. One alone, the usual case, needs none
    const subscriptions = set.size === 1 ? set : [...set];
    for (const subscription of subscriptions) {
      if (!set.has(subscription)) continue;
      try {
        subscription.listener(received);
      } catch (error) {
        this.failed(error);
      }
      if (subscriptions === set) return;
    }
  }
}

/** Stands for any ATR ID, or any App Value: one more than the greatest. */
const ANY = U16_MAX + 1;

function keyOf(atrId = ANY, appValue = ANY): number {
  return atrId * (ANY + 1) + appValue;
}
