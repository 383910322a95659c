import type { Node, NodeAPI, NodeDef } from 'node-red';
import { AkmError, isAkmError, messageOf } from '../src/errors.js';
import { textSetting } from '../src/settings/text.js';
import { Simulator, type SimulatorOptions } from '../src/simulator/simulator.js';
import { configOf } from './shared/config.js';
import { StatusLine } from './shared/status.js';

type SimulatorDef = NodeDef & Required<SimulatorOptions>;

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-simulator', function (this: Node, saved: SimulatorDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-simulator', saved);
    const status = new StatusLine(RED, this);
    status.own('starting');

    const start = async (): Promise<Simulator | undefined> => {
      try {
        const simulator = new Simulator({ ...config, host: textSetting(config.host, 'The host') });
        const { host, ammPort, appPort } = await simulator.start();
        this.log(`AMM listening on ${host}:${ammPort}, AppEndpoint on ${host}:${appPort}`);
        status.own('listening');
        return simulator;
      } catch (error) {
        const taken = (error as { code?: unknown }).code === 'EADDRINUSE';
        status.own(taken ? 'inUse' : 'failed');
        // once all nodes of the flow are there: before, no Catch node would take it
        setImmediate(() => this.error(startError(error), {}));
        return undefined;
      }
    };
    const started = start();
    this.on('close', (done: () => void) => {
      status.end();
      void started.then((simulator) => simulator?.stop()).then(done);
    });
  });

function startError(error: unknown): AkmError {
  return isAkmError(error)
    ? error
    : new AkmError('AKM_INVALID_INPUT', `The simulator cannot listen: ${messageOf(error)}`, { cause: error });
}
