import assert from 'node:assert/strict';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { useClientSockets } from '../support/sockets.js';
import { useFakeClock } from '../support/fake-clock.js';
import { connection, uncaughtFlowOf } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { turn } from '../support/promises.js';

const REGISTER = APP_OPERATIONS.REGISTER_APP;
const BEGUN = /^No connection to the AppEndpoint at 127\.0\.0\.1:\d+; trying until there is one: ./;
const ENDED = /^Connected to the AppEndpoint at 127\.0\.0\.1:\d+$/;

describe('outages in the log', () => {
  const { nodeRed, bench } = useNodeRed();
  const sockets = useClientSockets();
  const users = [
    { id: 'register', type: 'akm-register' },
    { id: 'send', type: 'akm-send' },
    { id: 'queue', type: 'akm-send', offline: 'queue' },
    { id: 'receive', type: 'akm-receive' },
    { id: 'version', type: 'akm-app-info' },
  ];

  const start = async () => {
    const app = await bench.scriptedApp();
    const settings = connection({ appPort: app.port }, { reconnectMin: '1', reconnectMax: '2' });
    const ids = ['connection', ...users.map(({ id }) => id)];
    /** What our nodes wrote to the log, until then. */
    const lines = (): string[] =>
      nodeRed.log.filter(({ id = '' }) => ids.includes(id)).map(({ msg }) => String(msg));
    /** The next connection, once the application is registered again. */
    const registered = async () => {
      const peer = await app.connection();
      await peer.receive(REGISTER.request);
      peer.send(REGISTER.response, { status: 0 });
      await nodeRed.output();
      return peer;
    };
    await nodeRed.startWith([], uncaughtFlowOf([settings, ...users]));
    return { app, lines, registered };
  };

  /** Requires a line for the end of each outage, one for its beginning, and no other. */
  const requirePairs = (lines: readonly string[], outages: number): void => {
    assert.equal(lines.length, 1 + 2 * outages, lines.join('\n'));
    for (const [n, line] of lines.entries()) assert.match(line, n % 2 === 0 ? ENDED : BEGUN);
  };

  it('are two lines, however long one is and however many nodes wait', async () => {
    const { app, lines, registered } = await start();
    await registered();
    const comeBack = await app.away();
    const before = sockets.length;
    while (sockets.length < before + 200) await turn(); // attempts
    await comeBack();
    await registered();
    requirePairs(lines(), 1);
  });

  it('are two lines in all, where a peer comes and goes, and at the end how often that was', async () => {
    const OUTAGES = 100;
    const { lines, registered } = await start();
    for (let n = 0; n < OUTAGES; n += 1) (await registered()).reset();
    await registered();
    requirePairs(lines(), 1);
    await nodeRed.stop();
    assert.equal(lines().length, 4);
    assert.match(
      lines()[3] ?? '',
      /was lost and made again 99 times in \d+ s\. Does another client use the same App Value\?$/,
    );
  });

  describe('before there ever was a connection', () => {
    const time = useFakeClock();

    for (const [failures, told] of [
      [1, [ENDED]],
      [2, [BEGUN, ENDED]],
      [4, [BEGUN, ENDED]],
    ] as const) {
      it(`are ${told.length} line(s) where ${failures} attempt(s) fail`, async () => {
        const app = await bench.scriptedApp();
        const { port } = app;
        const comeBack = await app.away();
        const settings = connection({ appPort: port }, { reconnectMin: '60000', reconnectMax: '60000' });
        await nodeRed.start(settings, { id: 'version', type: 'akm-app-info' });
        const lines = () => nodeRed.log.filter(({ id }) => id === 'connection').map(({ msg }) => String(msg));
        for (let failed = 1; failed <= failures; failed += 1) {
          await nodeRed.showing('version', 'disconnected');
          assert.equal(lines().length, failed < 2 ? 0 : 1, `after ${failed}`);
          if (failed === failures) await comeBack();
          while (nodeRed.texts('version').at(-1) === 'disconnected') time.clock.advanceToNext();
        }
        await nodeRed.showing('version', 'connected');
        assert.equal(lines().length, told.length, lines().join('\n'));
        for (const [n, line] of told.entries()) assert.match(lines()[n] ?? '', line);
      });
    }
  });
});
