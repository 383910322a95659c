import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ConnectionState } from '../../src/client/connection/connection.js';
import type { AkmError } from '../../src/errors.js';
import type { ServiceClient } from '../../src/client/service-client.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { connected, inState, useTestPeers } from '../support/clients.js';
import { requireNoTimersLeft, useFakeClock } from '../support/fake-clock.js';
import { freePort } from '../support/free-port.js';
import { withoutNames } from '../support/never-resolving-host.js';
import { rejection, turn, watch } from '../support/promises.js';

const LIST = AMM_OPERATIONS.LIST_ENDPOINTS;
const REGISTER = APP_OPERATIONS.REGISTER_APP;
const EMPTY = { confirmation: 0, count: 0, endpoints: [] };
const host = '127.0.0.1';

/** What a client says of its state, in order. */
function recordStates(client: ServiceClient): [ConnectionState, AkmError?][] {
  const states: [ConnectionState, AkmError?][] = [];
  client.on('state', (...state) => states.push(state));
  return states;
}

/** The reason with the next `disconnected`. */
async function disconnection(client: ServiceClient): Promise<AkmError> {
  for (;;) {
    const [state, error] = (await once(client, 'state')) as [ConnectionState, AkmError?];
    if (state === 'disconnected' && error) return error;
  }
}

