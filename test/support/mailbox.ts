/** Things that arrive one after another, to be awaited one after another, in either order. */
export class Mailbox<T> {
  private readonly items: T[] = [];
  private readonly takers: PromiseWithResolvers<T>[] = [];
  private ended: Error | undefined;

  /** How many have arrived and were not taken. */
  get size(): number {
    return this.items.length;
  }

  put(item: T): void {
    const taker = this.takers.shift();
    if (taker) taker.resolve(item);
    else this.items.push(item);
  }

  /** Nothing will arrive any more: whoever waits in vain gets the error. What has arrived can still be taken. */
  end(error: Error): void {
    this.ended ??= error;
    for (const taker of this.takers.splice(0)) taker.reject(this.ended);
  }

  /** The next thing, as soon as there is one. */
  take(): Promise<T> {
    const taker = withResolvers<T>();
    const [item] = this.items;
    if (this.items.length > 0) {
      this.items.shift();
      taker.resolve(item as T);
    } else if (this.ended) taker.reject(this.ended);
    else this.takers.push(taker);
    return taker.promise;
  }
}

/** A promise and the means to settle it. */
export interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
}

/** Makes a promise that is settled from outside. */
export function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: PromiseWithResolvers<T>['resolve'] = () => undefined;
  let reject: PromiseWithResolvers<T>['reject'] = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
