import assert from 'node:assert/strict';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { APP_DIALECT } from '../../src/protocol/header.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { encodeFrame } from '../../src/protocol/message.js';
import { SimulatorState } from '../../src/simulator/simulator-state.js';
import { useTestPeers } from '../support/clients.js';
import { inTime } from '../support/deadline.js';
import { rejection } from '../support/promises.js';
import { useSimulators } from '../support/simulators.js';
import { HostileServer, type Script } from './hostile-peers.js';

/** What fuzzing, and looking for what it might find, has found. */
describe('found by fuzzing:', () => {
  const bench = useTestPeers();
  const simulate = useSimulators();

  const scripts: Readonly<Record<string, Script>> = {
    'never answers': { chunks: [], eager: 0, reads: true, ending: 'silence' },
    'ends each connection at once': { chunks: [], eager: 1, reads: true, ending: 'destroy' },
    'answers one on each connection and ends it at the next': {
      chunks: [encodeFrame(APP_DIALECT, APP_OPERATIONS.REGISTER_APP.response, { status: 0 })],
      eager: 0,
      reads: true,
      ending: 'reset',
    },
  };
  for (const [what, hostile] of Object.entries(scripts)) {
    it(`requests do not wait for ever behind the registrations that are made again, with a peer that ${what}`, async () => {
      const server = await HostileServer.listen([hostile]);
      try {
        const client = bench.app({ port: server.port, requestTimeout: 50, reconnectMin: 1, reconnectMax: 5 });
        client.open();
        const registering = [100, 101].map((appValue) => client.acquire(1, appValue).register());
        const asked = [client.getVersion(), client.getEndpointInfo()];
        await Promise.allSettled(registering);
        for (const request of asked)
          await inTime(rejection(request, 'AKM_NOT_CONNECTED'), () => 'a request to end');
        assert.equal(client.counters().queueDepth, 0);
      } finally {
        await server.close();
      }
    });
  }

  it('an ATR ID of the simulator stays one, however many trust relationships were made', () => {
    const world = new SimulatorState(1, 64);
    const inUse = new Set(world.atrs.flatMap(({ atrId }) => atrId ?? []));
    for (let n = 0; n < 70_000; n += 1) {
      const last = world.atrs.at(-1);
      assert.ok(last);
      world.deleteAtr(last.id);
      if (last.atrId !== undefined) inUse.delete(last.atrId);
      const made = world.createAtr([identifierOf(1n, 0xe000_0000_0000_0000n)]);
      assert.ok(typeof made === 'object' && made.atrId !== undefined);
      assert.ok(made.atrId >= 1 && made.atrId <= 65535 && !inUse.has(made.atrId), String(made.atrId));
      inUse.add(made.atrId);
    }
  });

  it('one client cannot fill the memory of the simulator with registrations', async () => {
    const { REGISTER_APP } = APP_OPERATIONS;
    const simulator = await simulate();
    const [greedy, other] = [await simulator.app(), await simulator.app()];
    const statuses = new Map<number, number>();
    for (let appValue = 0; appValue <= 4096; appValue += 1)
      greedy.send(REGISTER_APP.request, { atrId: 1, appValue });
    for (let n = 0; n <= 4096; n += 1) {
      const { status } = await greedy.receive(REGISTER_APP.response);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    assert.deepEqual([...statuses], [[0, 4096], [4, 1]]); // prettier-ignore
    greedy.send(REGISTER_APP.request, { atrId: 1, appValue: 7 });
    assert.equal((await greedy.receive(REGISTER_APP.response)).status, 0, 'what it has it keeps');
    other.send(REGISTER_APP.request, { atrId: 1, appValue: 5000 });
    assert.equal((await other.receive(REGISTER_APP.response)).status, 0);
  });
});
