import { isDeepStrictEqual } from 'node:util';
import type { Summary } from './accounts.js';
import type { Vitals } from './vitals.js';

/** Bytes that the memory of a Node-RED that leaks nothing may differ by between two looks. */
const NOISE = 3 * 1024 * 1024;

/**
 * What may not be in the accounts, in words.
 * @param told how many failures the log has told of
 */
export function failuresOf(
  { byType, endedTooOften, uncaught, sinks }: Summary,
  told: Summary['uncaught'],
): string[] {
  const disordered = sinks['sink']?.disordered ?? 0;
  return [
    ...endedTooOften.map((visit) => `${visit} ended too often`),
    ...(isDeepStrictEqual(uncaught, told)
      ? []
      : [
          `no Catch node was told of ${JSON.stringify(uncaught)}, and the log tells of ${JSON.stringify(told)}`,
        ]),
    ...(disordered > 0 ? [`${disordered} pushes were received after later ones, or twice`] : []),
    ...Object.entries(byType).flatMap(([type, { accepted, succeeded, failed }]) => {
      const failures = Object.values(failed).reduce((sum, count) => sum + count, 0);
      return [
        ...(succeeded + failures === accepted
          ? []
          : [`${type} accepted ${accepted}, ended ${succeeded + failures}`]),
        ...(failed['no code'] ? [`${type} failed without a code`] : []),
      ];
    }),
  ];
}

/** What there is more of after than before, in words. */
export function growthOf(before: Vitals, after: Vitals): string[] {
  const grown = after.memory - before.memory;
  const more = ['Timeout', 'TCPSocketWrap', 'TCPServerWrap'].filter(
    // a socket of a request to Node-RED itself may still be there
    (kind) => (after.resources[kind] ?? 0) > (before.resources[kind] ?? 0) + 2,
  );
  return [
    ...(grown > NOISE ? [`${grown} bytes more than after the first disturbances`] : []),
    ...more.map((kind) => `${after.resources[kind] ?? 0} ${kind}, ${before.resources[kind] ?? 0} before`),
    ...(after.listeners > before.listeners
      ? [`${after.listeners} listeners, ${before.listeners} before`]
      : []),
  ];
}
