/** Whether a text is an IPv4 address of four decimal numbers without leading zeros. As `net.isIPv4`, which browsers do not have. */
export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return (
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  );
}

/** Whether a text is an IPv6 address, with or without a zone (`%eth0`). As `net.isIPv6`, which browsers do not have. */
export function isIpv6(text: string): boolean {
  const [, address = '', zone] = /^([^%]*)(%.*)?$/.exec(text) ?? [];
  if (zone !== undefined && !/^%[\w.-]+$/.test(zone)) return false;
  const [head = '', tail, ...more] = address.split('::');
  if (more.length > 0) return false;
  // an IPv4 address can only be the last part of all
  const counts = tail === undefined ? [groupsIn(head, true)] : [groupsIn(head, false), groupsIn(tail, true)];
  const count = counts.reduce((sum, each) => sum + each, 0);
  return tail === undefined ? count === 8 : count <= 7;
}

/** How many of the eight groups of an IPv6 address a part of it has; not a number if it is no such part. */
function groupsIn(part: string, mayEndInIpv4: boolean): number {
  if (part === '') return 0;
  const groups = part.split(':');
  const endsInIpv4 = mayEndInIpv4 && isIpv4(groups.at(-1) ?? '');
  const hexadecimal = endsInIpv4 ? groups.slice(0, -1) : groups;
  if (!hexadecimal.every((group) => /^[\da-f]{1,4}$/i.test(group))) return NaN;
  return groups.length + (endsInIpv4 ? 1 : 0);
}
