import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ServiceClient } from '../../src/client/service-client.js';
import { RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import {
  AMM_DIALECT,
  APP_DIALECT,
  HEADER_SIZE,
  writeHeader,
  type Dialect,
} from '../../src/protocol/header.js';
import { encodeRawFrame } from '../../src/protocol/message.js';
import { connected, inState, useTestPeers } from '../support/clients.js';
import { turn } from '../support/promises.js';

/** A message with so many bytes of payload, none of them meaning anything. */
function frameOf(dialect: Dialect, payload: number): Buffer {
  const frame = Buffer.alloc(HEADER_SIZE + payload);
  writeHeader(frame, dialect, payload);
  return frame;
}

/** Messages that mean nothing, by what they are. */
const NONSENSE: Readonly<Record<string, (dialect: Dialect) => Buffer>> = {
  'without a payload': (dialect) => frameOf(dialect, 0),
  'too short for a code': (dialect) => frameOf(dialect, 3),
  'of an unknown code': (dialect) => encodeRawFrame(dialect, 0x99, Buffer.alloc(0)),
  'that answer nothing': (dialect) => encodeRawFrame(dialect, 0x42, Buffer.alloc(8)),
};

describe('a peer that sends nothing but messages', () => {
  const bench = useTestPeers();

  const ready = async (dialect: Dialect) => {
    const isAmm = dialect === AMM_DIALECT;
    const server = await (isAmm ? bench.scriptedAmm() : bench.scriptedApp());
    const options = { port: server.port, reconnectMin: 60_000, reconnectMax: 60_000 };
    const client: ServiceClient = await connected(isAmm ? bench.amm(options) : bench.app(options));
    return { client, connection: await server.connection() };
  };

  for (const dialect of [AMM_DIALECT, APP_DIALECT]) {
    for (const [what, make] of Object.entries(NONSENSE)) {
      it(`${what} loses its connection soon, and is reported once at most: ${dialect.service}`, async () => {
        const { client, connection } = await ready(dialect);
        let faults = 0;
        client.on('fault', () => (faults += 1));
        connection.write(Buffer.concat(Array<Buffer>(200_000).fill(make(dialect))));
        await inState(client, 'disconnected');
        assert.equal(client.lastError?.code, 'AKM_PROTOCOL');
        assert.match(client.lastError.message, /sends nothing but messages that make no sense/);
        assert.ok(faults <= 1, `${faults} faults`);
        assert.ok(client.counters().framesIn < 10_000, `after ${client.counters().framesIn} messages`);
      });
    }
  }

  it('that make sense only now and then keeps its connection, and leaves the event loop its turns', async () => {
    const { client, connection } = await ready(APP_DIALECT);
    const push = encodeRawFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE.code, Buffer.alloc(4054));
    const some = Buffer.concat([...Array<Buffer>(900).fill(frameOf(APP_DIALECT, 0)), push]);
    const messages = 400 * 901;
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    connection.write(Buffer.concat(Array<Buffer>(400).fill(some)));
    const before = client.counters().framesIn;
    let turns = 0;
    while (client.counters().framesIn - before < messages) {
      await turn();
      turns += 1;
    }
    delay.disable();
    assert.equal(client.state, 'connected');
    // by number: a turn has 1024 of them at most, however fast the machine
    assert.ok(turns >= messages / 1025, `${messages} messages in ${turns} turns`);
  });

  it('is told apart from one that sends a few over a long time', async () => {
    const { client, connection } = await ready(APP_DIALECT);
    connection.write(Buffer.concat(Array<Buffer>(1000).fill(frameOf(APP_DIALECT, 0))));
    while (client.counters().errors < 1000) await turn();
    assert.equal(client.state, 'connected');
    connection.sendNothing();
    await inState(client, 'disconnected');
  });
});
