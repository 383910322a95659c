import { problemOf, type Problem } from '../problem-words.js';
import type { Translate } from '../texts.js';

/** What is said of one service after a test of the connection to it. */
export interface ServiceReport {
  /** What was found, in the order it was found in. */
  readonly facts: readonly string[];
  /** What went wrong before all of that was known; undefined where all is well. */
  readonly problem?: Problem;
}

/** What the test route answers of one service, as far as it is used here; nothing of it is relied on. */
interface ServiceAnswer {
  connected?: unknown;
  connectMs?: unknown;
  answered?: unknown;
  answerMs?: unknown;
  endpoints?: { count?: unknown; truncated?: unknown };
  atrs?: { count?: unknown };
  version?: { major?: unknown; minor?: unknown; patch?: unknown; build?: unknown };
  endpoint?: { name?: unknown };
  error?: unknown;
}

/** Puts into words what the test route answered of one service. */
export function reportOf(service: 'amm' | 'app', answer: unknown, translate: Translate): ServiceReport {
  const found = (typeof answer === 'object' && answer !== null ? answer : {}) as ServiceAnswer;
  const { connected, connectMs, answered, answerMs, error } = found;
  const facts = [
    connected === true && typeof connectMs === 'number'
      ? translate('@akmflow/node-red-akm/akm-connection:test.connected', { ms: connectMs })
      : undefined,
    answered === true && typeof answerMs === 'number'
      ? translate('@akmflow/node-red-akm/akm-connection:test.answered', { ms: answerMs })
      : undefined,
    ...factsOf(found, translate),
    atrsInWords(service, found.atrs, translate),
  ].filter((fact) => fact !== undefined);
  const isFine = connected === true && answered === true && error === undefined;
  return isFine ? { facts } : { facts, problem: problemOf(error, translate) };
}

/** What the service is. */
function factsOf({ version, endpoint, endpoints }: ServiceAnswer, translate: Translate) {
  const parts = version && [version.major, version.minor, version.patch, version.build];
  const name = endpoint?.name;
  return [
    parts?.every((part) => typeof part === 'number')
      ? translate('@akmflow/node-red-akm/akm-connection:test.version', { version: parts.join('.') })
      : undefined,
    typeof name === 'string' && name !== ''
      ? translate('@akmflow/node-red-akm/akm-connection:test.endpoint', { name })
      : undefined,
    endpointsInWords(endpoints, translate),
  ];
}

function endpointsInWords(endpoints: ServiceAnswer['endpoints'], translate: Translate): string | undefined {
  const count = endpoints?.count;
  if (typeof count !== 'number') return undefined;
  if (count === 1) return translate('@akmflow/node-red-akm/akm-connection:test.oneEndpoint');
  return endpoints?.truncated === true
    ? translate('@akmflow/node-red-akm/akm-connection:test.endpointsTruncated', { endpoints: count })
    : translate('@akmflow/node-red-akm/akm-connection:test.endpoints', { endpoints: count });
}

/** The AMM counts all ATRs that there are, an AppEndpoint those that it is in. */
function atrsInWords(
  service: 'amm' | 'app',
  list: ServiceAnswer['atrs'],
  translate: Translate,
): string | undefined {
  const atrs = list?.count;
  if (typeof atrs !== 'number') return undefined;
  if (service === 'app')
    return atrs === 1
      ? translate('@akmflow/node-red-akm/akm-connection:test.memberOfOne')
      : translate('@akmflow/node-red-akm/akm-connection:test.memberOf', { atrs });
  return atrs === 1
    ? translate('@akmflow/node-red-akm/akm-connection:test.oneAtr')
    : translate('@akmflow/node-red-akm/akm-connection:test.atrs', { atrs });
}
