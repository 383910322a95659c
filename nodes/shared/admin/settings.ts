import type { NodeAPI } from 'node-red';
import { quote } from '../../../src/errors.js';
import type { Layouts } from '../../../src/protocol/custom-layout.js';
import { Refusal, type AdminRequest } from './answers.js';
import { environmentOf } from './environment.js';
import { serviceSettings, type ServiceSettings } from './service-settings.js';

/** Largest body of a request, in bytes. */
const MAX_BODY = 64 * 1024;
/** Longest host name, number, name or `${ENV}`. */
const MAX_TEXT = 1024;
/** Longest layout that an editor could send: longer than any that could be right, whose mistake is then told. */
const MAX_LAYOUT = 16 * 1024;

/** What the form of a connection holds: still to be checked by whoever uses it. */
export interface ConnectionSettings {
  amm: ServiceSettings;
  app: ServiceSettings;
  /** The table of names, as it is saved. Environment variables in it stay as they are: an answer would show what they stand for. */
  names: unknown;
}

type Check = (value: unknown, what: string) => void;

const REQUIRED: Readonly<Record<string, Check>> = {
  ammHost: text,
  ammPort: text,
  appHost: text,
  appPort: text,
  requestTimeout: text,
};
const OPTIONAL: Readonly<Record<string, Check>> = { id: text, layouts, names };
const NAME_ROW: Readonly<Record<string, Check>> = { name: text, id: text, atrId: text, appValue: text };

/**
 * The settings that a form sent.
 * @throws Refusal `BAD_REQUEST`, also for anything but JSON: a form of a foreign web page can send other types without being asked, and
 *   must not have a Node-RED without a password connect to wherever it likes
 */
export function settingsIn(RED: NodeAPI, req: AdminRequest): ConnectionSettings {
  if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '')) {
    throw bad('The settings must be sent as application/json');
  }
  object(req.body, 'The body', REQUIRED, OPTIONAL);
  // checked first, so that this cannot be asked to write out something endlessly deep
  const size = Buffer.byteLength(JSON.stringify(req.body));
  if (size > MAX_BODY) throw bad(`The settings take ${size} bytes; ${MAX_BODY} are allowed`);
  const {
    id,
    ammHost,
    ammPort,
    appHost,
    appPort,
    requestTimeout,
    layouts = {},
    names = [],
  } = req.body as Sent;
  const valueOf = environmentOf(RED, id);
  return {
    amm: serviceSettings('AMM', { host: ammHost, port: ammPort, requestTimeout }, layouts, valueOf),
    app: serviceSettings('AppEndpoint', { host: appHost, port: appPort, requestTimeout }, layouts, valueOf),
    names,
  };
}

/** A body that was checked. */
interface Sent {
  id?: string;
  ammHost: string;
  ammPort: string;
  appHost: string;
  appPort: string;
  requestTimeout: string;
  layouts?: Layouts;
  names?: unknown;
}

function object(
  value: unknown,
  what: string,
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): void {
  const given = plain(value, what);
  for (const [key, entry] of Object.entries(given)) {
    const check = Object.hasOwn(required, key)
      ? required[key]
      : Object.hasOwn(optional, key)
        ? optional[key]
        : undefined;
    if (!check) throw bad(`${what} has ${quote(key)}, which is no setting of a connection`);
    check(entry, key);
  }
  for (const key of Object.keys(required)) {
    if (!Object.hasOwn(given, key)) throw bad(`${what} has no ${key}`);
  }
}

function plain(value: unknown, what: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw bad(`${what} is ${quote(value)}; an object is needed`);
}

function text(value: unknown, what: string, max = MAX_TEXT): void {
  if (typeof value !== 'string') throw bad(`${what} is ${quote(value)}; text is needed`);
  if (value.length > max) throw bad(`${what} has ${value.length} characters; ${max} are allowed`);
}

function layouts(value: unknown, what: string): void {
  for (const [name, layout] of Object.entries(plain(value, what))) {
    text(name, 'The name of a layout');
    text(layout, 'A layout', MAX_LAYOUT);
  }
}

function names(value: unknown, what: string): void {
  if (!Array.isArray(value)) throw bad(`${what} is ${quote(value)}; an array is needed`);
  for (const row of value as unknown[]) object(row, 'A row of names', NAME_ROW);
}

function bad(message: string): Refusal {
  return new Refusal(400, 'BAD_REQUEST', message);
}
