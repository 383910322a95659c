import type { ServerResponse } from 'node:http';
import { Deadline } from '../../../src/client/connection/deadline.js';
import { AkmError } from '../../../src/errors.js';
import { Refusal } from './answers.js';

/** How much of a Node-RED the editors may keep busy. */
export interface Bounds {
  /** Longest time that a request may take before its connections are closed, in milliseconds. */
  time: number;
  /** Requests at one time. */
  requests: number;
}

/** With the two seconds that the orderly end of a connection may take, a request ends within 15 seconds. */
export const BOUNDS: Bounds = { time: 12_500, requests: 4 };

/** Lets so many requests in at a time, each for so long, and none for longer than its browser waits. */
export class ConcurrencyLimit {
  private inside = 0;

  constructor(private readonly bounds: Bounds) {}

  /**
   * @param work is given a signal whose reason is an AkmError
   * @throws Refusal `BUSY` (as a rejection), or what `work` throws
   */
  async pass<T>(res: ServerResponse, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { requests, time } = this.bounds;
    if (this.inside >= requests) {
      throw new Refusal(
        429,
        'BUSY',
        `${requests} such requests are under way already; try again in a moment`,
      );
    }
    this.inside += 1;
    const controller = new AbortController();
    const end = (error: AkmError): void => controller.abort(error);
    const deadline = new Deadline(time, () =>
      end(
        new AkmError(
          'AKM_TIMEOUT',
          `There was no answer within ${time / 1000} s, the longest that the editor waits`,
        ),
      ),
    );
    const gone = (): void => end(new AkmError('AKM_CLOSED', 'The browser closed the request'));
    res.on('close', gone);
    try {
      return await work(controller.signal);
    } finally {
      deadline.cancel();
      res.off('close', gone);
      this.inside -= 1;
    }
  }
}
