import type { AkmErrorCode } from '../../src/errors.js';
import type { PeerConnection } from './peer-connection.js';

/** A message that a client was given to send. */
export interface Sent {
  /** No two messages have the same. */
  text: string;
  atrId: number;
  /** Which of the client's connections it was accepted on; undefined if it was not. */
  accepted: number | undefined;
  outcome: 'ok' | AkmErrorCode | undefined;
}

/** Codes that promise that nothing was written. */
const NOT_WRITTEN: ReadonlySet<Sent['outcome']> = new Set<Sent['outcome']>([
  'AKM_NOT_CONNECTED',
  'AKM_NOT_REGISTERED',
  'AKM_QUEUE_FULL',
  'AKM_INVALID_INPUT',
]);

/**
 * Requires of each message that it arrived once at most, in order within its ATR on each connection, where an application was
 * registered, and not at all if it failed as not written.
 * @param violated is told what is not so
 */
export function requireDelivered(
  sent: readonly Sent[],
  connections: readonly PeerConnection[],
  violated: (what: string) => void,
): void {
  const places = new Map(sent.map(({ text }, place) => [text, place]));
  const arrived = new Set<string>();
  for (const { data, offences, registered } of connections) {
    for (const offence of offences) violated(offence);
    const last = new Map<number, number>();
    for (const { atrId, text } of data) {
      const place = places.get(text) ?? -1;
      const message = sent[place];
      if (message?.atrId !== atrId) violated(`"${text}" arrived in ATR ${atrId}, and was not sent there`);
      if (arrived.has(text)) violated(`${text} arrived twice`);
      if (message && NOT_WRITTEN.has(message.outcome))
        violated(`${text} arrived, and failed with ${message.outcome}`);
      if (place < (last.get(atrId) ?? -1)) violated(`${text} arrived behind a later one`);
      if (![...registered].some((key) => key.startsWith(`${atrId}/`)))
        violated(`${text} arrived in ATR ${atrId}, where nothing is registered`);
      arrived.add(text);
      last.set(atrId, place);
    }
  }
}
