import type { Service } from '../protocol/header.js';
import type { PeerRequest } from './requests.js';

/** One connection to a simulator. */
export interface SimulatorConnection {
  /** `amm` or `app`: the service that the client has connected to. */
  readonly service: Service;
  /** Number of the connection, from 1 at each start. No two connections of one simulator have the same. */
  readonly connection: number;
}

/** A request that a simulator has received. */
export interface SimulatorRequest extends SimulatorConnection, PeerRequest {}

/** An application that is registered at the simulated AppEndpoint. */
export interface SimulatorRegistration {
  /** Number of the connection that has registered it. */
  readonly connection: number;
  /** ATR ID, U16. */
  readonly atrId: number;
  /** App Value, U16. */
  readonly appValue: number;
}

/** What a simulator emits. There is no `error` event. */
export interface SimulatorEvents {
  /** A client has connected. `peer` is its `host:port`. */
  connected: [connection: SimulatorConnection & { readonly peer: string }];
  /** A client's connection has ended. Its registrations have ended with it. */
  disconnected: [connection: SimulatorConnection];
  /** A request has arrived. It is not answered yet: a fault that a listener sets applies to this request already. */
  request: [request: SimulatorRequest];
  /** An application has been registered. */
  registered: [registration: SimulatorRegistration];
  /**
   * A request has been refused. `name` is the request's, `number` the confirmation (AMM, one of `CONFIRMATIONS`) or the status
   * (AppEndpoint, one of `REGISTER_STATUS`) of the response.
   */
  refused: [refusal: SimulatorConnection & { readonly name: string; readonly number: number }];
}

/** Reports an event to whoever listens. Never throws. */
export type Report = <K extends keyof SimulatorEvents>(event: K, details: SimulatorEvents[K][0]) => void;
