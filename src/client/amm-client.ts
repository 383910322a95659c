import { AkmError } from '../errors.js';
import { AMM_OPERATIONS, categoryName } from '../protocol/amm-messages.js';
import { AMM_DIALECT } from '../protocol/header.js';
import { parseIdentifier, type Identifier, type IdentifierInput } from '../protocol/identifier.js';
import type { Operation } from '../protocol/message.js';
import { isLoopback } from './loopback.js';
import { checkDelay, checkOptions, type ClientOptions, type NumberInput } from './options.js';
import { requireSuccess } from './success.js';
import { infoOf, ServiceClient, type ExchangeInfo } from './service-client.js';

/** The AMM's TCP port (documented). */
export const AMM_PORT = 49200;

/** {@link ClientOptions} and what only the AMM needs. */
export interface AmmClientOptions extends ClientOptions {
  /** Lets the connection go after so many milliseconds without a request, and opens it again on demand; 0 never. Default 0. */
  idleTimeout?: NumberInput;
  /** Permits changing requests whose layout is only inferred towards other hosts than loopback. Default false. */
  allowInferred?: boolean;
}

/** The AMM's endpoints. */
export interface EndpointList extends ExchangeInfo {
  confirmation: number;
  /** As the AMM counts; more than `endpoints` holds when `truncated`. */
  count: number;
  truncated: boolean;
  endpoints: Identifier[];
}

/** A trust relationship as the AMM lists it. */
export interface Atr extends Identifier {
  /** 0 to 3 are documented; any other number is passed through. */
  category: number;
  /** Illegal, Bootstrap, Provisional, Operational or Unknown. */
  categoryName: string;
}

/** The AMM's trust relationships. */
export interface AtrList extends ExchangeInfo {
  confirmation: number;
  /** As the AMM counts; more than `atrs` holds when `truncated`. */
  count: number;
  truncated: boolean;
  atrs: Atr[];
}

/** The AMM's yes to a changing request. */
export interface Confirmed extends ExchangeInfo {
  /** Undefined where the AMM's answer was too short to hold one. */
  confirmation: number | undefined;
  /** The bytes behind the confirmation. */
  raw: Buffer;
}

/** Offset of the bytes behind a response's code and confirmation. */
const BEHIND_CONFIRMATION = 8;

/** A live connection to an AKM Management Module. */
export class AmmClient extends ServiceClient {
  private readonly idleTimeout: number;
  private readonly allowInferred: boolean;
  private idleTimer: NodeJS.Timeout | undefined;
  /** The idle time was over while a heartbeat waited for its answer. */
  private overstayed = false;

  /** @throws AkmError `AKM_INVALID_INPUT` naming the option */
  constructor(options: AmmClientOptions = {}) {
    super(AMM_DIALECT, checkOptions(options, AMM_PORT), BEHIND_CONFIRMATION);
    this.idleTimeout = checkDelay(options.idleTimeout ?? 0, 'The idle time (ms)');
    this.allowInferred = options.allowInferred ?? false;
  }

  /**
   * Lists the endpoints.
   * @param filter U32; 0 means all, and no other value is documented
   */
  async listEndpoints(filter = 0): Promise<EndpointList> {
    const { fields, ...answer } = await this.ask(AMM_OPERATIONS.LIST_ENDPOINTS, { filter });
    const { confirmation = 0, count = 0, endpoints = [] } = fields;
    return { ...infoOf(answer), confirmation, count, truncated: count > endpoints.length, endpoints };
  }

  /**
   * Lists the trust relationships.
   * @param filter U32; 0 means all, and no other value is documented
   */
  async listAtrs(filter = 0): Promise<AtrList> {
    const { fields, ...answer } = await this.ask(AMM_OPERATIONS.LIST_ATRS, { filter });
    const { confirmation = 0, count = 0, atrs = [] } = fields;
    return {
      ...infoOf(answer),
      confirmation,
      count,
      truncated: count > atrs.length,
      atrs: atrs.map(({ category, identifier }) => ({
        category,
        categoryName: categoryName(category),
        ...identifier,
      })),
    };
  }

  /**
   * Provisions an endpoint. The layout of this request is inferred.
   * @throws AkmError (as a rejection) `AKM_REJECTED` with the confirmation, `AKM_LAYOUT_UNVERIFIED`, `AKM_INVALID_INPUT`, ...
   */
  async provisionEndpoint(endpoint: IdentifierInput): Promise<Confirmed> {
    const operation = AMM_OPERATIONS.PROVISION_ENDPOINT;
    const answer = await this.ask(
      operation,
      { endpoint: parseIdentifier(endpoint) },
      {
        permit: () => {
          this.requireVerified(operation);
        },
      },
    );
    const { confirmation } = answer.fields;
    requireSuccess(operation.request.name, { confirmation }, this.options.successCode);
    return { ...infoOf(answer), confirmation, raw: answer.raw };
  }

  protected override probe(): Promise<boolean> {
    return this.answers(AMM_OPERATIONS.LIST_ENDPOINTS, { filter: 0 });
  }

  protected override onIdle(): void {
    // a timer that runs already goes on: heartbeats, which come by here too, are no use of the connection
    if (this.idleTimeout === 0 || this.idleTimer || this.state !== 'connected') return;
    if (this.overstayed) {
      this.rest();
      return;
    }
    this.idleTimer = setTimeout(() => {
      this.idleTimer = undefined;
      if (this.queue.busy) this.overstayed = true;
      else this.rest();
    }, this.idleTimeout);
  }

  protected override onLost(): void {
    this.stopIdleTimer();
  }

  protected override onClose(): void {
    this.stopIdleTimer();
  }

  /** {@link exchange} for requests that somebody wants, other than the heartbeat's. */
  private ask: typeof this.exchange = (operation, values, options) => {
    this.stopIdleTimer();
    return this.exchange(operation, values, options);
  };

  private rest(): void {
    this.overstayed = false;
    this.connection.rest();
  }

  private stopIdleTimer(): void {
    this.overstayed = false;
    clearTimeout(this.idleTimer);
    this.idleTimer = undefined;
  }

  /**
   * A wrong guess in a request that changes a key-management module is not harmless. What counts is the address really connected
   * to, not how the host was spelled.
   */
  private requireVerified(operation: Operation): void {
    const address = this.connection.remoteAddress ?? '';
    if (operation.request.source === 'documented' || this.allowInferred || isLoopback(address)) return;
    throw new AkmError(
      'AKM_LAYOUT_UNVERIFIED',
      `${operation.request.name} was not sent to ${this.peer}: its layout is inferred, not documented, and ${address} is not ` +
        'this machine. Check the layout with the vendor, then allow inferred layouts in the connection',
    );
  }
}
