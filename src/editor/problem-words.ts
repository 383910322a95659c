import type { Translate } from './texts.js';

/** Something that went wrong, in the language of the editor, and what the server said of it. */
export interface Problem {
  readonly words: string;
  /** The server's own words, in English; undefined where it said nothing. It is text, never HTML. */
  readonly smallPrint?: string | undefined;
}

/** What is said of each code that a refused request, or a failed part of one, comes with. */
const TEXTS: Readonly<Record<string, string>> = {
  AKM_INVALID_INPUT: '@akmflow/node-red-akm/akm-connection:problem.invalid',
  AKM_NOT_CONNECTED: '@akmflow/node-red-akm/akm-connection:problem.notConnected',
  AKM_CONNECTION_LOST: '@akmflow/node-red-akm/akm-connection:problem.lost',
  AKM_TIMEOUT: '@akmflow/node-red-akm/akm-connection:problem.timeout',
  AKM_PROTOCOL: '@akmflow/node-red-akm/akm-connection:problem.protocol',
  AKM_REJECTED: '@akmflow/node-red-akm/akm-connection:problem.rejected',
  AKM_QUEUE_FULL: '@akmflow/node-red-akm/akm-connection:problem.busy',
  AKM_CLOSED: '@akmflow/node-red-akm/akm-connection:problem.closed',
  FOREIGN_ORIGIN: '@akmflow/node-red-akm/akm-connection:problem.foreignOrigin',
  NOT_DEPLOYED: '@akmflow/node-red-akm/akm-connection:problem.notDeployed',
  BAD_REQUEST: '@akmflow/node-red-akm/akm-connection:problem.invalid',
  BUSY: '@akmflow/node-red-akm/akm-connection:problem.busy',
};

/** What is said of a status of HTTP whose answer came from elsewhere: Node-RED's own access control, a proxy, nobody. */
const STATUSES: Readonly<Record<number, string>> = {
  0: '@akmflow/node-red-akm/akm-connection:problem.noServer',
  401: '@akmflow/node-red-akm/akm-connection:problem.signedOut',
  403: '@akmflow/node-red-akm/akm-connection:problem.forbidden',
};

/** What went wrong, as the admin routes put it: `{ code, message }`. Anything else has words too. */
export function problemOf(error: unknown, translate: Translate): Problem {
  const { code, message } = fieldsOf(error);
  return {
    words: translate(textOf(code) ?? '@akmflow/node-red-akm/akm-connection:problem.failed'),
    smallPrint: typeof message === 'string' ? message : undefined,
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
}

function textOf(code: unknown): string | undefined {
  return typeof code === 'string' && Object.hasOwn(TEXTS, code) ? TEXTS[code] : undefined;
}

/**
 * What went wrong with a request that Node-RED did not answer with 2xx.
 *
 * @param status of HTTP; 0 where no answer came
 * @param answer what came as JSON, if it was JSON
 */
export function problemOfRequest(status: number, answer: unknown, translate: Translate): Problem {
  const words = STATUSES[status];
  const isOurs = textOf(fieldsOf(answer)['code']) !== undefined;
  return isOurs || words === undefined ? problemOf(answer, translate) : { words: translate(words) };
}
