import assert from 'node:assert/strict';
import type { Socket, TcpNetConnectOpts } from 'node:net';
import type { ServiceClient } from '../../src/client/service-client.js';
import { AMM_DIALECT, APP_DIALECT } from '../../src/protocol/header.js';
import { useConnects, useNewSockets } from '../support/sockets.js';
import { connected, inState, useTestPeers } from '../support/clients.js';
import { requireNoTimersLeft, useFakeClock } from '../support/fake-clock.js';
import { freePort } from '../support/free-port.js';
import { ScriptedServer } from '../support/scripted-server.js';

const SERVICES = {
  AMM: { dialect: AMM_DIALECT, client: 'amm' },
  AppEndpoint: { dialect: APP_DIALECT, client: 'app' },
} as const;

describe('the socket', () => {
  const bench = useTestPeers();
  const time = useFakeClock();
  requireNoTimersLeft(time);
  let made: (socket: Socket) => void;
  let connecting: (options: TcpNetConnectOpts) => void;

  beforeEach(() => {
    made = () => undefined;
    connecting = () => undefined;
  });
  useNewSockets((socket) => made(socket));
  useConnects((options) => connecting(options));

  for (const [name, { dialect, client: kind }] of Object.entries(SERVICES)) {
    describe(`to an ${name}`, () => {
      let server: ScriptedServer | undefined;
      afterEach(() => server?.close());

      const clientOf = (port: number): ServiceClient =>
        bench[kind]({ port, reconnectMin: 100, reconnectMax: 100 });

      it('has TCP ask after 15 seconds of silence whether the peer is still there', async () => {
        const asked: unknown[] = [];
        made = (socket) => {
          const setKeepAlive = socket.setKeepAlive.bind(socket);
          socket.setKeepAlive = (...args) => {
            asked.push(args);
            return setKeepAlive(...args);
          };
        };
        server = await ScriptedServer.listen(dialect);
        await connected(clientOf(server.port));
        assert.deepEqual(asked, [[true, 15_000]]);
      });

      it('that is connected to itself, as nobody listens, counts as refused', async () => {
        const port = await freePort();
        connecting = (options) => (options.localPort = port); // as the system may choose it
        const ports: unknown[] = [];
        made = (socket) => socket.once('connect', () => ports.push([socket.localPort, socket.remotePort]));
        const client = clientOf(port);
        const states: string[] = [];
        client.on('state', (state, error) => states.push(error ? `${state}: ${error.message}` : state));
        client.open();
        await inState(client, 'disconnected');
        assert.deepEqual(ports, [[port, port]]);
        assert.deepEqual(states, ['connecting', `disconnected: connect ECONNREFUSED 127.0.0.1:${port}`]);
        connecting = () => undefined;
        server = await ScriptedServer.listen(dialect, { port });
        time.clock.advance(100);
        await inState(client, 'connected');
      });

      it('that the system does not even try to connect, but throws, counts as failed', async () => {
        connecting = () => {
          throw new Error('a host name without zero bytes is needed'); // as newer versions of Node.js do
        };
        server = await ScriptedServer.listen(dialect);
        const client = clientOf(server.port);
        const states: string[] = [];
        client.on('state', (state, error) => states.push(error ? `${state}: ${error.message}` : state));
        client.open();
        assert.deepEqual(states, ['connecting', 'disconnected: a host name without zero bytes is needed']);
        connecting = () => undefined;
        time.clock.advance(100);
        await inState(client, 'connected');
      });
    });
  }
});
