import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AkmError, AkmErrorCode } from '../../../src/errors.js';
import { toAkmError } from '../errors.js';

/** A request to the admin API, as Node-RED hands it on: its JSON is read already. */
export interface AdminRequest extends IncomingMessage {
  /** What stands in the path, by name. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** The Express application, for its settings. */
  readonly app: {
    /** Says whether the sender of a request is a proxy whose headers count. */
    get(setting: 'trust proxy fn'): (address: string, hop: number) => boolean;
  };
}

/** A request to the admin API that is not answered with what it asks for. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: 'BAD_REQUEST' | 'FOREIGN_ORIGIN' | 'NOT_DEPLOYED' | 'BUSY',
    message: string,
  ) {
    super(message);
  }
}

/** The HTTP statuses of failures: whose turn it is to act. */
const STATUSES: Partial<Record<AkmErrorCode, number>> = {
  AKM_INVALID_INPUT: 400,
  AKM_NOT_CONNECTED: 502,
  AKM_CONNECTION_LOST: 502,
  AKM_PROTOCOL: 502,
  AKM_REJECTED: 502,
  AKM_QUEUE_FULL: 503,
  AKM_CLOSED: 503,
  AKM_TIMEOUT: 504,
};

/** Answers with JSON that nobody keeps. Does nothing where the browser is gone. */
export function answer(res: ServerResponse, status: number, body: object): void {
  if (res.destroyed || res.headersSent) return;
  res.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  res.end(JSON.stringify(body));
}

/** Answers with `{ code, message }`, and never with more of what was thrown. */
export function answerFailure(res: ServerResponse, thrown: unknown): void {
  const { status, code, message } = thrown instanceof Refusal ? thrown : failureOf(toAkmError(thrown));
  answer(res, status, { code, message });
}

function failureOf({ code, message }: AkmError): { status: number; code: AkmErrorCode; message: string } {
  return { status: STATUSES[code] ?? 500, code, message };
}
