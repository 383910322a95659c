import { networkInterfaces } from 'node:os';

const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);

/** Addresses of this machine that are not loopback, without those that are valid together with an interface only. */
export const OWN_ADDRESSES: readonly string[] = addresses
  .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
  .map(({ address }) => address);

/** Whether this machine knows IPv6. */
export const HAS_IPV6 = addresses.some(({ address }) => address === '::1');
