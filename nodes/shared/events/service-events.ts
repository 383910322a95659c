import type { ConnectionState } from '../../../src/client/connection/connection.js';
import type { RegistrationChange } from '../../../src/client/app/registration.js';
import { AppClient } from '../../../src/client/app/app-client.js';
import type { ServiceClient } from '../../../src/client/service-client.js';
import { type AkmError, isAkmError } from '../../../src/errors.js';
import { numberIn } from '../errors.js';
import { OutageDetector, type Availability } from '../outage-detector.js';

/** What happened at a service, as it leaves in a payload. */
export interface ServiceEvent {
  service: 'amm' | 'app';
  /** `connected`, `disconnected`, `idle`; `registered`, `refused`, `lost`; `error` */
  event: string;
  /** The service as a person would name it; absent where no node has used it so far. */
  peer?: string;
  /** It had happened before anybody looked, and still holds. */
  initial?: true;
  [detail: string]: unknown;
}

/** The operation that registrations are about. */
export const REGISTRATION = 'REGISTER_APP';

/** Marks what had happened before anybody looked. */
const INITIAL = { initial: true };

/** Where clients come from: see SharedClient. */
interface Clients {
  watch(watcher: (client: ServiceClient) => void): () => void;
}

/** Who is told of events. None of these may throw. */
export interface EventListener {
  /** The state has changed, whether that is an event or not. */
  stateChanged(): void;
  connection(event: ServiceEvent): void;
  registration(event: ServiceEvent & { atrId: number; appValue: number }): void;
  /** @param operation what failed, or where a message was thrown away */
  error(event: ServiceEvent, operation: string): void;
}

/** What an error says, without the number's own name where there is none. */
function wordsOf(error: Error): object {
  const { message } = error;
  return isAkmError(error) ? { code: error.code, message, ...numberIn(error) } : { message };
}

/**
 * What happens at one service of a connection, for as long as it is watched: of the client that there is, and of each that is made later.
 * It only looks on. No client is made, opened or kept open for it. How things stand is told first: whoever keeps what is told, in a retained
 * topic or on a dashboard, would else have to wait for the next change.
 */
export class ServiceEvents {
  /** The client looked at, or the last one there was. */
  private client: ServiceClient | undefined;
  private readonly unwatch: () => void;
  private readonly detector = new OutageDetector();

  constructor(
    private readonly service: 'amm' | 'app',
    clients: Clients,
    private readonly listener: EventListener,
  ) {
    this.unwatch = clients.watch((client) => this.begin(client));
    if (this.client) this.tellStanding(this.client);
  }

  /** How the connection is; `closed` or undefined where no node needs one. */
  get state(): ConnectionState | undefined {
    return this.client?.state;
  }

  /** All nodes are there that may use the service: where none does, that is how it stands. */
  settled(): void {
    if (!this.client) this.tell(this.detector.news('idle'), 'closed', INITIAL);
  }

  /** Looks on no longer. */
  end(): void {
    this.unwatch();
    this.leave();
  }

  private begin(client: ServiceClient): void {
    this.leave();
    this.client = client;
    this.detector.begin(client.state);
    client.on('state', this.onState);
    client.on('registration', this.onRegistration);
    client.on('failure', this.onFailure);
    client.on('fault', this.onFault);
  }

  private leave(): void {
    this.client?.off('state', this.onState);
    this.client?.off('registration', this.onRegistration);
    this.client?.off('failure', this.onFailure);
    this.client?.off('fault', this.onFault);
  }

  private tellStanding(client: ServiceClient): void {
    const { state, lastError: outage } = client;
    if (state === 'connected' || state === 'idle') this.tell(this.detector.news(state), state, INITIAL);
    else if (outage)
      this.tell(this.detector.news('disconnected'), 'disconnected', { ...INITIAL, ...wordsOf(outage) });
    for (const each of client instanceof AppClient ? client.currentRegistrations() : [])
      this.onRegistration(each, INITIAL);
  }

  private readonly onState = (state: ConnectionState, error?: AkmError): void => {
    this.tell(this.detector.next(state), state, state === 'disconnected' && error ? wordsOf(error) : {});
    this.listener.stateChanged();
  };

  private tell(news: Availability | undefined, state: ConnectionState, details: object): void {
    if (!news) return;
    const since = this.client?.since;
    this.listener.connection({ ...this.head(news), state, ...(since && { since }), ...details });
  }

  private readonly onRegistration = (
    { event, atrId, appValue, error }: RegistrationChange,
    details: object = {},
  ): void => {
    const what = { atrId, appValue, ...details, ...(error && wordsOf(error)) };
    this.listener.registration({ ...this.head(event), ...what });
  };

  private readonly onFailure = (error: AkmError, operation: string): void =>
    this.listener.error({ ...this.head('error'), operation, ...wordsOf(error) }, operation);

  private readonly onFault = (error: Error): void => {
    const operation = this.service === 'app' ? 'RECEIVE_APP_DATA' : 'RECEIVE';
    this.listener.error({ ...this.head('error'), operation, ...wordsOf(error) }, operation);
  };

  private head(event: string): ServiceEvent {
    return { service: this.service, event, ...(this.client && { peer: this.client.peer }) };
  }
}
