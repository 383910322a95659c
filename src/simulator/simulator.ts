import { AkmError, quote } from '../errors.js';
import { MAX_ATRS, MAX_ENDPOINTS } from '../protocol/amm-messages.js';
import { parseInteger } from '../protocol/integer.js';
import { checkHost } from '../settings/check-host.js';
import { AmmService } from './amm-service.js';
import { AppService } from './app-service.js';
import { FAULTS, PeerServer, type Fault } from './peer-server.js';
import { SimulatorState } from './simulator-state.js';

/** How to run a {@link Simulator}. Numbers may also be decimal or `0x` hexadecimal strings. */
export interface SimulatorOptions {
  /** Address to listen on. Default `127.0.0.1`: the simulator is for tests, and has no security at all. */
  host?: string;
  /** Port of the simulated AMM; 0 for any free one. Default 49200. */
  ammPort?: number | string;
  /** Port of the simulated AppEndpoint; 0 for any free one. Default 49600. */
  appPort?: number | string;
  /** How many endpoints there are to begin with, 0 to 32. Default 4. */
  endpoints?: number | string;
  /** How many trust relationships there are to begin with, 0 to 64. Default 5. */
  atrs?: number | string;
  /** How to misbehave; empty or undefined for not at all. */
  fault?: string;
}

/** Where a running simulator listens. */
export interface SimulatorAddress {
  host: string;
  ammPort: number;
  appPort: number;
}

/** An AMM and an AppEndpoint on this machine that know the same endpoints and trust relationships. */
export class Simulator {
  private readonly host: string;
  private readonly ports: { amm: number; app: number };
  private readonly amm: PeerServer;
  private readonly app: PeerServer;

  /** @throws AkmError `AKM_INVALID_INPUT` naming the option */
  constructor(options: SimulatorOptions = {}) {
    const fault = checkFault(options.fault);
    this.host = checkHost(options.host ?? '127.0.0.1', 'The host');
    this.ports = {
      amm: parseInteger(options.ammPort ?? 49200, 'The AMM port', 65535),
      app: parseInteger(options.appPort ?? 49600, 'The AppEndpoint port', 65535),
    };
    const world = new SimulatorState(
      parseInteger(options.endpoints ?? 4, 'The number of endpoints', MAX_ENDPOINTS),
      parseInteger(options.atrs ?? 5, 'The number of ATRs', MAX_ATRS),
    );
    this.amm = new PeerServer(new AmmService(world, fault === 'reject'), fault);
    this.app = new PeerServer(new AppService(world, fault === 'reject'), fault);
  }

  /**
   * Starts both services, or none.
   * @throws (as a rejection) the system's error, e.g. with code `EADDRINUSE`
   */
  async start(): Promise<SimulatorAddress> {
    const ammPort = await this.amm.listen(this.host, this.ports.amm);
    try {
      const appPort = await this.app.listen(this.host, this.ports.app);
      return { host: this.host, ammPort, appPort };
    } catch (error) {
      await this.amm.close();
      throw error;
    }
  }

  /** Ends every connection and stops listening. */
  async stop(): Promise<void> {
    await Promise.all([this.amm.close(), this.app.close()]);
  }
}

function checkFault(fault = ''): Fault | undefined {
  if (fault === '') return undefined;
  if (Object.hasOwn(FAULTS, fault)) return fault as Fault;
  throw new AkmError(
    'AKM_INVALID_INPUT',
    `The fault is ${quote(fault)}; known are ${Object.keys(FAULTS).join(', ')}, or none`,
  );
}
