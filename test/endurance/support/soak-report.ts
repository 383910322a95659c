import type { SoakReport } from './soak.js';

const MIB = 1024 * 1024;
/** As many failures are printed. */
const SHOWN = 20;

/** The report as a table for people. */
export function describeReport(report: SoakReport): string {
  const { accounts, losses, memory, outages, connections } = report;
  const rows: [string, string][] = [
    ['seed', String(report.seed)],
    ['disturbances', [...report.disturbances].map(([what, times]) => `${times} x ${what}`).join(', ')],
    ...Object.entries(accounts.byType).map(([type, { accepted, succeeded, failed }]): [string, string] => {
      const codes = Object.entries(failed).map(([code, count]) => `${count} ${code}`);
      return [type, [`${accepted} accepted: ${succeeded} succeeded`, ...codes].join(', ')];
    }),
    [
      'sends',
      `${losses.taken} taken by the socket, of those ${losses.allowed} lost where a fault broke the connection`,
    ],
    [
      'pushes',
      `${report.pushed} pushed, ${accounts.sinks['sink']?.count ?? 0} received in order, ${losses.allowedPushes} passed over where something was disturbed`,
    ],
    ['connections', `${connections.amm} to the AMM, ${connections.app} to the AppEndpoint`],
    ['outages in the log', `${outages.begun} began, ${outages.ended} connections`],
    ['slowest recovery', `${report.slowestRecovery} ms`],
    ['memory', memory.map((bytes) => (bytes / MIB).toFixed(1)).join(', ') + ' MiB'],
    ['failures', String(report.failures.length)],
  ];
  const width = Math.max(...rows.map(([what]) => what.length));
  return [
    ...rows.map(([what, seen]) => `${what.padEnd(width)}  ${seen}`),
    ...report.failures.slice(0, SHOWN).map((failure) => `  ${failure}`),
  ].join('\n');
}
