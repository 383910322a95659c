import type { ServerResponse } from 'node:http';
import { quote } from '../../../src/errors.js';
import { answerFailure, Refusal, type AdminRequest } from './answers.js';

/** What a browser says of a request by the editor's own page, or by a person who typed the address. */
const OWN_SITES: readonly unknown[] = ['same-origin', 'none'];

/**
 * Middleware that refuses a request which the browser made for a page of another origin. Node-RED permits every origin to read what its
 * admin API answers, so without this check any web page could use an editor without a password.
 *
 * `Sec-Fetch-Site` decides if it is there: no script can set it, and no proxy changes it. Browsers send it over HTTPS and to localhost only.
 * Without it, `Origin` must name the host that the request was made to. A program that is no browser sends neither, and passes.
 */
export function requireSameOrigin(req: AdminRequest, res: ServerResponse, next: () => void): void {
  if (isFromOwnPage(req)) {
    next();
    return;
  }
  const origin = quote(req.headers.origin);
  const message =
    `The request comes from a page of another origin (Origin ${origin}, Host ${quote(req.headers.host)}); only the Node-RED editor may send it. ` +
    'If this is the editor behind a reverse proxy, configure the proxy to pass on the Host header unchanged, ' +
    "or set httpServerOptions: { 'trust proxy': … } in settings.js so that Node-RED accepts X-Forwarded-Host";
  answerFailure(res, new Refusal(403, 'FOREIGN_ORIGIN', message));
}

function isFromOwnPage(req: AdminRequest): boolean {
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined) return OWN_SITES.includes(site);
  const { origin } = req.headers;
  return origin === undefined || hostsOf(req).some((host) => isOriginOf(origin, host));
}

/**
 * The hosts that the editor's page can have been loaded from. A script can set X-Forwarded-Host, as the preflight permits every header: it
 * counts only if the administrator trusts the proxy that the request comes through.
 */
function hostsOf({ app, headers, socket }: AdminRequest): string[] {
  const [forwarded] = [headers['x-forwarded-host']].flat();
  const trusts = app.get('trust proxy fn');
  const isTrusted = forwarded !== undefined && trusts(socket.remoteAddress ?? '', 0);
  return [headers.host, isTrusted ? forwarded.split(',')[0] : undefined].filter((host) => host !== undefined);
}

/** Whether a page of this origin was loaded from this host. Both are compared as URLs, which leave out a scheme's default port. */
function isOriginOf(origin: string, host: string): boolean {
  if (!/^https?:\/\//.test(origin)) return false; // also "null": a sandboxed frame, or a file
  try {
    const page = new URL(origin);
    return page.host === new URL(`${page.protocol}//${host.trim()}`).host;
  } catch {
    return false; // one of them is no host
  }
}
