import type { Node, NodeAPI, NodeDef } from 'node-red';
import { AkmError, isAkmError, messageOf } from '../src/errors.js';
import { textSetting } from '../src/settings/text.js';
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
    status.own('starting');

    const start = async (): Promise<Simulator | undefined> => {
      try {
        const simulator = new Simulator({
          host: textSetting(host, 'The host'),
          ammPort,
          appPort,
          endpoints,
          atrs,
          fault,
        });
        const at = await simulator.start();
        const [amm, app] = [hostPort(at.host, at.ammPort), hostPort(at.host, at.appPort)];
        this.log(`AMM listening on ${amm}, AppEndpoint on ${app}`);
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
  return isAkmError(error) ? error : new AkmError('AKM_INVALID_INPUT', messageOf(error), { cause: error });
}
