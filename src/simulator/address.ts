/** An address as it is written: `127.0.0.1:49200`, and `[::1]:49200` for IPv6. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
