import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cable } from '../../support/cable';
import { docBlock } from '../../support/doc-blocks';
import {
  Child,
  DeployedExample,
  freePort,
  makeScratchFolder,
  type NodeRedSuite,
  type NodeRedVersion,
  useNodeRed,
} from '../../support/real-node-red';

/** The example, as the import menu calls it. */
export const EXAMPLE = 'OPC UA/1 - OPC UA to AKM';

/** What the machine sends, of one value. */
export interface Telegram {
  name: string;
  time: string;
  quality: string;
  value?: unknown;
  reason?: string;
}

/** What the tests of a suite work with. */
export interface Scene extends NodeRedSuite {
  /** Between the OPC UA node and the machine. */
  readonly cable: Cable;
  /** The example that was deployed last. */
  readonly example: DeployedExample;
  startMachine(): Promise<void>;
  /** Ends the machine as a power failure does. */
  killMachine(): Promise<unknown>;
  /** Deploys the example on free ports, its OPC UA node wired to the machine by the cable. */
  deploy(replacements?: Readonly<Record<string, string>>): Promise<void>;
  /** Waits until the control room gets such a value. */
  value(name: string, accept?: (value: unknown) => boolean): Promise<Telegram>;
  /** Waits until the control room is told that there is no value, and why. */
  notGood(name: string, why?: string): Promise<Telegram>;
  /** What the machine says to a command. */
  answer(): Promise<{ reason?: string }>;
}

/**
 * Saves the machine of the guide in a user directory, where the guide says, and starts it; resolves when it listens.
 *
 * @param node the Node.js that runs it
 * @param port in place of the guide's
 */
export async function startMachine(userDir: string, node: string, port?: number): Promise<Child> {
  await writeFile(join(userDir, 'machine.js'), docBlock('docs/opc-ua.md', 'machine'));
  const machine = new Child(node, ['machine.js', ...(port === undefined ? [] : [String(port)])], {
    cwd: userDir,
  });
  await machine.printed(/The machine is at opc\.tcp:\/\/127\.0\.0\.1:\d+\/machine/);
  return machine;
}

/** A Node-RED with the example, and the machine of the guide, for the suite that this is called in. */
export function useScene(version: NodeRedVersion): Scene {
  const configHome = process.env['XDG_CONFIG_HOME'];
  let userDir: string;
  let port: number;
  let machine: Child;
  let cable: Cable;
  let example: DeployedExample;

  before(() => {
    process.env['XDG_CONFIG_HOME'] = makeScratchFolder('certificates'); // or they would be made in the home folder
  });
  const suite = useNodeRed(version, {
    packages: 'opcua',
    prepare: (folder) => {
      userDir = folder;
      return Promise.resolve();
    },
  });
  const restartMachine = async (): Promise<void> => {
    machine = await startMachine(userDir, (await version.locate()).node, port);
  };

  before(async () => {
    port = await freePort();
    await restartMachine();
  });

  after(async () => {
    if (configHome === undefined) delete process.env['XDG_CONFIG_HOME'];
    else process.env['XDG_CONFIG_HOME'] = configHome;
    await machine.stop();
  });

  beforeEach(async () => {
    cable = await Cable.lay(port);
  });

  afterEach(async () => {
    await suite.nodeRed.deploy([]); // which takes its time when the server is gone before its client
    await cable.cut();
  });

  return {
    get nodeRed() {
      return suite.nodeRed;
    },
    get cable() {
      return cable;
    },
    get example() {
      return example;
    },
    startMachine: restartMachine,
    killMachine: () => machine.stop('SIGKILL'),
    deploy: async (replacements = {}) => {
      example = await DeployedExample.deploy(suite.nodeRed, EXAMPLE, {
        '49220': String(await freePort()),
        '49620': String(await freePort()),
        '14840': String(cable.port),
        ...replacements,
      });
    },
    value: (name, accept = () => true) =>
      example.shown<Telegram>('value', (told) => told.name === name && accept(told.value)),
    notGood: (name, why = 'the OPC UA server does not answer') =>
      example.shown<Telegram>('not good, and why', (told) => told.name === name && told.reason === why),
    answer: () => example.shown<{ reason?: string }>('answer'),
  };
}
