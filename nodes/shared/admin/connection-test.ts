import type { AkmError, AkmErrorCode } from '../../../src/errors.js';
import { orAborted } from './abortable.js';
import { AmmClient } from '../../../src/client/amm/amm-client.js';
import { AppClient } from '../../../src/client/app/app-client.js';
import { isIdentifier } from '../../../src/protocol/identifier.js';
import { ASK, atrsIn } from './pick-lists.js';
import type { Conceal } from './conceal.js';
import type { ClientOptions } from '../../../src/client/options.js';
import { toAkmError } from '../errors.js';
import type { ServiceClient } from '../../../src/client/service-client.js';
import { withTemporaryClient, tenths } from './temporary-client.js';

/** What went wrong, for a person and for a program. */
export interface Failure {
  code: AkmErrorCode;
  message: string;
}

/** What trying a service out has shown. */
export interface Report {
  connected: boolean;
  /** From the attempt to the connection, in milliseconds. */
  connectMs?: number;
  /** Whether it has answered anything that it was asked. */
  answered: boolean;
  /** From the write of the first request that was answered to its response, in milliseconds. */
  answerMs?: number;
  /** The requests that it did not answer, or not in a way that makes sense. */
  unanswered?: (Failure & { operation: string })[];
  /** The first thing that went wrong: why there is no connection, or one of `unanswered`. */
  error?: Failure;
}

/** What an AMM tells of itself, as far as it answers. */
export interface AmmFacts {
  endpoints?: { count: number; truncated: boolean };
  atrs?: { count: number; truncated: boolean };
}

/** What an AppEndpoint tells of itself, as far as it answers: inferred, unless the integrator has entered the layouts. */
export interface AppFacts {
  version?: { major?: number; minor?: number; patch?: number; build?: number };
  endpoint?: { name?: string; id?: string; status?: number };
  atrs?: { count: number };
}

/** One read-only request, and the facts in its answer. */
interface Question<C, F> {
  operation: string;
  ask: (client: C) => Promise<{ latencyMs: number; facts: F }>;
}

const AMM_QUESTIONS: readonly Question<AmmClient, AmmFacts>[] = [
  {
    operation: 'LIST_ENDPOINTS',
    ask: async (client) => {
      const { latencyMs, count, truncated } = await client.listEndpoints(0, ASK);
      return { latencyMs, facts: { endpoints: { count, truncated } } };
    },
  },
  {
    operation: 'LIST_ATRS',
    ask: async (client) => {
      const { latencyMs, count, truncated } = await client.listAtrs(0, ASK);
      return { latencyMs, facts: { atrs: { count, truncated } } };
    },
  },
];

const APP_QUESTIONS: readonly Question<AppClient, AppFacts>[] = [
  {
    operation: 'GET_VERSION',
    ask: async (client) => {
      const { latencyMs, fields } = await client.getVersion(ASK);
      return { latencyMs, facts: { version: numbersIn(fields, ['major', 'minor', 'patch', 'build']) } };
    },
  },
  {
    operation: 'GET_ENDPOINT_INFO',
    ask: async (client) => {
      const { latencyMs, fields } = await client.getEndpointInfo(ASK);
      const { name, id }: Record<string, unknown> = fields;
      const endpoint = {
        ...(typeof name === 'string' ? { name } : {}),
        ...(isIdentifier(id) ? { id: id.id } : {}),
        ...numbersIn(fields, ['status']),
      };
      return { latencyMs, facts: { endpoint } };
    },
  },
  {
    operation: 'GET_ATR_INFO',
    ask: async (client) => {
      const { latencyMs, fields } = await client.getAtrInfo(ASK);
      return { latencyMs, facts: { atrs: { count: atrsIn(fields).length } } };
    },
  },
];

/**
 * Tries an AMM out on a connection of its own: whether it connects, answers, and what it holds. Only asks what changes nothing.
 * Never rejects: what is wrong with the settings or the peer stands in the report.
 *
 * @param signal ends it at once; its reason, an Error, is then told of what was not answered yet
 * @param conceal says what went wrong
 */
export function testAmm(
  options: ClientOptions,
  signal: AbortSignal,
  conceal: Conceal = toAkmError,
): Promise<Report & AmmFacts> {
  return test(() => new AmmClient({ ...options, heartbeat: 0 }), AMM_QUESTIONS, signal, conceal);
}

/** Tries an AppEndpoint out in the same way. */
export function testApp(
  options: ClientOptions,
  signal: AbortSignal,
  conceal: Conceal = toAkmError,
): Promise<Report & AppFacts> {
  return test(() => new AppClient({ ...options, heartbeat: 0 }), APP_QUESTIONS, signal, conceal);
}

async function test<C extends ServiceClient, F extends object>(
  make: () => C,
  questions: readonly Question<C, F>[],
  signal: AbortSignal,
  conceal: Conceal,
): Promise<Report & Partial<F>> {
  let client: C | undefined;
  try {
    const temporary = (client = make());
    return await withTemporaryClient(temporary, signal, async (connectMs) => ({
      connected: true,
      connectMs,
      ...(await askAll(temporary, questions, signal, conceal)),
    }));
  } catch (error) {
    // the first question on a connection is the client's own: whoever did not answer that has accepted the connection
    const connected = client !== undefined && client.counters().framesOut > 0;
    return { connected, answered: false, error: failureOf(conceal(error)) } as Report & Partial<F>;
  }
}

/** Asks one after the other, and not any more once the connection is gone: it is not made again. */
async function askAll<C extends ServiceClient, F extends object>(
  client: C,
  questions: readonly Question<C, F>[],
  signal: AbortSignal,
  conceal: Conceal,
): Promise<Omit<Report, 'connected'> & Partial<F>> {
  const told: Partial<F> = {};
  const unanswered: (Failure & { operation: string })[] = [];
  let answerMs: number | undefined;
  let why: unknown;
  for (const { operation, ask } of questions) {
    try {
      if (client.state !== 'connected') throw why;
      const { latencyMs, facts } = await orAborted(ask(client), signal);
      answerMs ??= tenths(latencyMs);
      Object.assign(told, facts);
    } catch (error) {
      why = error;
      unanswered.push({ operation, ...failureOf(conceal(error)) });
    }
  }
  const answered = answerMs === undefined ? { answered: false } : { answered: true, answerMs };
  const [first] = unanswered;
  if (!first) return { ...answered, ...told };
  const { code, message } = first;
  return { ...answered, ...told, unanswered, error: { code, message } };
}

function failureOf({ code, message }: AkmError): Failure {
  return { code, message };
}

/** Those of the fields that are numbers: in an own layout they may be missing, or something else. */
function numbersIn<K extends string>(fields: object, names: readonly K[]): Partial<Record<K, number>> {
  const given = fields as Partial<Record<K, unknown>>;
  return Object.fromEntries(
    names.filter((name) => typeof given[name] === 'number').map((name) => [name, given[name]]),
  ) as Partial<Record<K, number>>;
}
