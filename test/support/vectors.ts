import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT, type Dialect, type Service } from '../../src/protocol/header.js';
import type { Message, Operation } from '../../src/protocol/message.js';

/** Both services' frames, by the service's name. */
export const DIALECTS: Readonly<Record<Service, Dialect>> = { amm: AMM_DIALECT, app: APP_DIALECT };

/** Every message of the tables. */
export const MESSAGES: readonly Message[] = [
  ...[...Object.values<Operation>(AMM_OPERATIONS), ...Object.values<Operation>(APP_OPERATIONS)].flatMap(
    ({ request, response }) => [request, response],
  ),
  SEND_APP_DATA_REQUEST,
  RECEIVE_APP_DATA_RESPONSE,
];

/** The two halves of an identifier, each `0x` and 16 digits. */
interface Halves {
  lower64: string;
  upper64: string;
}

/** A frame that an implementation other than this one has packed. */
export interface Vector {
  name: string;
  service: Service;
  direction: 'request' | 'response' | 'push';
  fields: Record<string, unknown> & {
    endpoints?: Halves[];
    atrs?: (Halves & { category: number })[];
    dataHex?: string;
  };
  /** The whole frame. */
  hex: string;
}

/** Frames of all documented messages. */
export const VECTORS: readonly Vector[] = (
  JSON.parse(readFileSync(join(__dirname, '../protocol/vectors.json'), 'utf8')) as { frames: Vector[] }
).frames;

/** The message of the tables that a vector is of. */
export function messageOf(vector: Vector): Message {
  const message = MESSAGES.find(({ name }) => name === vector.name);
  if (!message) throw new Error(`No table has a message ${vector.name}`);
  return message;
}

/** A vector's fields as the tables name and shape them. */
export function valuesOf({
  fields: { endpoints, atrs, dataHex, ...numbers },
}: Vector): Record<string, unknown> {
  return {
    ...numbers,
    ...(endpoints && { endpoints: endpoints.map(identifier) }),
    ...(atrs && {
      atrs: atrs.map(({ category, ...halves }) => ({ category, id: identifier(halves) })),
    }),
    ...(dataHex !== undefined && { data: Buffer.from(dataHex, 'hex') }),
  };
}

function identifier({ lower64, upper64 }: Halves): Halves & { id: string } {
  return { id: upper64 + lower64.slice(2), lower64, upper64 };
}
