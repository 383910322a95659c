import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { AMM_DIALECT, APP_DIALECT, HEADER_SIZE, writeHeader } from '../../src/protocol/header.js';
import { encodeFrame } from '../../src/protocol/message.js';
import { turn } from '../support/promises.js';
import { useSimulators } from '../support/simulators.js';

const { LIST_ENDPOINTS } = AMM_OPERATIONS;

describe('a simulator under a flood of frames', () => {
  const simulate = useSimulators();

  describe('while each piece of work takes one millisecond', () => {
    const now = performance.now.bind(performance);
    let time = 0;
    beforeEach(() => {
      performance.now = () => (time += 1);
    });
    afterEach(() => {
      performance.now = now;
    });

    it('works 10 ms a turn of the event loop, and lets its clients take turns', async () => {
      const REQUESTS = 50;
      const { simulator, ...connect } = await simulate();
      const request = encodeFrame(AMM_DIALECT, LIST_ENDPOINTS.request, { filter: 0 });
      const clients = [await connect.amm(), await connect.amm()];
      for (const client of clients) client.write(Buffer.concat(Array<Buffer>(REQUESTS).fill(request)));
      const turns: number[][] = [];
      let thisTurn: number[] = [];
      let left = clients.length * REQUESTS;
      simulator.on('request', ({ connection }) => {
        thisTurn.push(connection);
        left -= 1;
      });
      while (left > 0) {
        thisTurn = [];
        await turn();
        turns.push(thisTurn);
      }
      for (const { length } of turns) assert.ok(length <= 10, `${length} requests in one turn`);
      const done = (connection: number): number =>
        turns.findLastIndex((requests) => requests.includes(connection));
      assert.ok(Math.abs(done(1) - done(2)) < 5, 'one was served behind the other');
      for (const client of clients)
        for (let n = 0; n < REQUESTS; n += 1) await client.receive(LIST_ENDPOINTS.response);
    });
  });

  it('leaves the event loop free at least every 50 ms, for hundreds of thousands of empty frames too', async () => {
    const FRAMES = 300_000;
    const { simulator, ...connect } = await simulate();
    const [amm, app] = [await connect.amm(), await connect.app()];
    for (const [client, dialect] of [
      [amm, AMM_DIALECT],
      [app, APP_DIALECT],
    ] as const) {
      const empty = Buffer.alloc(HEADER_SIZE);
      writeHeader(empty, dialect, 0);
      const last = encodeFrame(dialect, LIST_ENDPOINTS.request, { filter: 0 }); // code 0x01, which both know
      client.write(Buffer.concat([...Array<Buffer>(FRAMES).fill(empty), last]));
    }
    let longest = 0;
    for (let used = process.cpuUsage(); simulator.requests.length < 2; used = process.cpuUsage()) {
      await turn();
      // of this process alone: other programs may keep the machine busy
      const { user, system } = process.cpuUsage(used);
      longest = Math.max(longest, (user + system) / 1000);
    }
    assert.ok(longest < 50, `a turn took ${longest} ms`);
  });
});
