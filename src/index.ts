/**
 * AKM from Node.js, without Node-RED: live clients of an AKM Management Module and an AppEndpoint, and a simulator of both.
 */
export {
  AkmError,
  ERROR_CODES,
  ERRORS,
  isAkmError,
  type AkmErrorCode,
  type AkmErrorDetails,
  type AnyAkmError,
  type ErrorMeaning,
  type Reached,
} from './errors.js';
export { AmmClient, AMM_PORT } from './client/amm/amm-client.js';
export type {
  AmmClientOptions,
  Atr,
  AtrList,
  Confirmation,
  EndpointList,
  Target,
} from './client/amm/amm-client.js';
export { AppClient, APP_PORT } from './client/app/app-client.js';
export type { OutgoingData, SendCallback } from './client/app/app-client.js';
export type { ConnectionState } from './client/connection/connection.js';
export type { CounterValues } from './client/counters.js';
export type { ExchangeInfo, RawResponse, Response } from './client/requests/exchange.js';
export type { ClientOptions, NumberInput } from './client/options.js';
export type {
  Registered,
  RegistrationChange,
  RegistrationObserver,
  RegistrationState,
} from './client/app/registration.js';
export type { RegistrationHandle, RegistrationStatus } from './client/app/registrations.js';
export type { RequestOptions } from './client/requests/request-queue.js';
export type { ClientEvents } from './client/events.js';
export type { DataFilter, DataListener, ReceivedData, SubscribeOptions } from './client/app/subscriptions.js';
export { AMM_OPERATIONS, ATR_CATEGORIES, MAX_ATRS, MAX_ENDPOINTS } from './protocol/amm-messages.js';
export {
  APP_OPERATIONS,
  MAX_APP_BUFFER_SIZE,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from './protocol/app-messages.js';
export { Simulator, type SimulatorAddress, type SimulatorOptions } from './simulator/simulator.js';
export type {
  SimulatorConnection,
  SimulatorEvents,
  SimulatorRegistration,
  SimulatorRequest,
} from './simulator/events.js';
export type { Injection } from './simulator/injection.js';
export { SIMULATOR_DEFAULTS } from './simulator/options.js';
export { FAULTS, type Fault } from './simulator/faults.js';
export { CONFIRMATIONS } from './simulator/simulator-state.js';
export { REGISTER_STATUS } from './simulator/app-service.js';
export { parseIdentifier, type Identifier, type IdentifierInput } from './protocol/identifier.js';
export type { Message, Operation, Source } from './protocol/message.js';