describe('connection', () => {
  const bench = useTestPeers();
  const time = useFakeClock();
  requireNoTimersLeft(time);

  it('is made with the first request, and used for the next ones', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port });
    await turn();
    assert.deepEqual([client.state, server.accepted], ['idle', 0]);
    const lists = [client.listEndpoints(), client.listEndpoints()];
    const connection = await server.connection();
    for (const list of lists) {
      await connection.receive(LIST.request);
      connection.send(LIST.response, EMPTY);
      await list;
    }
    assert.deepEqual([client.state, server.accepted], ['connected', 1]);
  });

  it('is made by open, once', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port });
    client.open();
    client.open();
    await inState(client, 'connected');
    client.open();
    await turn();
    assert.equal(server.accepted, 1);
  });

  for (const [what, end, told] of [
    ['ended', 'end', /was lost: the peer ended it/],
    ['reset', 'reset', /was lost: .*ECONNRESET/],
  ] as const) {
    it(`is made again by itself after the peer has ${what} it`, async () => {
      const server = await bench.scriptedAmm();
      const client = bench.amm({ port: server.port, reconnectMin: 100 });
      const states = recordStates(client);
      await connected(client);
      const lost = disconnection(client);
      (await server.connection())[end]();
      const error = await lost;
      assert.equal(error.code, 'AKM_CONNECTION_LOST');
      assert.match(error.message, told);
      assert.match(error.message, new RegExp(`the AMM at 127.0.0.1:${server.port}`));
      time.clock.advance(100);
      await inState(client, 'connected');
      await server.connection();
      assert.deepEqual(
        states.map(([state]) => state),
        ['connecting', 'connected', 'disconnected', 'connecting', 'connected'],
      );
      assert.equal(server.accepted, 2);
    });
  }

  it('is attempted until the peer is there', async () => {
    const server = await bench.scriptedAmm();
    const { port } = server;
    const comeBack = await server.away();
    const client = bench.amm({ port, reconnectMin: 100, reconnectMax: 100 });
    client.open();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const error = await disconnection(client);
      assert.equal(error.code, 'AKM_NOT_CONNECTED');
      assert.match(error.message, /ECONNREFUSED/);
      if (attempt === 2) await comeBack();
      time.clock.advance(100);
    }
    await inState(client, 'connected');
  });

  it('is attempted after pauses that grow, each between half and the whole of its length', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({
      port: server.port,
      reconnectMin: 100,
      reconnectMax: 1000,
      requestTimeout: 1_000_000,
    });
    client.open();
    const pauses: number[] = [];
    for (const longest of [100, 200, 400, 800, 1000, 1000]) {
      const lost = disconnection(client);
      (await server.connection()).end();
      await lost;
      const [pause] = time.clock.pending;
      assert.ok(pause !== undefined && pause >= longest / 2 && pause <= longest, `${pause} for ${longest}`);
      pauses.push(pause);
      time.clock.advance(pause - 1);
      assert.equal(client.state, 'disconnected');
      time.clock.advance(1);
    }
    assert.equal(server.accepted, pauses.length);
  });

  it('is attempted after longer and longer pauses where the peer answers once and ends it', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port, reconnectMin: 100, reconnectMax: 100_000 });
    client.open();
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const connection = await server.connection();
      await inState(client, 'connected');
      const lost = disconnection(client);
      connection.end();
      await lost;
      const pause = Math.max(...time.clock.pending.filter((due) => due !== 5000));
      pauses.push(pause);
      time.clock.advance(pause);
    }
    for (const [n, pause] of pauses.entries())
      assert.ok(pause >= 50 * 2 ** n && pause <= 100 * 2 ** n, `pauses of ${pauses.join(', ')} ms`);
  });

  it('is attempted after the shortest pause again once it has stood for long', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port, reconnectMin: 100, reconnectMax: 1000 });
    client.open();
    for (const stood of [0, 0, 0, 1001]) {
      const connection = await server.connection();
      await inState(client, 'connected');
      time.clock.advance(stood);
      const lost = disconnection(client);
      connection.end();
      await lost;
      const [pause = Infinity] = time.clock.pending;
      if (stood > 0) assert.ok(pause <= 100, `a pause of ${pause} ms`);
      time.clock.advance(pause);
    }
  });

  it('is attempted for no longer than the request timeout', async () => {
    await withoutNames(async () => {
      const client = bench.amm({ host: 'amm.test', requestTimeout: 700, reconnectMin: 100 });
      const states = recordStates(client);
      client.open();
      time.clock.advance(699);
      assert.equal(client.state, 'connecting');
      time.clock.advance(1);
      assert.equal(client.state, 'connecting', 'what has arrived is read first');
      await turn();
      assert.equal(client.state, 'disconnected');
      assert.equal(states.at(-1)?.[1]?.code, 'AKM_TIMEOUT');
      time.clock.advance(100);
      assert.equal(client.state, 'connecting');
      await client.close();
    });
  });

  it('is given up as soon as the peer breaks the protocol, and made anew', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port, reconnectMin: 100 });
    const list = client.listEndpoints();
    const connection = await server.connection();
    await connection.frame();
    const lost = disconnection(client);
    connection.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n'));
    assert.match(
      (await rejection(list, 'AKM_PROTOCOL')).message,
      /the AMM at .* broke the protocol: .*48545450/,
    );
    assert.equal((await lost).code, 'AKM_PROTOCOL');
    await connection.closed;
    time.clock.advance(100);
    await inState(client, 'connected');
  });

  it('is given up where a message claims to be too long', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port });
    const list = client.listEndpoints();
    const connection = await server.connection();
    await connection.frame();
    connection.write(Buffer.from('a55a5aa50100f60f', 'hex'));
    assert.match((await rejection(list, 'AKM_PROTOCOL')).message, /4086/);
    await connection.closed;
  });

  it('takes nothing of an old stream over to the next', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port, reconnectMin: 100 });
    const list = client.listEndpoints();
    const first = await server.connection();
    await first.frame();
    first.write(Buffer.from('a55a5aa501000c02f3fd000041000000', 'hex')); // the beginning of an answer
    first.end();
    await rejection(list, 'AKM_CONNECTION_LOST');
    time.clock.advance(100);
    const again = client.listEndpoints(5);
    const second = await server.connection();
    assert.deepEqual(await second.receive(LIST.request), { filter: 5 });
    second.send(LIST.response, { ...EMPTY, confirmation: 77 });
    assert.equal((await again).confirmation, 77);
  });

  it('is not disturbed by a listener of its state that throws', async () => {
    const server = await bench.scriptedAmm();
    const client = bench.amm({ port: server.port });
    const faults: Error[] = [];
    client.on('fault', (error) => {
      faults.push(error);
      throw new Error('this one throws too');
    });
    client.on('state', (state) => {
      throw new Error(`cannot bear ${state}`);
    });
    const list = client.listEndpoints();
    const connection = await server.connection();
    await connection.receive(LIST.request);
    connection.send(LIST.response, EMPTY);
    await list;
    await client.close();
    assert.deepEqual(
      faults.map(({ message }) => message),
      ['connecting', 'connected', 'closed'].map(
        (state) => `A listener of "state" failed: cannot bear ${state}`,
      ),
    );
  });

  describe('close', () => {
    it('ends the connection in an orderly way', async () => {
      const server = await bench.scriptedAmm();
      const client = await connected(bench.amm({ port: server.port }));
      const connection = await server.connection();
      await client.close();
      assert.equal(client.state, 'closed');
      await connection.ended;
      await connection.closed;
      assert.deepEqual(time.clock.pending, []);
    });

    it('may be called any number of times, also at once', async () => {
      const server = await bench.scriptedAmm();
      const client = await connected(bench.amm({ port: server.port }));
      const states = recordStates(client);
      await Promise.all([client.close(), client.close()]);
      await client.close();
      assert.deepEqual(states, [['closed']]);
    });

    it('fails what is in flight, what waits and what comes later', async () => {
      const server = await bench.scriptedAmm();
      const client = bench.amm({ port: server.port });
      const lists = [client.listEndpoints(), client.listAtrs()];
      const connection = await server.connection();
      await connection.frame();
      const closing = client.close();
      for (const list of lists) await rejection(list, 'AKM_CLOSED');
      await rejection(client.listEndpoints(), 'AKM_CLOSED');
      await closing;
      await rejection(client.listEndpoints(), 'AKM_CLOSED');
      client.open();
      assert.equal(client.state, 'closed');
      assert.equal(server.accepted, 1);
    });

    it('takes two seconds at most where the peer does not end its side', async () => {
      const server = await bench.scriptedAmm({ keepsOpen: true });
      const client = await connected(bench.amm({ port: server.port }));
      const connection = await server.connection();
      const closing = client.close();
      await connection.ended;
      assert.deepEqual(time.clock.pending, [2000]);
      time.clock.advance(2000);
      await closing;
      assert.deepEqual(time.clock.pending, []);
    });

    it('is done for every caller at the same time', async () => {
      const server = await bench.scriptedAmm({ keepsOpen: true });
      const client = await connected(bench.amm({ port: server.port }));
      const connection = await server.connection();
      const closing = [client.close(), client.close()];
      await connection.ended;
      closing.push(client.close());
      const watched = closing.map(watch);
      await turn();
      assert.deepEqual(
        watched.map(({ settled }) => settled),
        [false, false, false],
      );
      connection.end();
      await Promise.all(closing);
    });

    it('does not wait for a peer that goes on talking', async () => {
      const server = await bench.scriptedAmm({ keepsOpen: true });
      const client = await connected(bench.amm({ port: server.port }));
      const connection = await server.connection();
      const closing = client.close();
      await connection.ended;
      connection.write(Buffer.alloc(100_000));
      connection.end();
      await closing;
      assert.deepEqual(time.clock.pending, []);
    });

    it('leaves nothing behind also where it is called on hearing of a loss', async () => {
      const server = await bench.scriptedAmm();
      const client = await connected(bench.amm({ port: server.port }));
      const closed = new Promise<void>((resolve) => {
        client.on('state', (state) => {
          if (state === 'disconnected') void client.close().then(resolve);
        });
      });
      (await server.connection()).reset();
      await closed;
      await turn();
      assert.deepEqual(time.clock.pending, []);
      await rejection(client.listEndpoints(), 'AKM_CLOSED');
    });

    for (const heard of ['connecting', 'connected']) {
      it(`is for good also where it is called on hearing of ${heard}`, async () => {
        const server = await bench.scriptedAmm();
        const client = bench.amm({ port: server.port, heartbeat: 1000 });
        const closed = new Promise<void>((resolve) => {
          client.on('state', (state) => {
            if (state === heard) void client.close().then(resolve);
          });
        });
        client.open();
        await closed;
        assert.deepEqual([client.state, time.clock.pending], ['closed', []]);
      });
    }

    it('gives an attempt up', async () => {
      await withoutNames(async () => {
        const client = bench.amm({ host: 'amm.test' });
        const list = client.listEndpoints();
        await Promise.all([client.close(), rejection(list, 'AKM_CLOSED')]);
        assert.deepEqual(time.clock.pending, []);
      });
    });

    it('gives the next attempt up', async () => {
      const client = bench.amm({ host, port: await freePort() });
      client.open();
      await disconnection(client);
      await client.close();
      assert.deepEqual(time.clock.pending, []);
    });

    it('does nothing where nothing was opened', async () => {
      const client = bench.amm({});
      await client.close();
      assert.equal(client.state, 'closed');
    });
  });
});

