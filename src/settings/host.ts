import { isIpv4, isIpv6 } from './ip-address.js';

/** What can be wrong with a host. */
export type HostProblem =
  /** There is no text, or only white space. */
  | 'empty'
  /** It has `${NAME}`: the variable is not set, or is not the whole value, and Node-RED put nothing in its place. */
  | 'variable'
  /** It has a scheme, as `tcp://`, or a path. */
  | 'url'
  /** It has a port, as `host:49200`. */
  | 'port'
  /** It looks like an IPv4 address and is none of four decimal numbers: `127.1`, `0x7f.1`, `010.0.0.1`. Systems read these differently. */
  | 'ipv4'
  /** It has colons or brackets and is no IPv6 address. */
  | 'ipv6'
  /** It has a character that no host name has: white space, a quote, a control character. */
  | 'characters'
  /** The name has more than 253 characters, or a part of it not 1 to 63. */
  | 'length';

const MAX_NAME = 253;
const MAX_LABEL = 63;

/**
 * Letters of any language, which Node.js converts to Punycode for the lookup; digits, hyphens, and the underscores that names in Docker
 * networks have.
 */
const NAME_CHARACTERS = /^[\p{L}\p{M}\d_.-]*$/u;

/**
 * Reads a host as a person writes it: a host name or an IP address, with or without white space around it. An IPv6 address may be in
 * brackets, which are left out, and have a zone, as `fe80::1%eth0`. A name may end in a dot.
 *
 * @returns the host as `net.connect` takes it, or what is wrong with the value; never throws
 */
export function readHost(
  value: unknown,
): { host: string; problem?: never } | { host?: never; problem: HostProblem } {
  if (typeof value !== 'string') return { problem: 'empty' };
  const text = value.trim();
  const bracketed = /^\[(.*)\]$/.exec(text)?.[1];
  const problem = bracketed === undefined ? problemOf(text) : isIpv6(bracketed) ? undefined : 'ipv6';
  return problem === undefined ? { host: bracketed ?? text } : { problem };
}

function problemOf(text: string): HostProblem | undefined {
  if (text === '') return 'empty';
  if (/\$[{(]/.test(text)) return 'variable';
  if (text.includes('/')) return 'url';
  if (isIpv6(text)) return undefined;
  if (/^(?:[^:]*|\[.*\]):\d*$/.test(text)) return 'port';
  if (/[:[\]]/.test(text)) return 'ipv6';
  if (!NAME_CHARACTERS.test(text)) return 'characters';
  return problemOfName(text);
}

function problemOfName(name: string): HostProblem | undefined {
  const labels = name.replace(/\.$/, '').split('.');
  // what the lookup takes for an address, too
  if (labels.every((label) => /^(?:\d+|0x[\da-f]*)$/i.test(label))) return isIpv4(name) ? undefined : 'ipv4';
  const isTooLong = labels.join('.').length > MAX_NAME;
  return isTooLong || labels.some((label) => label === '' || label.length > MAX_LABEL) ? 'length' : undefined;
}

const WORDS: Readonly<Record<HostProblem, string>> = {
  empty: 'a host name or an address is needed',
  variable: 'set the environment variable to a host name or an address, and let ${NAME} be the whole value',
  url: 'enter the host name or the IP address alone, without a scheme such as tcp:// and without a path',
  port: 'enter the host alone; the port is a setting of its own',
  ipv4: 'write an IPv4 address as four decimal numbers from 0 to 255, such as 192.168.0.10',
  ipv6: 'write an IPv6 address such as ::1 or fe80::1%eth0, with or without brackets',
  characters: 'a host name has only letters, digits, hyphens, underscores and dots',
  length: `a host name has at most ${MAX_NAME} characters, and 1 to ${MAX_LABEL} between its dots`,
};

/** What to do about a problem, in English, to follow what was given: `The host is "tcp://amm"; ` and these words. */
export function hostProblemInWords(problem: HostProblem): string {
  return WORDS[problem];
}
