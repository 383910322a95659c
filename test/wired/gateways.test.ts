import assert from 'node:assert/strict';
import { nodeRedVersions } from '../support/real-node-red';
import { Plant, type Machine } from './plant';

/** Decides who is killed, and when. Given again, it does so again, as far as other processes let it. */
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

/** Numbers from 0 to 1 that look like chance (mulberry32). */
function chance(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

for (const version of nodeRedVersions) {
  describe(`${version.title}: three gateways that share a broker`, function () {
    this.timeout(300_000);
    let plant: Plant;
    const machines: Machine[] = [];
    let given = 0;

    before(async () => {
      plant = await Plant.start(version);
      for (const name of ['gateway-1', 'gateway-2', 'gateway-3']) machines.push(await plant.machine(name));
      await Promise.all(machines.map((machine) => machine.start()));
    });

    after(async () => {
      await plant.stop();
      machines.splice(0);
    });

    /** Gives jobs, and resolves to the ids of all when the broker has accepted them. */
    const give = async (count: number): Promise<string[]> => {
      const ids = Array.from({ length: count }, () => `job-${(given += 1)}`);
      await Promise.all(
        ids.map(async (id) => {
          const job = JSON.stringify({ atrId: 1, appValue: 200, payload: { set: 'speed', to: 1450 } });
          await plant.control.publish(`jobs/${id}`, job, { retain: true });
          await plant.control.publish(`work/${id}`, job);
        }),
      );
      return ids;
    };

    /** Waits until each job has arrived, its result is there, and it is cleared. */
    const settled = async (ids: readonly string[]): Promise<void> => {
      const { control, arrivals } = plant;
      await Promise.all(
        ids.map(async (id) => {
          await control.message(`jobs/${id}`, ({ payload }) => payload.length === 0);
          await control.json<{ id: string; done: boolean }>(
            `results/${id}`,
            (result) => result.id === id && result.done,
          );
          assert.ok(
            arrivals.items.some((arrival) => arrival.id === id),
            id,
          );
        }),
      );
    };

    const through = (from: number): Set<string> =>
      new Set(plant.arrivals.items.slice(from).map(({ gateway }) => gateway));

    it('spread the work, and clear what is done', async () => {
      const from = plant.arrivals.now;
      const ids = await give(30);
      await settled(ids);
      assert.deepEqual([...through(from)].sort(), ['gateway-1', 'gateway-2', 'gateway-3']);
      assert.equal(plant.arrivals.now - from, 30, 'nothing comes twice where nothing fails');
    });

    it(`lose no job when one of them is killed in the middle of it (SEED=${seed})`, async () => {
      const random = chance(seed);
      for (let round = 0; round < 3; round += 1) {
        const from = plant.arrivals.now;
        const ids: string[] = [];
        const victim = machines[Math.floor(random() * machines.length)];
        const after = 10 + Math.floor(random() * 200);
        assert.ok(victim);
        const giving = give(300).then((accepted) => ids.push(...accepted));
        let arrived = 0;
        await plant.arrivals.find(
          `${after} arrivals`,
          () => ((arrived += 1) >= after ? true : undefined),
          from,
        );
        await victim.kill();
        await giving;
        await settled(ids);
        const twice = plant.arrivals.now - from - ids.length;
        console.log(`      ${victim.name} killed after ${after} of 300 arrivals: ${twice} came twice`);

        await victim.start();
        const back = plant.arrivals.now;
        await settled(await give(30));
        assert.ok(through(back).has(victim.name), `${victim.name} gets work again`);
      }
    });
  });
}