/** How many sockets and timers keep this process alive. */
function resources(): { sockets: number; timers: number } {
  const kinds = process.getActiveResourcesInfo();
  return {
    sockets: kinds.filter((kind) => kind === 'TCPSocketWrap').length,
    timers: kinds.filter((kind) => kind === 'Timeout').length,
  };
}

describe('a closed client', () => {
  const bench = useTestPeers();

  it('leaves no socket and no timer behind', async () => {
    const servers = [await bench.scriptedAmm(), await bench.scriptedApp()] as const;
    const before = resources();
    const amm = bench.amm({ port: servers[0].port, heartbeat: 30_000 });
    const app = bench.app({ port: servers[1].port, heartbeat: 30_000 });
    const list = amm.listEndpoints();
    const registration = app.acquire(1, 100).register();
    const connections = [await servers[0].connection(), await servers[1].connection()] as const;
    await connections[0].receive(LIST.request);
    connections[0].send(LIST.response, EMPTY);
    await connections[1].receive(REGISTER.request);
    connections[1].send(REGISTER.response, { status: 1 }); // refused, and so to be tried again later
    await list;
    await rejection(registration, 'AKM_REJECTED');
    const during = resources();
    assert.ok(during.sockets >= 4 && during.timers >= 3);
    await Promise.all([amm.close(), app.close()]);
    for (const connection of connections) await connection.closed;
    await turn();
    const after = resources();
    // what the tests before this one left may go meanwhile
    assert.ok(
      after.sockets <= before.sockets && after.timers <= before.timers,
      JSON.stringify({ before, after }),
    );
  });
});
