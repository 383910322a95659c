import assert from 'node:assert/strict';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../src/protocol/app-messages.js';
import { APP_DIALECT, HEADER_SIZE } from '../../src/protocol/header.js';
import { encodeFrame } from '../../src/protocol/message.js';
import type { ScriptedConnection } from '../support/scripted-server.js';
import { useSimulators } from '../support/simulators.js';
import { VECTORS } from '../support/vectors.js';

const { GET_VERSION, GET_ENDPOINT_INFO, GET_ATR_INFO, REGISTER_APP } = APP_OPERATIONS;
const DATA = RECEIVE_APP_DATA_RESPONSE;

const bytesOf = (name: string): Buffer => {
  const vector = VECTORS.find((each) => each.name === name);
  return Buffer.from(vector?.hex ?? '', 'hex');
};

/** Registers an application; gives the status. */
async function register(connection: ScriptedConnection, atrId: number, appValue: number): Promise<number> {
  connection.send(REGISTER_APP.request, { atrId, appValue });
  return (await connection.receive(REGISTER_APP.response)).status;
}

function send(connection: ScriptedConnection, atrId: number, appValue: number, data: string): void {
  connection.send(SEND_APP_DATA_REQUEST, { atrId, appValue, data: Buffer.from(data) });
}

/** Resolves once the simulator has dealt with all that this connection sent. */
async function dealtWith(connection: ScriptedConnection): Promise<void> {
  connection.send(GET_VERSION.request, {});
  await connection.receive(GET_VERSION.response);
}

