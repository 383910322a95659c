import dns, { type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';

/** Lookups under way, by host name. */
const pending = new Map<string, Promise<LookupAddress[]>>();

/**
 * The addresses of a host, in the system's order; those of an IP address are itself.
 *
 * A lookup cannot be cancelled, and Node.js has four threads for all of them: a name server that never answers would occupy them with
 * attempt after attempt. So a name that is being looked up is not looked up a second time; whoever asks joins.
 *
 * @throws (as a rejection) the system's error, e.g. with code `ENOTFOUND`
 */
export function addressesOf(host: string): Promise<LookupAddress[]> {
  const family = isIP(host);
  if (family !== 0) return Promise.resolve([{ address: host, family }]);
  const known = pending.get(host);
  if (known) return known;
  const looking = new Promise<LookupAddress[]>((resolve, reject) => {
    dns.lookup(host, { all: true }, (error, addresses) => {
      pending.delete(host);
      if (error) reject(error);
      else resolve(addresses);
    });
  });
  pending.set(host, looking);
  return looking;
}
