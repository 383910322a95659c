import { readHost, type HostProblem } from '../settings/host.js';
import type { Translate } from './texts.js';

/** The catalogue's text for each problem that a host can have. */
const TEXTS: Readonly<Record<HostProblem, string>> = {
  empty: '@akmflow/node-red-akm/akm-connection:host.empty',
  variable: '@akmflow/node-red-akm/akm-connection:host.variable',
  url: '@akmflow/node-red-akm/akm-connection:host.url',
  port: '@akmflow/node-red-akm/akm-connection:host.port',
  ipv4: '@akmflow/node-red-akm/akm-connection:host.ipv4',
  ipv6: '@akmflow/node-red-akm/akm-connection:host.ipv6',
  characters: '@akmflow/node-red-akm/akm-connection:host.characters',
  length: '@akmflow/node-red-akm/akm-connection:host.length',
};

/** What is wrong with a host, in the language of the editor; undefined if nothing is. */
export function hostProblemIn(value: unknown, translate: Translate): string | undefined {
  const { problem } = readHost(value);
  return problem && translate(TEXTS[problem]);
}
