import { AkmError } from '../../errors.js';
import type { id128 } from '../../protocol/field-types.js';
import { AMM_OPERATIONS, categoryName } from '../../protocol/amm-messages.js';
import { AMM_DIALECT } from '../../protocol/header.js';
import {
  identifierOf,
  parseIdentifier,
  parseIdentifiers,
  type Identifier,
  type IdentifierInput,
} from '../../protocol/identifier.js';
import type { Encodable } from '../../protocol/layout.js';
import type { Operation } from '../../protocol/message.js';
import { MAX_BODY } from '../../protocol/sizes.js';
import { checkDelay, checkOptions, type ClientOptions, type NumberInput } from '../options.js';
import { codesOf, infoOf, type ExchangeInfo, type RawResponse } from '../requests/exchange.js';
import type { RequestOptions } from '../requests/request-queue.js';
import { ServiceClient } from '../service-client.js';
import { isEndpointList } from './endpoint-list.js';
import { isLoopback } from './loopback.js';

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

/** The AMM's answer to a request about one thing. */
export interface Confirmation extends ExchangeInfo {
  /** Undefined where the answer was too short to hold one. */
  confirmation: number | undefined;
  /** The response's fields by name, as far as they were there; `id` is an {@link Identifier}. */
  fields: Record<string, unknown>;
  /** The bytes behind the confirmation. */
  raw: Buffer;
}

/**
 * What a request is about: an identifier, or where the integrator has entered a layout for the request, an object that holds its fields by name.
 */
export type Target = IdentifierInput | object;

/** Identifiers that fit into one message, behind their U32 count. */
const MOST_MEMBERS = Math.floor((MAX_BODY - 4) / 16);

/** A live connection to an AKM Management Module. */
export class AmmClient extends ServiceClient {
  private readonly idleTimeout: number;
  private readonly allowInferred: boolean;
  private idleTimer: NodeJS.Timeout | undefined;
  /** The idle time was over while a heartbeat waited for its answer. */
  private overstayed = false;

  /** @throws AkmError `AKM_INVALID_INPUT` naming the option */
  constructor(options: AmmClientOptions = {}) {
    super(AMM_DIALECT, checkOptions(options, AMM_PORT));
    this.idleTimeout = checkDelay(options.idleTimeout ?? 0, 'The idle time (ms)');
    this.allowInferred = options.allowInferred ?? false;
  }

  /**
   * Lists the endpoints. The layouts of request and response are documented.
   * @param filter U32; 0 means all, and no other value is documented
   */
  async listEndpoints(filter: NumberInput = 0, options: RequestOptions = {}): Promise<EndpointList> {
    const { fields, ...answer } = await this.ask(AMM_OPERATIONS.LIST_ENDPOINTS, { filter }, options);
    const { confirmation = 0, count = 0, endpoints = [] } = fields;
    return { ...infoOf(answer), confirmation, count, truncated: count > endpoints.length, endpoints };
  }

  /**
   * Lists the trust relationships. The layouts of request and response are documented.
   * @param filter U32; 0 means all, and no other value is documented
   */
  async listAtrs(filter: NumberInput = 0, options: RequestOptions = {}): Promise<AtrList> {
    const { fields, ...answer } = await this.ask(AMM_OPERATIONS.LIST_ATRS, { filter }, options);
    const { confirmation = 0, count = 0, atrs = [] } = fields;
    return {
      ...infoOf(answer),
      confirmation,
      count,
      truncated: count > atrs.length,
      atrs: atrs.map(({ category, id }) => ({ category, categoryName: categoryName(category), ...id })),
    };
  }

  /**
   * Asks for what the AMM knows of an endpoint. The layouts of request and response are inferred.
   * @throws AkmError (as a rejection) `AKM_INVALID_INPUT`, or what any request may fail with
   */
  getEndpointDetails(endpoint: Target, options: RequestOptions = {}): Promise<Confirmation> {
    return this.about(AMM_OPERATIONS.GET_ENDPOINT_DETAILS, endpoint, options);
  }

  /**
   * Provisions an endpoint. The layouts of request and response are inferred.
   * @throws AkmError (as a rejection) `AKM_REJECTED` with the confirmation, `AKM_LAYOUT_UNVERIFIED`, `AKM_INVALID_INPUT`, or what any
   *   request may fail with; so do the other changing requests
   */
  provisionEndpoint(endpoint: Target, options: RequestOptions = {}): Promise<Confirmation> {
    return this.about(AMM_OPERATIONS.PROVISION_ENDPOINT, endpoint, options);
  }

  /** Deletes an endpoint. The layouts of request and response are inferred. */
  deleteEndpoint(endpoint: Target, options: RequestOptions = {}): Promise<Confirmation> {
    return this.about(AMM_OPERATIONS.DELETE_ENDPOINT, endpoint, options);
  }

  /** Deletes a trust relationship. The layouts of request and response are inferred. */
  deleteAtr(atr: Target, options: RequestOptions = {}): Promise<Confirmation> {
    return this.about(AMM_OPERATIONS.DELETE_ATR, atr, options);
  }

  /**
   * Creates an operational trust relationship among endpoints; `fields.id` is its identifier, where the AMM tells it. The layouts of request
   * and response are inferred.
   */
  async createOperationalAtr(
    endpoints: readonly IdentifierInput[] | object,
    options: RequestOptions = {},
  ): Promise<Confirmation> {
    const own = Array.isArray(endpoints) ? { endpoints } : ownFields(endpoints);
    const operation = AMM_OPERATIONS.CREATE_OPERATIONAL_ATR;
    const members = this.isOwn(operation) ? [] : parseIdentifiers(endpoints, 'endpoints', MOST_MEMBERS);
    return this.confirmed(operation, { count: members.length, endpoints: members }, own, options);
  }

