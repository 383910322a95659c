import { AMM_OPERATIONS } from '../protocol/amm-messages.js';
import { AMM_DIALECT } from '../protocol/header.js';
import type { Decoded, Encodable } from '../protocol/layout.js';
import { encodeFrame, encodeRawFrame, type Operation } from '../protocol/message.js';
import type { Report } from './events.js';
import type { Behaviour } from './faults.js';
import type { PeerService, Session } from './peer-service.js';
import type { PeerRequest } from './requests.js';
import { CONFIRMATIONS, type SimulatorState } from './simulator-state.js';

type Operations = typeof AMM_OPERATIONS;

/** For each operation what it answers: the response's fields, or the confirmation number of a refusal. */
type Handlers = {
  [K in keyof Operations]: (
    request: Decoded<Operations[K]['request']['body']['fields']>,
  ) => Encodable<Operations[K]['response']['body']['fields']> | number;
};
type Handler = (fields: unknown) => Encodable<Operation['response']['body']['fields']> | number;

const { success } = CONFIRMATIONS;

/** The simulated AMM. */
export class AmmService implements PeerService {
  readonly dialect = AMM_DIALECT;
  private readonly operations = new Map<number, { operation: Operation; handler: Handler }>();

  constructor(
    state: SimulatorState,
    private readonly behaviour: Behaviour,
    private readonly report: Report,
  ) {
    const handlers = handlersOf(state);
    for (const name of Object.keys(AMM_OPERATIONS) as (keyof Operations)[]) {
      const operation = AMM_OPERATIONS[name];
      this.operations.set(operation.request.code, { operation, handler: handlers[name] as Handler });
    }
  }

  received(session: Session, { code, fields }: PeerRequest): boolean {
    const found = this.operations.get(code);
    if (!found) return true;
    const { operation, handler } = found;
    const isRefused = this.behaviour.fault === 'reject' && operation.changing;
    const answer = isRefused ? CONFIRMATIONS.refused : handler(fields);
    if (typeof answer === 'number') {
      session.write(encodeRefusal(operation.response.code, answer));
      const { connection } = session;
      this.report('refused', { service: 'amm', connection, name: operation.request.name, number: answer });
    } else {
      session.write(encodeFrame(AMM_DIALECT, operation.response, answer));
    }
    return true;
  }

  closed(): void {
    // the AMM keeps nothing of a connection
  }
}

function handlersOf(state: SimulatorState): Handlers {
  return {
    LIST_ENDPOINTS: () => ({
      confirmation: success,
      count: state.endpoints.length,
      endpoints: state.endpoints,
    }),
    LIST_ATRS: () => ({ confirmation: success, count: state.atrs.length, atrs: state.atrs }),
    GET_ENDPOINT_DETAILS: ({ id }) =>
      state.hasEndpoint(id)
        ? { confirmation: success, id, details: Buffer.from('simulated endpoint\0') }
        : CONFIRMATIONS.unknownEndpoint,
    PROVISION_ENDPOINT: ({ id }) => state.provision(id) ?? { confirmation: success },
    CREATE_OPERATIONAL_ATR: ({ endpoints }) => {
      const atr = state.createAtr(endpoints);
      return typeof atr === 'number' ? atr : { confirmation: success, id: atr.id };
    },
    DELETE_ENDPOINT: ({ id }) => state.deleteEndpoint(id) ?? { confirmation: success },
    DELETE_ATR: ({ id }) => state.deleteAtr(id) ?? { confirmation: success },
  };
}

/** The body of a refusal is its confirmation number alone. */
function encodeRefusal(code: number, confirmation: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt32LE(confirmation);
  return encodeRawFrame(AMM_DIALECT, code, body);
}
