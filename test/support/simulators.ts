import { AMM_DIALECT, APP_DIALECT } from '../../src/protocol/header.js';
import { Simulator, type SimulatorAddress, type SimulatorOptions } from '../../src/simulator/simulator.js';
import { dial, type ScriptedConnection } from './scripted-server.js';

/** A simulator under test, and raw connections to it. */
export interface RunningSimulator extends SimulatorAddress {
  readonly simulator: Simulator;
  /** Connects to the simulated AMM. */
  amm(): Promise<ScriptedConnection>;
  /** Connects to the simulated AppEndpoint. */
  app(): Promise<ScriptedConnection>;
  stop(): Promise<void>;
}

/** Starts simulators at free ports for the suite this is called in, and stops them after each test. */
export function useSimulators(): (options?: SimulatorOptions) => Promise<RunningSimulator> {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
  });
  return async (options) => {
    const simulator = new Simulator({ ammPort: 0, appPort: 0, ...options });
    const address = await simulator.start();
    const stop = (): Promise<void> => simulator.stop();
    stops.push(stop);
    return {
      ...address,
      simulator,
      amm: () => dial(AMM_DIALECT, address.ammPort),
      app: () => dial(APP_DIALECT, address.appPort),
      stop,
    };
  };
}
