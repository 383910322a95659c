import assert from 'node:assert/strict';
import { Cable } from '../support/cable';
import { readCoil, readRegister } from '../support/modbus';
import { DeployedExample, freePort, nodeRedVersions, useNodeRed } from '../support/real-node-red';

const EXAMPLE = 'Modbus/1 - Modbus to AKM';
/** As the example's own register map says. */
const SET_POINT = 4;
const PUMP = 0;
/** The Modbus function code. */
const WRITE_COIL = 5;

/** What the tank sends. */
interface Telegram {
  time: string;
  quality: string;
  reason?: string;
  level?: number;
  temperature?: number;
  pump?: boolean;
  setPoint?: number;
}
type Values = Required<Pick<Telegram, 'level' | 'temperature' | 'setPoint'>>;

for (const version of nodeRedVersions) {
  describe(`${version.title}: "${EXAMPLE}"`, function () {
    this.timeout(120_000);
    const suite = useNodeRed(version, { packages: 'modbus' });
    let example: DeployedExample;
    /** The port of the simulated tank. */
    let device: number;
    /** Between the Modbus nodes and the tank. */
    let cable: Cable;

    beforeEach(async () => {
      device = await freePort();
      cable = await Cable.lay(device);
    });

    afterEach(() => cable.cut());

    /** On free ports, its Modbus nodes wired to the tank by the cable. */
    const deploy = async (replacements: Readonly<Record<string, string>> = {}) => {
      example = await DeployedExample.deploy(suite.nodeRed, EXAMPLE, {
        '49230': String(await freePort()),
        '49630': String(await freePort()),
        '15503': String(await freePort()),
        '"serverPort":"15502"': `"serverPort":"${device}"`,
        '"tcpPort":"15502"': `"tcpPort":"${cable.port}"`,
        '\\"tcpPort\\":15502': `\\"tcpPort\\":${cable.port}`,
        ...replacements,
      });
    };
    const reading = (accept?: (telegram: Required<Telegram>) => boolean) => example.shown('reading', accept);
    const noReading = () => example.shown<Telegram>('no reading, and why');
    const answer = () => example.shown<{ reason?: string }>('answer');

    it('imports from the menu, deploys without an error, and brings readings to the control room', async () => {
      const logged = suite.nodeRed.process.lines.now;
      await deploy();
      const { time, quality, level, temperature, pump, setPoint } = await reading();
      assert.deepEqual([quality, pump, setPoint], ['good', false, 0]);
      assert.ok(level > 0 && level <= 40, String(level));
      assert.ok(Math.abs(temperature) <= 3, String(temperature));
      assert.equal(new Date(time).toISOString(), time);
      await reading((telegram) => telegram.temperature < 0); // which is in the register as 65000 and more
      const log = suite.nodeRed.process.lines.items.slice(logged).join('\n');
      assert.doesNotMatch(log, /\[error\]|uncaught|unhandled|missing types/i);
    });

    it('writes a register and a coil when the control room says so', async () => {
      await deploy();
      await reading();
      await example.press('set point 60 %');
      assert.deepEqual(await answer(), { answer: 'done', command: 'setPoint', value: 60 });
      assert.equal(await readRegister(device, SET_POINT), 60);
      await reading(({ setPoint }) => setPoint === 60);

      await example.press('start the pump');
      assert.deepEqual(await answer(), { answer: 'done', command: 'pump', value: 1 });
      assert.equal(await readCoil(device, PUMP), true);
      const { level } = await reading(({ pump }) => pump);
      await reading((telegram) => telegram.level > level);

      await example.press('stop the pump');
      assert.deepEqual(await answer(), { answer: 'done', command: 'pump', value: 0 });
      assert.equal(await readCoil(device, PUMP), false);
    });

    it('writes nothing of what it does not allow, and says why', async () => {
      await deploy();
      await reading();
      await example.press('set point 60 %');
      await answer();
      for (const [payload, why] of [
        [{ command: 'setPoint', value: 500 }, 'setPoint is 500; allowed is a whole number from 0 to 100'],
        [{ command: 'setPoint', value: -1 }, 'setPoint is -1; allowed is a whole number from 0 to 100'],
        [{ command: 'setPoint', value: 60.5 }, 'setPoint is 60.5; allowed is a whole number from 0 to 100'],
        [{ command: 'setPoint', value: '70' }, 'setPoint is "70"; allowed is a whole number from 0 to 100'],
        [{ command: 'setPoint' }, 'setPoint is undefined; allowed is a whole number from 0 to 100'],
        [{ command: 'pump', value: 2 }, 'pump is 2; allowed is a whole number from 0 to 1'],
        [{ command: 'constructor', value: 1 }, 'there is no command constructor'],
        [null, 'there is no command undefined'],
      ] as const) {
        await example.press('set point 500 %', { payload });
        const told = { answer: 'not done', ...payload, reason: why };
        assert.deepEqual(await example.shown('tank: not done'), told);
        assert.deepEqual(await answer(), told);
      }
      assert.equal(await readRegister(device, SET_POINT), 60);
      assert.equal(await readCoil(device, PUMP), false);
    });

    it('says what the tank refuses, and what it does not confirm', async () => {
      await deploy({ 'address: 4 ': 'address: 40000 ' });
      await reading();
      await example.press('set point 60 %');
      assert.match((await answer()).reason ?? '', /illegal data address/i);

      cable.lose((request) => request[7] === WRITE_COIL);
      await example.press('start the pump');
      assert.equal((await answer()).reason, 'not confirmed: it may have been written or not');
    });

    it('sends no telegram in which nothing has moved by more than its deadband', async () => {
      await deploy({ 'LONGEST = 10': 'LONGEST = 100000' });
      let last: Values = await reading();
      for (let n = 0; n < 2; n += 1) {
        example.forget();
        const next: Values = await reading();
        const moved =
          Math.abs(next.level - last.level) > 1 || Math.abs(next.temperature - last.temperature) > 0.2;
        assert.ok(moved, `${JSON.stringify(last)} ${JSON.stringify(next)}`);
        last = next;
      }
    });

    it('sends a telegram after the longest time although nothing has moved', async () => {
      await deploy({
        'LONGEST = 10': 'LONGEST = 2',
        'level: 1, temperature: 0.2': 'level: 1000, temperature: 1000',
      });
      for (let n = 0; n < 2; n += 1) {
        example.forget();
        await reading();
      }
    });

    for (const [harm, strike] of [
      ['refuses connections', () => cable.cut()],
      ['hangs', () => cable.silence()],
    ] as const) {
      it(`sends no old values while the tank ${harm}, writes nothing late, and goes on when it is back`, async () => {
        await deploy();
        await reading();
        await example.press('set point 60 %');
        await answer();

        example.forget();
        await strike();
        const telegram = await noReading();
        assert.deepEqual(Object.keys(telegram).sort(), ['quality', 'reason', 'time']);
        assert.equal(telegram.quality, 'bad');
        await example.press('start the pump');
        assert.deepEqual(await answer(), {
          answer: 'not done',
          command: 'pump',
          value: 1,
          reason: 'the tank does not answer',
        });

        example.forget();
        await cable.mend();
        assert.equal((await reading()).setPoint, 60);
        await example.press('set point 60 %');
        await answer(); // which would come after whatever had waited
        assert.equal(await readCoil(device, PUMP), false);
      });
    }

    it('says so when the tank was never there', async () => {
      await cable.cut();
      await deploy();
      const { quality, reason } = await noReading();
      assert.deepEqual([quality, reason], ['bad', 'not read yet']);
      example.forget();
      await cable.mend();
      await reading();
    });

    it('has buttons that unplug the tank and plug it in again', async () => {
      await deploy();
      await reading();
      await example.press('unplug the tank');
      await noReading();
      await example.press('plug it in again');
      await reading();
    });

    it('tells the control room when nothing comes any more', async () => {
      await deploy({ '"duration":"30"': '"duration":"2"', 'LONGEST = 10': 'LONGEST = 1' });
      await reading();
      example.forget();
      const sender = example.idOf('function', 'what to send');
      await suite.nodeRed.deploy(
        example.flow.map((node) => (node.id === sender ? { ...node, d: true } : node)),
        'nodes',
      );
      assert.match(await example.shown('nothing from the tank'), /its last values are old/);
    });
  });
}
