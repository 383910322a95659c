import dns from 'node:dns';

/** While the action runs no name is ever resolved: whoever connects to one goes on trying. */
export async function withoutNames(action: () => Promise<void>): Promise<void> {
  const { lookup } = dns;
  dns.lookup = (() => undefined) as unknown as typeof lookup;
  try {
    await action();
  } finally {
    dns.lookup = lookup;
  }
}
