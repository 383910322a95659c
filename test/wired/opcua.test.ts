import assert from 'node:assert/strict';
import { nodeRedVersions } from '../support/real-node-red';
import { EXAMPLE, useScene } from './opcua/scene';

for (const version of nodeRedVersions) {
  describe(`${version.title}: "${EXAMPLE}"`, function () {
    this.timeout(300_000);
    const scene = useScene(version);

    it('imports from the menu, deploys without an error, and brings values to the control room', async () => {
      const logged = scene.nodeRed.process.lines.now;
      await scene.deploy();
      const temperature = await scene.value('temperature');
      assert.deepEqual(
        { ...temperature, time: '' },
        { name: 'temperature', quality: 'good', value: 20, time: '' },
      );
      assert.equal(new Date(temperature.time).toISOString(), temperature.time);
      assert.equal((await scene.value('running')).value, false);
      assert.equal((await scene.value('setPoint')).value, 40);
      const log = scene.nodeRed.process.lines.items.slice(logged).join('\n');
      assert.doesNotMatch(log, /\[error\]|uncaught|unhandled|missing types/i);
    });

    it('writes what the control room says', async () => {
      await scene.deploy();
      await scene.value('temperature');
      await scene.example.press('set point 60 °C');
      assert.deepEqual(await scene.answer(), { answer: 'done', command: 'setPoint', value: 60 });
      await scene.value('setPoint', (now) => now === 60);
      await scene.example.press('start the machine');
      assert.deepEqual(await scene.answer(), { answer: 'done', command: 'running', value: true });
      await scene.value('running', (now) => now === true);
      await scene.value('temperature', (now) => Number(now) > 21);
      await scene.example.press('stop the machine');
      assert.deepEqual(await scene.answer(), { answer: 'done', command: 'running', value: false });
      await scene.value('running', (now) => now === false);
    });

    it('writes nothing of what it does not allow, and says why', async () => {
      await scene.deploy({ 'LONGEST = 10': 'LONGEST = 1' });
      await scene.value('temperature');
      for (const [payload, why] of [
        [{ command: 'setPoint', value: 500 }, 'setPoint is 500; allowed is a number from 10 to 90'],
        [{ command: 'setPoint', value: 9.9 }, 'setPoint is 9.9; allowed is a number from 10 to 90'],
        [{ command: 'setPoint', value: '60' }, 'setPoint is "60"; allowed is a number from 10 to 90'],
        [{ command: 'setPoint' }, 'setPoint is undefined; allowed is a number from 10 to 90'],
        [{ command: 'running', value: 1 }, 'running is 1; allowed is true or false'],
        [{ command: 'constructor', value: 1 }, 'there is no command constructor'],
        [null, 'there is no command undefined'],
      ] as const) {
        await scene.example.press('set point 500 °C', { payload });
        const told = { answer: 'not done', ...payload, reason: why };
        assert.deepEqual(await scene.example.shown('machine: not done'), told);
        assert.deepEqual(await scene.answer(), told);
      }
      await scene.example.press('set point 60 °C');
      await scene.answer();
      await scene.value('setPoint', (now) => now === 60); // and all that came before it changed nothing:
      assert.equal((await scene.value('running')).value, false);
    });

    it('says what the server does not know, and what it refuses', async () => {
      await scene.deploy({ 'ns=1;s=SetPoint': 'ns=1;s=Nowhere' });
      await scene.value('temperature');
      assert.equal((await scene.notGood('setPoint', 'no value yet')).quality, 'bad');
      await scene.example.press('set point 60 °C');
      const { reason, ...rest } = await scene.answer();
      assert.deepEqual(rest, { answer: 'not done', command: 'setPoint', value: 60 });
      assert.match(reason ?? '', /^not written: .*node id/i);
    });
  });
}
