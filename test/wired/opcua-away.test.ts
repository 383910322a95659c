import assert from 'node:assert/strict';
import { nodeRedVersions } from '../support/real-node-red';
import { EXAMPLE, useScene } from './opcua/scene';

const NAMES = ['temperature', 'running', 'setPoint'];

for (const version of nodeRedVersions) {
  describe(`${version.title}: "${EXAMPLE}" while its server is away`, function () {
    this.timeout(300_000);
    const scene = useScene(version);

    for (const [harm, strike, heal] of [
      ['is switched off', () => scene.killMachine(), () => scene.startMachine()],
      ['hangs', () => scene.cable.silence(), () => scene.cable.mend()],
    ] as const) {
      it(`sends no old values while the server ${harm}, writes nothing late, and goes on when it is back`, async () => {
        await scene.deploy();
        await scene.value('temperature');
        scene.example.forget();
        await strike();
        for (const name of NAMES) {
          const telegram = await scene.notGood(name);
          assert.deepEqual(Object.keys(telegram).sort(), ['name', 'quality', 'reason', 'time']);
          assert.deepEqual([telegram.quality, telegram.reason], ['bad', 'the OPC UA server does not answer']);
        }
        await scene.example.press('start the machine');
        assert.deepEqual(await scene.answer(), {
          answer: 'not done',
          command: 'running',
          value: true,
          reason: 'the OPC UA server does not answer',
        });

        scene.example.forget();
        await heal();
        for (const name of NAMES) await scene.value(name);
        await scene.example.press('set point 60 °C');
        assert.deepEqual(await scene.answer(), { answer: 'done', command: 'setPoint', value: 60 });
        await scene.value('setPoint', (now) => now === 60);
        assert.equal((await scene.value('running')).value, false);
      });
    }

    it('says so when the server was never there', async () => {
      await scene.cable.cut();
      await scene.deploy();
      for (const name of NAMES) assert.equal((await scene.notGood(name)).quality, 'bad');
      scene.example.forget();
      await scene.cable.mend();
      await scene.value('temperature');
    });
  });
}
