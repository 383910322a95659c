import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cable } from '../support/cable';
import { docBlock } from '../support/doc-blocks';
import { Child, DeployedExample, freePort, nodeRedVersions, RealNodeRed } from '../support/real-node-red';
import { makeScratchFolder } from '../support/real-node-red/scratch';

const EXAMPLE = 'OPC UA/1 - OPC UA to AKM';
const NAMES = ['temperature', 'running', 'setPoint'];

/** What the machine sends, of one value. */
interface Telegram {
  name: string;
  time: string;
  quality: string;
  value?: unknown;
  reason?: string;
}

for (const version of nodeRedVersions) {
  describe(`${version.title}: "${EXAMPLE}"`, function () {
    this.timeout(120_000);
    const configHome = process.env['XDG_CONFIG_HOME'];
    let nodeRed: RealNodeRed;
    let example: DeployedExample;
    /** Where the guide says that its machine is to be saved. */
    let userDir: string;
    /** The port of the OPC UA server of the guide. */
    let port: number;
    let machine: Child;
    /** Between the OPC UA node and the machine. */
    let cable: Cable;

    before(async function () {
      this.timeout(300_000);
      process.env['XDG_CONFIG_HOME'] = makeScratchFolder('certificates'); // or they would be made in the home folder
      nodeRed = await RealNodeRed.start(version, {
        packages: 'opcua',
        prepare: async (folder) => {
          userDir = folder;
          await writeFile(join(folder, 'machine.js'), docBlock('docs/opc-ua.md', 'machine'));
        },
      });
      port = await freePort();
      await startMachine();
    });

    after(async () => {
      if (configHome === undefined) delete process.env['XDG_CONFIG_HOME'];
      else process.env['XDG_CONFIG_HOME'] = configHome;
      assert.equal(await nodeRed.stop(), 0);
      await machine.stop();
    });

    beforeEach(async () => {
      cable = await Cable.lay(port);
    });

    afterEach(async () => {
      await nodeRed.deploy([]); // which takes its time when the server is gone before its client
      await cable.cut();
    });

    const startMachine = async () => {
      const { node } = await version.locate();
      machine = new Child(node, ['machine.js', String(port)], { cwd: userDir });
      await machine.printed(/The machine is at opc\.tcp:\/\/127\.0\.0\.1:\d+\/machine/);
    };
    /** On free ports, its OPC UA node wired to the machine by the cable. */
    const deploy = async (replacements: Readonly<Record<string, string>> = {}) => {
      example = await DeployedExample.deploy(nodeRed, EXAMPLE, {
        '49220': String(await freePort()),
        '49620': String(await freePort()),
        '14840': String(cable.port),
        ...replacements,
      });
    };
    const value = (wanted: string, accept: (value: unknown) => boolean = () => true) =>
      example.shown<Telegram>('value', (telegram) => telegram.name === wanted && accept(telegram.value));
    const notGood = (wanted: string, why = 'the OPC UA server does not answer') =>
      example.shown<Telegram>('not good, and why', ({ name, reason }) => name === wanted && reason === why);
    const answer = () => example.shown<{ reason?: string }>('answer');

    it('imports from the menu, deploys without an error, and brings values to the control room', async () => {
      const logged = nodeRed.process.lines.now;
      await deploy();
      const temperature = await value('temperature');
      assert.deepEqual(
        { ...temperature, time: '' },
        { name: 'temperature', quality: 'good', value: 20, time: '' },
      );
      assert.equal(new Date(temperature.time).toISOString(), temperature.time);
      assert.equal((await value('running')).value, false);
      assert.equal((await value('setPoint')).value, 40);
      const log = nodeRed.process.lines.items.slice(logged).join('\n');
      assert.doesNotMatch(log, /\[error\]|uncaught|unhandled|missing types/i);
    });

    it('writes what the control room says', async () => {
      await deploy();
      await value('temperature');
      await example.press('set point 60 °C');
      assert.deepEqual(await answer(), { answer: 'done', command: 'setPoint', value: 60 });
      await value('setPoint', (now) => now === 60);
      await example.press('start the machine');
      assert.deepEqual(await answer(), { answer: 'done', command: 'running', value: true });
      await value('running', (now) => now === true);
      await value('temperature', (now) => Number(now) > 21);
      await example.press('stop the machine');
      assert.deepEqual(await answer(), { answer: 'done', command: 'running', value: false });
      await value('running', (now) => now === false);
    });

    it('writes nothing of what it does not allow, and says why', async () => {
      await deploy({ 'LONGEST = 10': 'LONGEST = 1' });
      await value('temperature');
      for (const [payload, why] of [
        [{ command: 'setPoint', value: 500 }, 'setPoint is 500; allowed is a number from 10 to 90'],
        [{ command: 'setPoint', value: 9.9 }, 'setPoint is 9.9; allowed is a number from 10 to 90'],
        [{ command: 'setPoint', value: '60' }, 'setPoint is "60"; allowed is a number from 10 to 90'],
        [{ command: 'setPoint' }, 'setPoint is undefined; allowed is a number from 10 to 90'],
        [{ command: 'running', value: 1 }, 'running is 1; allowed is true or false'],
        [{ command: 'constructor', value: 1 }, 'there is no command constructor'],
        [null, 'there is no command undefined'],
      ] as const) {
        await example.press('set point 500 °C', { payload });
        const told = { answer: 'not done', ...payload, reason: why };
        assert.deepEqual(await example.shown('machine: not done'), told);
        assert.deepEqual(await answer(), told);
      }
      await example.press('set point 60 °C');
      await answer();
      await value('setPoint', (now) => now === 60); // and all that came before it changed nothing:
      assert.equal((await value('running')).value, false);
    });

    it('says what the server does not know, and what it refuses', async () => {
      await deploy({ 'ns=1;s=SetPoint': 'ns=1;s=Nowhere' });
      await value('temperature');
      assert.equal((await notGood('setPoint', 'no value yet')).quality, 'bad');
      await example.press('set point 60 °C');
      const { reason, ...rest } = await answer();
      assert.deepEqual(rest, { answer: 'not done', command: 'setPoint', value: 60 });
      assert.match(reason ?? '', /^not written: .*node id/i);
    });

    for (const [harm, strike, heal] of [
      [
        'is switched off',
        () => machine.stop('SIGKILL'),
        async () => {
          await startMachine();
        },
      ],
      [
        'hangs',
        () => {
          cable.silence();
        },
        () => cable.mend(),
      ],
    ] as const) {
      it(`sends no old values while the server ${harm}, writes nothing late, and goes on when it is back`, async () => {
        await deploy();
        await value('temperature');
        example.forget();
        await strike();
        for (const name of NAMES) {
          const telegram = await notGood(name);
          assert.deepEqual(Object.keys(telegram).sort(), ['name', 'quality', 'reason', 'time']);
          assert.deepEqual([telegram.quality, telegram.reason], ['bad', 'the OPC UA server does not answer']);
        }
        await example.press('start the machine');
        assert.deepEqual(await answer(), {
          answer: 'not done',
          command: 'running',
          value: true,
          reason: 'the OPC UA server does not answer',
        });

        example.forget();
        await heal();
        for (const name of NAMES) await value(name);
        await example.press('set point 60 °C');
        assert.deepEqual(await answer(), { answer: 'done', command: 'setPoint', value: 60 });
        await value('setPoint', (now) => now === 60);
        assert.equal((await value('running')).value, false);
      });
    }

    it('says so when the server was never there', async () => {
      await cable.cut();
      await deploy();
      for (const name of NAMES) assert.equal((await notGood(name)).quality, 'bad');
      example.forget();
      await cable.mend();
      await value('temperature');
    });
  });
}
