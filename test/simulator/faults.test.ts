import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { FAULTS, type Fault } from '../../src/simulator/faults.js';
import { Simulator } from '../../src/simulator/simulator.js';
import { useFakeClock } from '../support/fake-clock.js';
import { thrown, turn } from '../support/promises.js';
import { useSimulators } from '../support/simulators.js';

const { LIST_ENDPOINTS, PROVISION_ENDPOINT } = AMM_OPERATIONS;
const { GET_VERSION, REGISTER_APP } = APP_OPERATIONS;

describe('simulator faults', () => {
  const simulate = useSimulators();
  const time = useFakeClock();

  it('"reject" refuses what changes something, and registration, and answers the rest', async () => {
    const simulator = await simulate({ fault: 'reject' });
    const [amm, app] = [await simulator.amm(), await simulator.app()];
    amm.send(PROVISION_ENDPOINT.request, { id: '0x7' });
    assert.deepEqual(await amm.receive(PROVISION_ENDPOINT.response), { confirmation: 1 });
    amm.send(LIST_ENDPOINTS.request, { filter: 0 });
    assert.equal((await amm.receive(LIST_ENDPOINTS.response)).count, 4);
    app.send(REGISTER_APP.request, { atrId: 1, appValue: 100 });
    assert.deepEqual(await app.receive(REGISTER_APP.response), { status: 3 });
    app.send(GET_VERSION.request, {});
    await app.receive(GET_VERSION.response);
  });

  it('"slow" answers three seconds late, and in order', async () => {
    const { simulator, ...connect } = await simulate({ fault: 'slow' });
    const amm = await connect.amm();
    for (const endpoint of ['0x7', '0x7']) amm.send(PROVISION_ENDPOINT.request, { id: endpoint });
    while (simulator.requests.length < 2) await turn();
    time.clock.advance(2999);
    await turn();
    assert.equal(amm.unasked, 0);
    time.clock.advance(1);
    assert.deepEqual(await amm.receive(PROVISION_ENDPOINT.response), { confirmation: 0 });
    assert.deepEqual(await amm.receive(PROVISION_ENDPOINT.response), { confirmation: 4 });
  });

  it('"slow" answers a client that has ended its side meanwhile', async () => {
    const { simulator, ...connect } = await simulate({ fault: 'slow' });
    const amm = await connect.amm();
    amm.send(LIST_ENDPOINTS.request, { filter: 0 });
    amm.end();
    while (simulator.requests.length < 1) await turn();
    for (let n = 0; n < 10; n += 1) await turn(); // the end has arrived
    time.clock.advance(3000);
    await amm.receive(LIST_ENDPOINTS.response);
    await amm.closed;
  });

  it('"slow" forgets what it owes when the connection or the simulator ends', async () => {
    const simulator = await simulate({ fault: 'slow' });
    const [one, other] = [await simulator.amm(), await simulator.app()];
    one.send(LIST_ENDPOINTS.request, { filter: 0 });
    other.send(GET_VERSION.request, {});
    while (time.clock.pending.length < 2) await turn();
    one.reset();
    while (time.clock.pending.length > 1) await turn();
    await simulator.stop();
    while (time.clock.pending.length > 0) await turn();
  });

  it('"slow" decodes no further from a client that asks and asks, and answers it all', async () => {
    const ASKED = 5000;
    const { simulator, ...connect } = await simulate({ fault: 'slow' });
    const app = await connect.app();
    let [decoded, answered, most] = [0, 0, 0];
    simulator.on('request', () => (decoded += 1));
    for (let n = 0; n < ASKED; n += 1) app.send(GET_VERSION.request, {});
    for (; answered < ASKED; answered += 1) {
      while (app.unasked === 0) {
        most = Math.max(most, decoded - answered);
        if (time.clock.pending.length > 0) time.clock.advanceToNext();
        await turn();
      }
      await app.receive(GET_VERSION.response);
    }
    assert.ok(most > 1 && most < 200, `${most} responses were owed at a time`);
  });

  for (const fault of ['slow', 'silent'] as const) {
    it(`"${fault}" drops a client that breaks the protocol at once`, async () => {
      const amm = await (await simulate({ fault })).amm();
      amm.sendRaw(PROVISION_ENDPOINT.request.code);
      await amm.closed;
    });
  }

  it('"silent" takes requests and never answers', async () => {
    const simulator = await simulate({ fault: 'silent' });
    const [amm, app] = [await simulator.amm(), await simulator.app()];
    amm.send(LIST_ENDPOINTS.request, { filter: 0 });
    app.send(GET_VERSION.request, {});
    for (const connection of [amm, app]) {
      connection.end();
      await connection.ended; // the simulator has read it all, and answered the end alone
      assert.equal(connection.unasked, 0);
    }
  });

  it('"garbage" answers with what is no message', async () => {
    const simulator = await simulate({ fault: 'garbage' });
    const [amm, app] = [await simulator.amm(), await simulator.app()];
    amm.send(LIST_ENDPOINTS.request, { filter: 0 });
    await assert.rejects(amm.frame(), { code: 'AKM_PROTOCOL' });
    app.send(GET_VERSION.request, {});
    await assert.rejects(app.frame(), { code: 'AKM_PROTOCOL' });
  });

  it('"disconnect" ends the connection at every request', async () => {
    const simulator = await simulate({ fault: 'disconnect' });
    for (let n = 0; n < 2; n += 1) {
      const [amm, app] = [await simulator.amm(), await simulator.app()];
      amm.send(LIST_ENDPOINTS.request, { filter: 0 });
      await amm.closed;
      app.send(GET_VERSION.request, {});
      await app.closed;
      assert.deepEqual([amm.unasked, app.unasked], [0, 0]);
    }
  });

  it('are five, and an unknown one is refused', () => {
    assert.deepEqual(Object.keys(FAULTS), ['silent', 'reject', 'slow', 'garbage', 'disconnect']);
    for (const fault of ['unknown', 'toString', 'SILENT']) {
      const { message } = thrown(() => new Simulator({ fault: fault as Fault }), 'AKM_INVALID_INPUT');
      assert.equal(
        message,
        `Unknown fault "${fault}"; expected one of: silent, reject, slow, garbage, disconnect, or none`,
      );
    }
    assert.ok(new Simulator({ fault: '' }));
  });
});
