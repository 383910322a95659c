import type { Node, NodeAPI, NodeDef } from 'node-red';
import { AkmError, messageOf } from '../src/errors.js';
import { hostPort } from '../src/simulator/address.js';
import { Simulator, type SimulatorOptions } from '../src/simulator/simulator.js';
import { configOf } from './shared/config.js';
import { StatusLine } from './shared/status.js';

type SimulatorDef = NodeDef & Required<SimulatorOptions>;

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-simulator', function (this: Node, saved: SimulatorDef) {
    RED.nodes.createNode(this, saved);
    const { host, ammPort, appPort, endpoints, atrs, fault } = configOf(this, 'akm-simulator', saved);
    const status = new StatusLine(RED, this);
    status.own('busy', 'status.starting');

    const start = async (): Promise<Simulator | undefined> => {
      try {
        const simulator = new Simulator({ host, ammPort, appPort, endpoints, atrs, fault });
        const at = await simulator.start();
        const [amm, app] = [hostPort(at.host, at.ammPort), hostPort(at.host, at.appPort)];
        this.log(`AMM listening on ${amm}, AppEndpoint on ${app}`);
        status.own('good', 'status.listening');
        return simulator;
      } catch (error) {
        const taken = (error as { code?: unknown }).code === 'EADDRINUSE';
        status.own('bad', taken ? 'status.inUse' : 'status.failed');
        // once all nodes of the flow are there: before, no Catch node would take it
        setImmediate(() => this.error(startError(error), {}));
        return undefined;
      }
    };
    const started = start();
    this.on('close', (done: () => void) => {
      void started.then((simulator) => simulator?.stop()).then(done);
    });
  });

function startError(error: unknown): AkmError {
  return error instanceof AkmError
    ? error
    : new AkmError('AKM_INVALID_INPUT', messageOf(error), { cause: error });
}