  /**
   * Makes any request around a ready-made body.
   * @param code U32
   * @param body what follows the code: any kind of bytes
   * @param responseCode U32; the only code that is taken for the response. Default: the request's and 0x40
   * @throws AkmError (as a rejection) what any request may fail with
   */
  async request(
    code: NumberInput,
    body: Uint8Array,
    responseCode?: NumberInput,
    options: RequestOptions = {},
  ): Promise<RawResponse> {
    this.stopIdleTimer();
    return this.exchangeRaw(codesOf(code, responseCode), body, options);
  }

  protected override readonly identification = {
    operation: AMM_OPERATIONS.LIST_ENDPOINTS,
    values: { filter: 0 },
  };

  protected override wrongIdentity(payload: Buffer): AkmError | undefined {
    if (isEndpointList(payload)) return undefined;
    return new AkmError(
      'AKM_PROTOCOL',
      `${this.peer} answered LIST_ENDPOINTS with ${payload.length} bytes that are no list of endpoints: is this the AppEndpoint's port? ` +
        'Nothing else was sent there. Check the ports of the connection',
    );
  }

  protected override onUnidentified(error: AkmError): void {
    this.connection.abort(error);
  }

  protected override onIdle(): void {
    // a timer that runs already goes on: heartbeats, which come by here too, are no use of the connection
    if (this.idleTimeout === 0 || this.idleTimer || this.state !== 'connected') return;
    if (this.overstayed) {
      this.suspend();
      return;
    }
    this.idleTimer = setTimeout(() => {
      this.idleTimer = undefined;
      if (this.queue.busy) this.overstayed = true;
      else this.suspend();
    }, this.idleTimeout);
  }

  protected override onLost(): void {
    this.stopIdleTimer();
  }

  protected override onClose(): void {
    this.stopIdleTimer();
  }

  /** {@link exchange} for requests that somebody wants, other than the heartbeat's. */
  private readonly ask: typeof this.exchange = (operation, values, options) => {
    this.stopIdleTimer();
    return this.exchange(operation, values, options);
  };

  private suspend(): void {
    this.overstayed = false;
    this.connection.suspend();
  }

  private stopIdleTimer(): void {
    this.overstayed = false;
    clearTimeout(this.idleTimer);
    this.idleTimer = undefined;
  }

  private async about(
    operation: OperationAboutOne,
    target: Target,
    options: RequestOptions,
  ): Promise<Confirmation> {
    const id = this.isOwn(operation) ? NOTHING : parseIdentifier(target);
    return this.confirmed(operation, { id }, ownFields(target), options);
  }

  private async confirmed<O extends Operation>(
    operation: O,
    values: Encodable<O['request']['body']['fields']>,
    own: object,
    options: RequestOptions,
  ): Promise<Confirmation> {
    const response = await this.ask(operation, values, {
      ...options,
      own,
      beforeWrite: this.requireVerified,
    });
    const fields: Record<string, unknown> = response.fields;
    const confirmation = typeof fields['confirmation'] === 'number' ? fields['confirmation'] : undefined;
    if (operation.changing) this.requireConfirmation(operation, confirmation);
    return { ...infoOf(response), confirmation, fields, raw: response.raw };
  }

  /** A change is done only if the AMM says so. An own layout of the response may do without a confirmation, and no success code wants none. */
  private requireConfirmation({ request, response }: Operation, confirmation: number | undefined): void {
    const { messages, successCode } = this.options;
    const isMissing = confirmation === undefined && successCode !== undefined && !messages.has(response.name);
    this.onBehalfOf(request.name, () => {
      if (!isMissing) return;
      const given = `${response.name} is too short to hold a confirmation`;
      throw new AkmError(
        'AKM_PROTOCOL',
        `${given}: whether the AMM has carried out ${request.name} is unknown`,
      );
    });
    this.requireSuccess(request.name, { confirmation });
  }

  /** Whether the integrator has entered a layout for the operation's request. */
  private isOwn({ request }: Operation): boolean {
    return this.options.messages.has(request.name);
  }

  /**
   * A wrong guess in a request that changes a key-management module is not harmless. What counts is the address really connected
   * to, not how the host was spelled.
   */
  private readonly requireVerified = ({ request, changing }: Operation): void => {
    const address = this.connection.remoteAddress ?? '';
    if (!changing || request.source !== 'inferred' || this.allowInferred || isLoopback(address)) return;
    throw new AkmError(
      'AKM_LAYOUT_UNVERIFIED',
      `${request.name} was not sent to ${this.peer}: its layout is inferred, not documented, and ${address} is not this machine. ` +
        "Enter the vendor's layout in the connection, or tick there that the inferred one is right",
    );
  };
}

/** Those operations whose inferred request holds one identifier and nothing else. */
type OperationAboutOne = Operation<{ id: typeof id128 }>;

/** Stands in for an identifier that an own layout leaves unused. */
const NOTHING = identifierOf(0n, 0n);

/** A target's fields by name, for an own layout: an identifier in whatever form is found by the name `id`. */
function ownFields(target: unknown): object {
  if (typeof target !== 'object' || target === null) return { id: target };
  return 'id' in target || !('lower64' in target && 'upper64' in target)
    ? target
    : { ...target, id: parseIdentifier(target) };
}
