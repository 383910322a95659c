import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cable } from '../../support/cable';
import { docBlock } from '../../support/doc-blocks';
import {
  Child,
  DeployedExample,
  freePort,
  makeScratchFolder,
  type NodeRedVersion,
  RealNodeRed,
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

/** A Node-RED with the example, and the machine of the guide, for the suite that this is made in. */
export class Scene {
  #nodeRed: RealNodeRed | undefined;
  #machine: Child | undefined;
  #cable: Cable | undefined;
  #example: DeployedExample | undefined;
  /** Where the guide says that its machine is to be saved. */
  #userDir = '';
  /** The port of the OPC UA server of the guide. */
  #port = 0;

  constructor(private readonly version: NodeRedVersion) {
    const configHome = process.env['XDG_CONFIG_HOME'];

    before(async () => {
      process.env['XDG_CONFIG_HOME'] = makeScratchFolder('certificates'); // or they would be made in the home folder
      this.#nodeRed = await RealNodeRed.start(version, {
        packages: 'opcua',
        prepare: async (folder) => {
          this.#userDir = folder;
          await writeFile(join(folder, 'machine.js'), docBlock('docs/opc-ua.md', 'machine'));
        },
      });
      this.#port = await freePort();
      await this.startMachine();
    });

    after(async () => {
      if (configHome === undefined) delete process.env['XDG_CONFIG_HOME'];
      else process.env['XDG_CONFIG_HOME'] = configHome;
      assert.equal(await this.nodeRed.stop(), 0);
      await this.#machine?.stop();
    });

    beforeEach(async () => {
      this.#cable = await Cable.lay(this.#port);
    });

    afterEach(async () => {
      await this.nodeRed.deploy([]); // which takes its time when the server is gone before its client
      await this.cable.cut();
    });
  }

  get nodeRed(): RealNodeRed {
    return there(this.#nodeRed);
  }

  /** Between the OPC UA node and the machine. */
  get cable(): Cable {
    return there(this.#cable);
  }

  get example(): DeployedExample {
    return there(this.#example);
  }

  async startMachine(): Promise<void> {
    const { node } = await this.version.locate();
    this.#machine = new Child(node, ['machine.js', String(this.#port)], { cwd: this.#userDir });
    await this.#machine.printed(/The machine is at opc\.tcp:\/\/127\.0\.0\.1:\d+\/machine/);
  }

  /** Ends the machine as a power failure does. */
  async killMachine(): Promise<void> {
    await this.#machine?.stop('SIGKILL');
  }

  /** Deploys the example on free ports, its OPC UA node wired to the machine by the cable. */
  async deploy(replacements: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#example = await DeployedExample.deploy(this.nodeRed, EXAMPLE, {
      '49220': String(await freePort()),
      '49620': String(await freePort()),
      '14840': String(this.cable.port),
      ...replacements,
    });
  }

  /** Waits until the control room gets such a value. */
  value(name: string, accept: (value: unknown) => boolean = () => true): Promise<Telegram> {
    return this.example.shown<Telegram>('value', (told) => told.name === name && accept(told.value));
  }

  /** Waits until the control room is told that there is no value, and why. */
  notGood(name: string, why = 'the OPC UA server does not answer'): Promise<Telegram> {
    return this.example.shown<Telegram>(
      'not good, and why',
      (told) => told.name === name && told.reason === why,
    );
  }

  /** What the machine says to a command. */
  answer(): Promise<{ reason?: string }> {
    return this.example.shown<{ reason?: string }>('answer');
  }
}

function there<T>(value: T | undefined): T {
  assert.ok(value !== undefined, 'the scene is set when a test runs');
  return value;
}
