import { AkmError } from '../errors.js';
import type { Service } from '../protocol/header.js';
import { AmmService } from './amm-service.js';
import { AppService } from './app-service.js';
import type { Report, SimulatorRegistration } from './events.js';
import type { Behaviour } from './faults.js';
import type { CheckedInjection } from './injection.js';
import type { CheckedSimulatorOptions } from './options.js';
import { OwedInAll } from './owed.js';
import { PeerServer } from './peer-server.js';
import { SimulatorState } from './simulator-state.js';
import { Turns } from './turns.js';

/** Where a running simulator listens. */
export interface SimulatorAddress {
  host: string;
  ammPort: number;
  appPort: number;
}

/** A simulator from one start to the next stop, with a state of its own. */
export class SimulatorRun {
  /** Where both services listen. Rejects when one of them cannot, and then none does. */
  readonly address: Promise<SimulatorAddress>;
  private readonly servers: Readonly<Record<Service, PeerServer>>;
  private readonly app: AppService;
  private connections = 0;
  private isStopped = false;

  /** @param after resolves when the ports are free */
  constructor(options: CheckedSimulatorOptions, behaviour: Behaviour, report: Report, after: Promise<void>) {
    const state = new SimulatorState(options.endpoints, options.atrs);
    const nextConnection = (): number => (this.connections += 1);
    const context = { behaviour, report, turns: new Turns(), owed: new OwedInAll(), nextConnection };
    this.app = new AppService(state, behaviour, report);
    this.servers = {
      amm: new PeerServer(new AmmService(state, behaviour, report), context),
      app: new PeerServer(this.app, context),
    };
    this.address = this.listen(options, after);
  }

  get registrations(): SimulatorRegistration[] {
    return this.app.registrations;
  }

  inject(injection: CheckedInjection): number {
    return this.app.inject(injection);
  }

  dropConnections(services: readonly Service[]): number {
    return services.reduce((sum, service) => sum + this.servers[service].dropConnections(), 0);
  }

  /** Stops listening and ends every connection, also when it has not begun to listen yet. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.address.catch(() => undefined);
    await this.close();
  }

  private async listen(options: CheckedSimulatorOptions, after: Promise<void>): Promise<SimulatorAddress> {
    const { host } = options;
    await after;
    try {
      const ammPort = await this.servers.amm.listen(host, options.ammPort);
      const appPort = await this.servers.app.listen(host, options.appPort);
      if (!this.isStopped) return { host, ammPort, appPort };
      throw new AkmError('AKM_CLOSED', 'The simulator was stopped before it listened');
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  private async close(): Promise<void> {
    await Promise.all(Object.values(this.servers).map((server) => server.close()));
  }
}
