import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT } from '../../src/protocol/header.js';
import { encodeFrame } from '../../src/protocol/message.js';
import type { Fault } from '../../src/simulator/faults.js';
import { heapUsed } from '../support/heap.js';
import { turn } from '../support/promises.js';
import type { ScriptedConnection } from '../support/scripted-server.js';
import { useSimulators, type RunningSimulator } from '../support/simulators.js';
import { useAcceptedSockets, type AcceptedSocket } from '../support/sockets.js';

const MIB = 1024 * 1024;
/** What all clients of a simulator may be owed together. */
const MOST_OWED = 16 * MIB;
const CLIENTS = 500;
/** Requests of each client: 249 MiB of responses in all. */
const REQUESTS = 400;

describe('a simulator whose clients never read', function () {
  this.timeout(30_000);
  const simulate = useSimulators();
  let ends: AcceptedSocket[];
  beforeEach(() => {
    ends = [];
  });
  useAcceptedSockets((socket) => {
    ends.push(socket);
    socket.cork(); // as if the system took nothing of what is written
  });

  const owed = (): number => ends.reduce((sum, { writableLength }) => sum + writableLength, 0);

  /** Resolves when the simulator decodes and writes no further. */
  async function untilHeld({ simulator }: RunningSimulator): Promise<void> {
    let quiet = 0;
    simulator.on('request', () => (quiet = 0));
    while ((quiet += 1) < 20) await turn();
  }

  async function flood(running: RunningSimulator): Promise<ScriptedConnection[]> {
    const request = encodeFrame(AMM_DIALECT, AMM_OPERATIONS.LIST_ATRS.request, { filter: 0 });
    const requests = Buffer.concat(Array<Buffer>(REQUESTS).fill(request));
    const clients: ScriptedConnection[] = [];
    while (clients.length < CLIENTS) clients.push(await running.amm());
    for (const client of clients) client.write(requests);
    await untilHeld(running);
    return clients;
  }

  for (const fault of [undefined, 'garbage', 'slow'] as (Fault | undefined)[]) {
    it(`keeps no more than 64 KiB for each and 16 MiB for all${fault ? `, with the fault ${fault}` : ''}`, async () => {
      const running = await simulate({ fault });
      const before = heapUsed();
      await flood(running);
      const heap = heapUsed() - before;
      assert.ok(heap < 2 * MOST_OWED, `${Math.round(heap / MIB)} MiB of heap`);
      assert.ok(owed() <= MOST_OWED, `${Math.round(owed() / MIB)} MiB are owed`);
      for (const { writableLength } of ends)
        assert.ok(writableLength <= 64 * 1024, `${writableLength} bytes`);
    });
  }

  it('serves others meanwhile, and those in full when they read', async () => {
    const running = await simulate();
    const [first, ...others] = await flood(running);
    const late = await running.amm();
    for (const end of [ends[0], ends.at(-1)]) end?.uncork();
    late.send(AMM_OPERATIONS.LIST_ATRS.request, { filter: 0 });
    await late.receive(AMM_OPERATIONS.LIST_ATRS.response);
    // the first, which reads one response after another, while the others still read nothing
    for (let n = 0; n < REQUESTS; n += 1) {
      await first?.receive(AMM_OPERATIONS.LIST_ATRS.response);
      ends[0]?.uncork();
    }
    for (const other of others) other.reset();
  });

  it('keeps no more than 64 KiB of application data for each, however many send to it', async () => {
    const running = await simulate();
    const receiver = await running.app();
    const register = async (connection: ScriptedConnection, appValue: number): Promise<void> => {
      ends.at(-1)?.uncork();
      connection.send(APP_OPERATIONS.REGISTER_APP.request, { atrId: 1, appValue });
      await connection.receive(APP_OPERATIONS.REGISTER_APP.response);
    };
    await register(receiver, 1);
    const [end] = ends;
    end?.cork();
    const frame = encodeFrame(APP_DIALECT, SEND_APP_DATA_REQUEST, { atrId: 1, appValue: 1, data: 'x' });
    const SENDERS = 50;
    for (let n = 0; n < SENDERS; n += 1) {
      const sender = await running.app();
      await register(sender, 100 + n);
      sender.write(frame);
      sender.end(); // what it has sent must arrive all the same
    }
    await untilHeld(running);
    assert.ok((end?.writableLength ?? 0) <= 64 * 1024, `${String(end?.writableLength)} bytes`);
    end?.uncork();
    const senders = new Set<number>();
    while (senders.size < SENDERS) senders.add((await receiver.receive(RECEIVE_APP_DATA_RESPONSE)).appValue);
  });
});
