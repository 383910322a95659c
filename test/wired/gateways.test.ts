import assert from 'node:assert/strict';
import { nodeRedVersions } from '../support/real-node-red';
import { Plant, type Machine } from './plant';

/** Decides who is killed, and when. Given again, it does so again, as far as other processes let it. */
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = 3;
const NAMES = ['gateway-1', 'gateway-2', 'gateway-3'] as const;

/** Whole numbers below a bound that look like chance. */
function dice(state: number): (bound: number) => number {
  return (bound) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

for (const version of nodeRedVersions) {
  describe(`${version.title}: three gateways that share a broker`, function () {
    this.timeout(300_000);
    let plant: Plant;
    let machines: Machine[];
    const machine = (index: number): Machine => {
      const found = machines[index];
      assert.ok(found);
      return found;
    };

    before(async () => {
      plant = await Plant.start(version);
      machines = await Promise.all(NAMES.map((name) => plant.machine(name)));
      await Promise.all(machines.map((each) => each.start()));
    });

    after(() => plant.stop());

    it('spread the work, and do each job once where nothing fails', async () => {
      const from = plant.arrivals.now;
      await plant.settled(await plant.give(30));
      assert.deepEqual(plant.through(from), NAMES);
      assert.equal(plant.arrivals.now - from, 30);
    });

    it(`lose no job when one is killed in the middle of it, and give it work when it is back (SEED=${seed})`, async () => {
      const roll = dice(seed);
      for (let round = 0; round < ROUNDS; round += 1) {
        const from = plant.arrivals.now;
        const victim = machine(roll(machines.length));
        const moment = 10 + roll(200);
        const giving = plant.give(300);
        let arrived = 0;
        const isMoment = (): true | undefined => {
          arrived += 1;
          return arrived === moment ? true : undefined;
        };
        await plant.arrivals.find(`${moment} arrivals`, isMoment, from);
        await victim.kill();
        await plant.settled(await giving);
        const twice = plant.arrivals.now - from - 300;
        console.log(`      ${victim.name} killed after ${moment} of 300 arrivals; ${twice} came twice`);

        await victim.start();
        const back = plant.arrivals.now;
        await plant.settled(await plant.give(30));
        assert.deepEqual(plant.through(back), NAMES);
      }
    });

    it('lose no job when the first of them hangs', async () => {
      const from = plant.control.messages.now;
      const giving = plant.give(100);
      await plant.arrivals.find('the first arrival', () => true, plant.arrivals.now);
      machine(0).hang();
      await plant.settled(await giving);
      machine(0).goOn();
      await machine(0).says('gone', from);
      await machine(0).says('ready', plant.control.messages.now);
    });

    it('give work only to those with an AppEndpoint', async () => {
      let from = plant.control.messages.now;
      await machine(1).endAppEndpoint();
      await machine(1).says('waiting', from);
      let arrivals = plant.arrivals.now;
      from = plant.control.messages.now;
      await plant.settled(await plant.give(30));
      assert.deepEqual(plant.through(arrivals), ['gateway-1', 'gateway-3']);
      assert.equal(plant.givenOutSince(from), 30, 'none was given to the one without, in vain');

      from = plant.control.messages.now;
      await machine(1).startAppEndpoint();
      await machine(1).says('ready', from);
      arrivals = plant.arrivals.now;
      await plant.settled(await plant.give(30));
      assert.deepEqual(plant.through(arrivals), NAMES);
    });

    it('give a job out again, with the same id, that the application does not answer', async () => {
      const from = plant.arrivals.now;
      plant.unanswered = 3;
      const ids = await plant.give(3);
      await plant.settled(ids);
      const counts = ids.map(
        (id) => plant.arrivals.items.slice(from).filter((each) => each.id === id).length,
      );
      assert.deepEqual(counts, [2, 2, 2]);
    });

    it('answer a job that can never be sent with its error, and clear it', async () => {
      const tooMuch = { atrId: 1, appValue: 200, payload: 'x'.repeat(5000) };
      const wrong: readonly (readonly [string, string, RegExp])[] = [
        ['too-much', JSON.stringify(tooMuch), /5\d\d\d bytes.*4046/],
        ['no-json', 'speed 1450', /JSON/],
        ['no-target', '{"payload":1}', /undefined/],
      ];
      for (const [id, job, message] of wrong) {
        await plant.giveJob(id, job);
        const { error } = await plant.control.json<{ error: string }>(`results/${id}`);
        assert.match(error, message);
      }
      await plant.cleared(wrong.map(([id]) => id));
    });

    it('find what was accepted while none of them was ready, after the broker was restarted', async () => {
      let from = plant.control.messages.now;
      await Promise.all(machines.map((each) => each.endAppEndpoint()));
      await Promise.all(machines.map((each) => each.says('waiting', from)));
      const arrivals = plant.arrivals.now;
      const ids = await plant.give(50);
      await plant.broker.end();
      await plant.broker.restart();
      from = plant.control.messages.now;
      await Promise.all(machines.map((each) => each.says('waiting', from)));
      assert.equal(plant.arrivals.now, arrivals);
      await Promise.all(machines.map((each) => each.startAppEndpoint()));
      await plant.settled(ids);
    });

    it('do not wait for one that is dead, even where the broker takes it for ready', async () => {
      const from = plant.control.messages.now;
      await machine(0).kill();
      await machine(0).says('gone', from);
      // as after a power failure of both, when nobody published the last will
      await plant.control.publish('gateways/gateway-1', 'ready', { retain: true });
      plant.unanswered = 3;
      await plant.settled(await plant.give(3));
      await machine(0).start();
    });
  });
}