describe('simulated AppEndpoint', () => {
  const simulate = useSimulators();

  it('answers the documented requests', async () => {
    const connection = await (await simulate()).app();
    for (const [name, code] of [
      ['GET_ENDPOINT_INFO_REQUEST', 0x41],
      ['GET_ATR_INFO_REQUEST', 0x42],
      ['GET_VERSION_REQUEST', 0x43],
      ['REGISTER_APP_REQUEST', 0x44],
    ] as const) {
      connection.write(bytesOf(name));
      assert.equal((await connection.frame()).code, code);
    }
  });

  it('tells of itself', async () => {
    const connection = await (await simulate({ endpoints: 2, atrs: 64 })).app();
    connection.send(GET_VERSION.request, {});
    assert.deepEqual(await connection.receive(GET_VERSION.response), {
      major: 1,
      minor: 0,
      patch: 0,
      build: 0,
    });
    connection.send(GET_ENDPOINT_INFO.request, {});
    const { name, status, id } = await connection.receive(GET_ENDPOINT_INFO.response);
    assert.deepEqual([name, status, id.id], ['AKM simulator', 0, '0xE0000000000000000000000000000001']);
    connection.send(GET_ATR_INFO.request, {});
    const { count, atrs } = await connection.receive(GET_ATR_INFO.response);
    assert.equal(count, 10, 'one endpoint is in no more');
    assert.deepEqual(
      atrs.map(({ atrId, category }) => [atrId, category]),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => [n, 3]),
    );
  });

  it('tells of no endpoint where there is none', async () => {
    const connection = await (await simulate({ endpoints: 0, atrs: 0 })).app();
    connection.send(GET_ENDPOINT_INFO.request, {});
    assert.equal((await connection.receive(GET_ENDPOINT_INFO.response)).id.id, `0x${'0'.repeat(32)}`);
    connection.send(GET_ATR_INFO.request, {});
    assert.deepEqual(await connection.receive(GET_ATR_INFO.response), { count: 0, atrs: [] });
  });

  describe('registration', () => {
    it('is refused in an ATR that there is not, or that is not operational', async () => {
      const connection = await (await simulate({ atrs: 5 })).app(); // three of them operational
      for (const [atrId, status] of [
        [1, 0],
        [3, 0],
        [0, 2],
        [4, 2],
        [65535, 2],
      ] as const)
        // prettier-ignore
        assert.equal(await register(connection, atrId, 100), status, `ATR ${atrId}`);
    });

    it('is refused while another connection has the App Value in the same ATR', async () => {
      const simulator = await simulate();
      const [one, other] = [await simulator.app(), await simulator.app()];
      assert.equal(await register(one, 1, 100), 0);
      assert.equal(await register(other, 1, 100), 1);
      assert.equal(await register(other, 2, 100), 0, 'another ATR');
      assert.equal(await register(other, 1, 101), 0, 'another App Value');
      assert.equal(await register(one, 1, 100), 0, 'the same connection again');
    });

    for (const end of ['end', 'reset'] as const) {
      it(`lasts as long as its connection: ${end}`, async () => {
        const simulator = await simulate();
        const [one, other] = [await simulator.app(), await simulator.app()];
        await register(one, 1, 100);
        await register(one, 2, 100);
        assert.equal(await register(other, 1, 100), 1);
        one[end]();
        await one.closed;
        while ((await register(other, 1, 100)) !== 0); // the other end of the connection may take a moment
        assert.equal(await register(other, 2, 100), 0);
      });
    }

    it('does not last over a connection of the same client', async () => {
      const simulator = await simulate();
      const other = await simulator.app();
      await register(other, 1, 200);
      const first = await simulator.app();
      await register(first, 1, 100);
      first.end();
      await first.closed;
      const second = await simulator.app();
      send(second, 1, 200, 'from nobody');
      await dealtWith(second);
      await dealtWith(other);
      assert.equal(other.unasked, 0);
    });
  });

  describe('data', () => {
    it('arrives with the App Value of its sender, byte by byte as documented', async () => {
      const simulator = await simulate();
      const [sender, receiver] = [await simulator.app(), await simulator.app()];
      await register(sender, 1, 100);
      await register(receiver, 1, 200);
      sender.write(bytesOf('SEND_APP_DATA_REQUEST'));
      assert.deepEqual(await receiver.receive(DATA), { atrId: 1, appValue: 100, data: Buffer.from('Hello') });
      send(sender, 1, 200, 'Grüße, 世界');
      const { payload } = await receiver.frame();
      assert.deepEqual(payload, bytesOf('RECEIVE_APP_DATA_RESPONSE').subarray(HEADER_SIZE));
    });

    it('is answered by nothing', async () => {
      const connection = await (await simulate()).app();
      await register(connection, 1, 100);
      send(connection, 1, 101, 'x');
      await dealtWith(connection);
      assert.equal(connection.unasked, 0);
    });

    it('reaches only its target, also where that is the sender itself', async () => {
      const simulator = await simulate();
      const connections = [await simulator.app(), await simulator.app(), await simulator.app()] as const;
      const [one, two, three] = connections;
      await register(one, 1, 100);
      await register(two, 1, 200);
      await register(two, 2, 100);
      await register(three, 2, 200);
      send(one, 1, 200, 'to two');
      send(one, 1, 100, 'to myself');
      send(two, 2, 200, 'to three');
      assert.deepEqual(await two.receive(DATA), { atrId: 1, appValue: 100, data: Buffer.from('to two') });
      assert.deepEqual(await one.receive(DATA), { atrId: 1, appValue: 100, data: Buffer.from('to myself') });
      assert.deepEqual(await three.receive(DATA), { atrId: 2, appValue: 100, data: Buffer.from('to three') });
      for (const connection of connections) {
        await dealtWith(connection);
        assert.equal(connection.unasked, 0);
      }
    });

    it('from nobody, or for nobody, is dropped', async () => {
      const simulator = await simulate();
      const [sender, receiver] = [await simulator.app(), await simulator.app()];
      await register(receiver, 1, 200);
      await register(sender, 2, 100);
      send(sender, 1, 200, 'sent by no application of this ATR');
      send(sender, 2, 200, 'for no application of this ATR');
      send(sender, 9, 200, 'in no ATR');
      await dealtWith(sender);
      await dealtWith(receiver);
      assert.equal(receiver.unasked, 0);
    });

    it('comes from the last App Value that a connection registered, and goes to each of them', async () => {
      const simulator = await simulate();
      const [one, other] = [await simulator.app(), await simulator.app()];
      await register(one, 1, 100);
      await register(one, 1, 101);
      await register(other, 1, 200);
      send(one, 1, 200, 'x');
      assert.equal((await other.receive(DATA)).appValue, 101);
      for (const target of [100, 101]) {
        send(other, 1, target, `to ${target}`);
        assert.equal((await one.receive(DATA)).data.toString(), `to ${target}`);
      }
    });

    it('may be of any length, the sender drops out where it claims more than fits', async () => {
      const simulator = await simulate();
      const connection = await simulator.app();
      await register(connection, 1, 100);
      for (const length of [0, 1, 4046]) {
        connection.send(SEND_APP_DATA_REQUEST, { atrId: 1, appValue: 100, data: Buffer.alloc(length, 0xab) });
        assert.deepEqual((await connection.receive(DATA)).data, Buffer.alloc(length, 0xab));
      }
      const frame = encodeFrame(APP_DIALECT, SEND_APP_DATA_REQUEST, {
        atrId: 1,
        appValue: 100,
        data: Buffer.alloc(0),
      });
      frame.writeUInt32LE(4047, frame.length - 4);
      connection.write(frame);
      await connection.closed;
      assert.equal(connection.unasked, 0);
    });
  });

  it('drops a client that breaks the protocol, and frees what it had registered', async () => {
    const simulator = await simulate();
    const [bad, good] = [await simulator.app(), await simulator.app()];
    await register(bad, 1, 100);
    bad.write(Buffer.from('nonsense'));
    await bad.closed;
    assert.equal(await register(good, 1, 100), 0);
    const short = await simulator.app();
    short.sendRaw(REGISTER_APP.request.code, Buffer.from('010064', 'hex'));
    await short.closed;
  });

  it('does not take the AMM for itself: what the two have in common is the header', async () => {
    const simulator = await simulate();
    const connection = await simulator.app();
    connection.write(Buffer.from('a55a5aa501000400fbff000003000000', 'hex')); // the AMM's order of bytes 4 and 5
    await connection.receive(GET_VERSION.response); // the version is not looked at, as the vendor's clients do not
  });
});
