/** What has gone over the connections to one service, and how it is now. Counts only ever grow while the client lives. */
export interface CounterValues {
  /** Whole messages that arrived. */
  framesIn: number;
  /** Messages handed to the socket. */
  framesOut: number;
  /** Bytes that arrived, of whole messages or not. */
  bytesIn: number;
  /** Bytes handed to the socket. */
  bytesOut: number;
  /**
   * Requests and sends that failed, and messages that were thrown away. Not a mistake in what was asked for (`AKM_INVALID_INPUT`), and not what
   * the client asks by itself: heartbeats, and registrations made again, of which only a refusal counts.
   */
  errors: number;
  /** Connections made after the first, on demand as well. */
  reconnects: number;
  /** Requests and sends that wait now. */
  queueDepth: number;
  /** 1 while there is a connection, else 0. */
  connected: 0 | 1;
  /** Time from the last answered request to its answer, in milliseconds; absent before the first. */
  latencyMs?: number;
  /** When the connection there is was made, in milliseconds since 1970; absent without one. */
  connectedSince?: number;
}

/** Latencies are told in whole microseconds. */
export function roundLatency(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

/**
 * What one client counts. Plain numbers, added to where frames pass: hundreds of thousands do in a second, so nothing is allocated or
 * called for one.
 */
export class Counters {
  framesIn = 0;
  framesOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  errors = 0;
  connections = 0;
  /** Of the last answered request, in milliseconds; below zero before the first. */
  latencyMs = -1;

  /**
   * A copy of how things stand.
   * @param connectedSince undefined where there is no connection
   */
  values(queueDepth: number, connectedSince?: number): CounterValues {
    const { framesIn, framesOut, bytesIn, bytesOut, errors, connections, latencyMs } = this;
    return {
      framesIn,
      framesOut,
      bytesIn,
      bytesOut,
      errors,
      reconnects: Math.max(0, connections - 1),
      queueDepth,
      connected: connectedSince === undefined ? 0 : 1,
      ...(latencyMs < 0 ? {} : { latencyMs: roundLatency(latencyMs) }),
      ...(connectedSince === undefined ? {} : { connectedSince }),
    };
  }
}
