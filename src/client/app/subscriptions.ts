import { types } from 'node:util';
import { applicationKey } from '../../protocol/application-key.js';

/** Application data as it arrives. */
export interface ReceivedData {
  /** U16 */
  atrId: number;
  /** App Value of the sender, U16. */
  appValue: number;
  /** The bytes; see {@link SubscribeOptions.borrow}. */
  data: Buffer;
}

/** What to receive; a part that is left out matches anything. */
export interface DataFilter {
  /** U16 */
  atrId?: number | undefined;
  /** App Value of the sender, U16. */
  appValue?: number | undefined;
}

/** How to receive. */
export interface SubscribeOptions {
  /**
   * Gives the listener a view of what was read, which is valid during the call only and saves a copy. By default the data is the
   * listener's own. Default false.
   */
  borrow?: boolean;
}

/** Gets application data. */
export type DataListener = (received: ReceivedData) => unknown;

interface Subscription {
  readonly listener: DataListener;
  readonly borrows: boolean;
  isEnded: boolean;
}

/** Subscriptions by what they wait for. The lists are never changed but replaced: one that is being gone through stays as it is. */
type Lists = Map<number, readonly Subscription[]>;

/**
 * Who gets which application data. Listeners are kept by what they wait for, so that a message costs the same however many wait
 * for others.
 */
export class Subscriptions {
  private readonly ofApplications: Lists = new Map();
  private readonly ofAtrs: Lists = new Map();
  private readonly ofAppValues: Lists = new Map();
  private readonly ofAll: Lists = new Map();

  /** @param failed gets what a listener threw, or rejected with: it must not keep the message from the others */
  constructor(private readonly failed: (error: unknown) => void) {}

  /** Returns the function that ends the subscription. */
  add(filter: DataFilter, listener: DataListener, { borrow = false }: SubscribeOptions = {}): () => void {
    const [lists, key] = this.listsFor(filter);
    const subscription = { listener, borrows: borrow, isEnded: false }; // the same function may be subscribed twice
    lists.set(key, [...(lists.get(key) ?? []), subscription]);
    return () => {
      subscription.isEnded = true;
      const others = lists.get(key)?.filter((other) => other !== subscription) ?? [];
      if (others.length > 0) lists.set(key, others);
      else lists.delete(key);
    };
  }

  /** Hands application data to all who wait for it. Returns whether there is anybody. */
  dispatch(received: ReceivedData): boolean {
    const { atrId, appValue } = received;
    const applications = this.deliver(this.ofApplications.get(applicationKey(atrId, appValue)), received);
    const atrs = this.deliver(this.ofAtrs.get(atrId), received);
    const appValues = this.deliver(this.ofAppValues.get(appValue), received);
    return this.deliver(this.ofAll.get(ALL), received) || applications || atrs || appValues;
  }

  private deliver(subscriptions: readonly Subscription[] | undefined, received: ReceivedData): boolean {
    if (!subscriptions) return false;
    for (const { listener, borrows, isEnded } of subscriptions) {
      if (isEnded) continue; // since this message is being delivered
      try {
        const result = listener(borrows ? received : { ...received, data: Buffer.from(received.data) });
        if (types.isPromise(result)) result.catch(this.failed);
      } catch (error) {
        this.failed(error);
      }
    }
    return true;
  }

  private listsFor({ atrId, appValue }: DataFilter): [Lists, number] {
    if (atrId === undefined) return appValue === undefined ? [this.ofAll, ALL] : [this.ofAppValues, appValue];
    return appValue === undefined
      ? [this.ofAtrs, atrId]
      : [this.ofApplications, applicationKey(atrId, appValue)];
  }
}

/** The one key of what matches anything. */
const ALL = 0;
