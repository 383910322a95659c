import { AMM_OPERATIONS } from '../protocol/amm-messages.js';
import { AMM_DIALECT, HEADER_SIZE } from '../protocol/header.js';
import type { Decoded, Encodable } from '../protocol/layout.js';
import {
  CODE_SIZE,
  decodeWholeBody,
  encodeFrame,
  encodeRawFrame,
  type Operation,
} from '../protocol/message.js';
import type { PeerService, Session } from './peer-server.js';
import { CONFIRMATIONS, type SimulatorState } from './simulator-state.js';

type Operations = typeof AMM_OPERATIONS;

/** For each operation what it answers: the response's fields, or the confirmation number of a refusal. */
type Handlers = {
  [K in keyof Operations]: (
    request: Decoded<Operations[K]['request']['body']['fields']>,
  ) => Encodable<Operations[K]['response']['body']['fields']> | number;
};

const { success } = CONFIRMATIONS;

/**
 * LIST_ENDPOINTS without a filter. The code alone is GET_ENDPOINT_INFO of a client that takes this for an AppEndpoint: it finds its mistake
 * by the list, while the end of the connection would tell it nothing.
 */
const ALL_ENDPOINTS = encodeFrame(AMM_DIALECT, AMM_OPERATIONS.LIST_ENDPOINTS.request, { filter: 0 }).subarray(
  HEADER_SIZE,
);

/** The simulated AMM. */
export class AmmService implements PeerService {
  readonly dialect = AMM_DIALECT;
  private readonly answers = new Map<number, (payload: Buffer) => Buffer>();

  /** @param refusing whether every changing request is refused */
  constructor(world: SimulatorState, refusing: boolean) {
    const handlers = handlersOf(world);
    for (const name of Object.keys(AMM_OPERATIONS) as (keyof Operations)[]) {
      const operation: Operation = AMM_OPERATIONS[name];
      const handler = handlers[name] as (
        request: unknown,
      ) => Encodable<Operation['response']['body']['fields']> | number;
      this.answers.set(operation.request.code, (payload) => {
        const request = decodeWholeBody(operation.request, payload);
        const answer = refusing && operation.changing ? CONFIRMATIONS.refused : handler(request);
        return typeof answer === 'number'
          ? encodeRefusal(operation.response.code, answer)
          : encodeFrame(AMM_DIALECT, operation.response, answer);
      });
    }
  }

  received(session: Session, code: number, payload: Buffer): void {
    const answer = this.answers.get(code);
    const isBare = code === AMM_OPERATIONS.LIST_ENDPOINTS.request.code && payload.length === CODE_SIZE;
    if (answer) session.write(answer(isBare ? ALL_ENDPOINTS : payload), session);
  }

  closed(): void {
    // the AMM remembers nothing of a connection
  }
}

function handlersOf(world: SimulatorState): Handlers {
  return {
    LIST_ENDPOINTS: () => ({
      confirmation: success,
      count: world.endpoints.length,
      endpoints: world.endpoints,
    }),
    LIST_ATRS: () => ({ confirmation: success, count: world.atrs.length, atrs: world.atrs }),
    GET_ENDPOINT_DETAILS: ({ id }) =>
      world.hasEndpoint(id)
        ? { confirmation: success, id, details: Buffer.from('simulated endpoint\0') }
        : CONFIRMATIONS.unknownEndpoint,
    PROVISION_ENDPOINT: ({ id }) => world.provision(id) ?? { confirmation: success },
    CREATE_OPERATIONAL_ATR: ({ endpoints }) => {
      const atr = world.createAtr(endpoints);
      return typeof atr === 'number' ? atr : { confirmation: success, id: atr.id };
    },
    DELETE_ENDPOINT: ({ id }) => world.deleteEndpoint(id) ?? { confirmation: success },
    DELETE_ATR: ({ id }) => world.deleteAtr(id) ?? { confirmation: success },
  };
}

/** A refusal says no more than its number. */
function encodeRefusal(code: number, confirmation: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt32LE(confirmation);
  return encodeRawFrame(AMM_DIALECT, code, body);
}
