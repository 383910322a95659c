import type { ConnectionState } from '../../src/client/connection.js';
import type { RegistrationChange, ServiceClient } from '../../src/client/service-client.js';
import { type AkmError, isAkmError } from '../../src/errors.js';
import { numberIn } from './errors.js';
import { OutageSense } from './outages.js';

/** What happened at a service, as it leaves in a payload. */
export interface ServiceEvent {
  service: 'amm' | 'app';
  /** `connected`, `disconnected`, `idle`; `registered`, `refused`, `lost`; `error` */
  event: string;
  /** The service as a person would name it. */
  peer: string;
  [detail: string]: unknown;
}

/** The operation that registrations are about. */
export const REGISTRATION = 'REGISTER_APP';

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
 * It only looks on. No client is made, opened or kept open for it.
 */
export class ServiceEvents {
  /** The client looked at, or the last one there was. */
  private client: ServiceClient | undefined;
  private readonly unwatch: () => void;
  private sense = new OutageSense('idle');
  /** The event that was told of the connection last. */
  private told: 'connected' | 'disconnected' | 'idle' | undefined;

  constructor(
    private readonly service: 'amm' | 'app',
    clients: Clients,
    private readonly listener: EventListener,
  ) {
    this.unwatch = clients.watch((client) => {
      this.begin(client);
    });
  }

  /** How the connection is; undefined where no node needs one. */
  get state(): ConnectionState | undefined {
    const state = this.client?.state;
    return state === 'closed' ? undefined : state;
  }

  /** Looks on no longer. */
  end(): void {
    this.unwatch();
    this.leave();
  }

  private begin(client: ServiceClient): void {
    this.leave();
    this.client = client;
    this.sense = new OutageSense(client.state);
    this.told = client.state === 'connected' ? 'connected' : undefined;
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

  private readonly onState = (state: ConnectionState, error?: AkmError): void => {
    const isOutage = this.sense.isOutage(state);
    if (state === 'connected') this.tell('connected', state);
    else if (isOutage) this.tell('disconnected', state, error && wordsOf(error));
    else if (this.told === 'connected' && state === 'idle') this.tell('idle', state);
    else if (this.told === 'connected' && state === 'closed')
      this.tell('disconnected', state, {
        code: 'AKM_CLOSED',
        message: 'The last node that used it is gone, or the connection was deployed anew',
      });
    this.listener.stateChanged();
  };

  private tell(
    event: 'connected' | 'disconnected' | 'idle',
    state: ConnectionState,
    details: object = {},
  ): void {
    if (this.told === event) return;
    this.told = event;
    this.listener.connection({ ...this.head(event), state, since: Date.now(), ...details });
  }

  private readonly onRegistration = ({ event, atrId, appValue, error }: RegistrationChange): void => {
    this.listener.registration({ ...this.head(event), atrId, appValue, ...(error && wordsOf(error)) });
  };

  private readonly onFailure = (error: AkmError, operation: string): void => {
    this.listener.error({ ...this.head('error'), operation, ...wordsOf(error) }, operation);
  };

  private readonly onFault = (error: Error): void => {
    const operation = this.service === 'app' ? 'RECEIVE_APP_DATA' : 'RECEIVE';
    this.listener.error({ ...this.head('error'), operation, ...wordsOf(error) }, operation);
  };

  private head(event: string): ServiceEvent {
    return { service: this.service, event, peer: this.client?.peer ?? '' };
  }
}
