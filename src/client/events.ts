import type { AkmError } from '../errors.js';
import type { RegistrationChange } from './app/registration.js';
import type { ConnectionState } from './connection/connection.js';

/** What clients emit. There is no `error` event: nothing that a peer does may end the process. */
export interface ClientEvents {
  /** Every change of state; the error says why it is `disconnected`. */
  state: [state: ConnectionState, error?: AkmError];
  /** A message was dropped: it makes no sense (reported once a connection), or whoever receives such messages failed. */
  fault: [error: Error];
  /** A request or a send has failed that somebody has made; `operation` is its name. Who made it has the error as well. */
  failure: [error: AkmError, operation: string];
  /** Something that a person should know although everything works. */
  warning: [message: string];
  /** An application is registered, was refused, or is registered no more (AppEndpoint only). */
  registration: [change: RegistrationChange];
  /**
   * What `registrationStatus` returns may have changed: once for all that changes at one time, a lost connection say (AppEndpoint only).
   */
  registrationStatus: [];
}
