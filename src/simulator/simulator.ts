import { EventEmitter } from 'node:events';
import { AkmError, quote } from '../errors.js';
import type { Service } from '../protocol/header.js';
import type { Report, SimulatorEvents, SimulatorRegistration, SimulatorRequest } from './events.js';
import { parseFault, type Behaviour, type Fault } from './faults.js';
import { checkInjection, type Injection } from './injection.js';
import { checkSimulatorOptions, type CheckedSimulatorOptions, type SimulatorOptions } from './options.js';
import { SimulatorRun, type SimulatorAddress } from './run.js';

export type { SimulatorAddress, SimulatorOptions };

/** Requests that are kept to be looked at. */
const MOST_REQUESTS = 1000;

/**
 * An AMM and an AppEndpoint on this machine that know the same endpoints and trust relationships.
 *
 * @example
 * const simulator = new Simulator({ ammPort: 0, appPort: 0 });
 * const { ammPort } = await simulator.start();
 * const amm = new AmmClient({ port: ammPort, requestTimeout: 100 });
 * amm.open();
 * await amm.listEndpoints();
 *
 * simulator.fault = 'silent';
 * await assert.rejects(amm.provisionEndpoint('0x7'), { code: 'AKM_TIMEOUT' });
 * assert.equal(simulator.requests.at(-1)?.name, 'PROVISION_ENDPOINT_REQUEST');
 *
 * await amm.close();
 * await simulator.stop();
 */
export class Simulator extends EventEmitter<SimulatorEvents> {
  private readonly options: CheckedSimulatorOptions;
  private readonly behaviour: Behaviour;
  private run: SimulatorRun | undefined;
  private stopped: Promise<void> = Promise.resolve();
  private received: SimulatorRequest[] = [];

  /** @throws AkmError `AKM_INVALID_INPUT` naming the option */
  constructor(options: SimulatorOptions = {}) {
    super();
    this.options = checkSimulatorOptions(options);
    this.behaviour = { fault: this.options.fault };
  }

  /**
   * Starts both services, or none, with the endpoints and trust relationships to begin with and without requests received. When the
   * simulator is started already, nothing happens; when it is being stopped, it starts afterwards.
   *
   * @returns where it listens: of a port 0 the one that was free
   * @throws (as a rejection) an error that names the service and has the system's `code`, e.g. `EADDRINUSE`; AkmError `AKM_CLOSED` when
   *   `stop` was called meanwhile. It may then be started again.
   */
  start(): Promise<SimulatorAddress> {
    if (this.run) return this.run.address;
    this.received = [];
    const run = new SimulatorRun(this.options, this.behaviour, this.report, this.stopped);
    this.run = run;
    run.address.catch(() => {
      if (this.run === run) this.run = undefined;
    });
    return run.address;
  }

  /**
   * Ends every connection and stops listening, also when it is being started. Resolves when the ports are free. When the simulator is
   * stopped already, nothing happens. Afterwards it may be started again. Never rejects.
   */
  stop(): Promise<void> {
    const { run } = this;
    this.run = undefined;
    if (run) this.stopped = run.stop();
    return this.stopped;
  }

  /** The same as {@link stop}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /**
   * How it misbehaves; undefined for not at all. Applies to the requests that arrive from then on, also on connections that there are.
   * Responses that `slow` delays still come when they are due, and those to later requests not before them.
   *
   * @throws AkmError `AKM_INVALID_INPUT` when it is set to anything but one of `FAULTS`, `''` or undefined
   *
   * @example
   * simulator.fault = 'reject';
   * await assert.rejects(amm.provisionEndpoint('0x7'), { confirmation: CONFIRMATIONS.refused });
   * simulator.fault = undefined;
   */
  get fault(): Fault | undefined {
    return this.behaviour.fault;
  }

  set fault(fault: Fault | '' | undefined) {
    this.behaviour.fault = parseFault(fault);
  }

  /**
   * The last 1000 requests that have arrived since the start, the oldest first. They are kept when the simulator stops.
   *
   * @example
   * assert.deepEqual(simulator.requests.map(({ name }) => name), ['REGISTER_APP_REQUEST', 'SEND_APP_DATA_REQUEST']);
   */
  get requests(): readonly SimulatorRequest[] {
    return [...this.received];
  }

  /** The applications that are registered now, on all connections; those that have been registered first come first. */
  get registrations(): readonly SimulatorRegistration[] {
    return this.run?.registrations ?? [];
  }

  /**
   * Pushes application data to registered applications, as if another application had sent it.
   *
   * @returns to how many connections it was written. One that does not read gets nothing as soon as it is owed 64 KiB.
   * @throws AkmError `AKM_INVALID_INPUT` naming the property, or `AKM_PAYLOAD_TOO_LARGE`
   *
   * @example
   * simulator.inject({ atrId: 1, appValue: 7, data: 'hello' }); // from App Value 7 to all in ATR 1
   * simulator.inject({ atrId: 1, appValue: 7, target: 100, data: Buffer.of(1, 2) });
   */
  inject(injection: Injection): number {
    const checked = checkInjection(injection);
    return this.run?.inject(checked) ?? 0;
  }

  /**
   * Breaks the connections of one service, or of both. Clients may connect again at once.
   * @returns how many connections there were
   * @throws AkmError `AKM_INVALID_INPUT` when there is no such service
   *
   * @example
   * simulator.dropConnections('app');
   */
  dropConnections(service?: Service): number {
    if (service !== undefined && !['amm', 'app'].includes(service))
      throw new AkmError('AKM_INVALID_INPUT', `Unknown service ${quote(service)}; expected one of: amm, app`);
    return this.run?.dropConnections(service === undefined ? ['amm', 'app'] : [service]) ?? 0;
  }

  /**
   * Calls the listeners of an event. What one of them throws must neither keep the others from it nor change what the simulator does; it
   * is thrown again afterwards, outside of it, so that a test sees its own failure.
   */
  private readonly report: Report = (event, details) => {
    if (event === 'request') this.keep(details as SimulatorRequest);
    for (const listener of this.rawListeners(event)) {
      try {
        Reflect.apply(listener, this, [details]);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  };

  private keep(request: SimulatorRequest): void {
    this.received.push(request);
    if (this.received.length > MOST_REQUESTS) this.received.shift();
  }
}
