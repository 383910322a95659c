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

interface Subscription {
  readonly listener: DataListener;
  ended: boolean;
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

  /** @param failed gets what a listener threw: it must not keep the message from the others */
  constructor(private readonly failed: (error: unknown) => void) {}

  /** Returns the function that ends the subscription. */
  add(filter: DataFilter, listener: DataListener): () => void {
    const [lists, key] = this.placeOf(filter);
    const subscription = { listener, ended: false }; // the same function may be subscribed twice
    lists.set(key, [...(lists.get(key) ?? []), subscription]);
    return () => {
      subscription.ended = true;
      const others = lists.get(key)?.filter((other) => other !== subscription) ?? [];
      if (others.length > 0) lists.set(key, others);
      else lists.delete(key);
    };
  }

  /** Hands application data to all who wait for it. */
  dispatch(received: ReceivedData): void {
    const { atrId, appValue } = received;
    this.handOn(this.ofApplications.get(applicationKey(atrId, appValue)), received);
    this.handOn(this.ofAtrs.get(atrId), received);
    this.handOn(this.ofAppValues.get(appValue), received);
    this.handOn(this.ofAll.get(ALL), received);
  }

  private handOn(subscriptions: readonly Subscription[] | undefined, received: ReceivedData): void {
    if (!subscriptions) return;
    for (const subscription of subscriptions) {
      if (subscription.ended) continue; // since this message is being handed on
      try {
        subscription.listener(received);
      } catch (error) {
        this.failed(error);
      }
    }
  }

  private placeOf({ atrId, appValue }: DataFilter): [Lists, number] {
    if (atrId === undefined) return appValue === undefined ? [this.ofAll, ALL] : [this.ofAppValues, appValue];
    return appValue === undefined
      ? [this.ofAtrs, atrId]
      : [this.ofApplications, applicationKey(atrId, appValue)];
  }
}

/** The one key of what matches anything. */
const ALL = 0;

/** Both numbers in 32 bits: one that is larger would be an object of its own for each message. */
function applicationKey(atrId: number, appValue: number): number {
  return (atrId << 16) | appValue;
}
