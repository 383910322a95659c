/** Measures how long list requests take with `node:net` alone. */
import { BareRequest } from './bare-request.js';
import { serve } from './commands.js';

export interface RequestNet {
  /** Makes `count` requests one after another, and gives the time that each took, in milliseconds. */
  times(how: { port: number; count: number }): Promise<number[]>;
}

serve<RequestNet>({
  times: ({ port, count }) =>
    new Promise((resolve) => {
      const bare = new BareRequest(port);
      const times: number[] = [];
      const request = (): void => {
        const sentAt = performance.now();
        bare.ask(() => {
          times.push(performance.now() - sentAt);
          if (times.length < count) {
            setImmediate(request);
          } else {
            bare.end();
            resolve(times);
          }
        });
      };
      request();
    }),
});
