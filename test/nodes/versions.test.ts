import assert from 'node:assert/strict';
import { currentVersion } from '../../src/settings/migrations.js';
import { connection } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { AKM_TYPES } from '../support/node-red-nodes.js';

const WARNING = 30;

describe('the version of a configuration', () => {
  const { nodeRed, bench } = useNodeRed();

  /** Every node with nothing but what it cannot do without, and this version. */
  const nodes = (version?: unknown) =>
    AKM_TYPES.filter((type) => type !== 'akm-connection').map((type) => ({
      id: type,
      type,
      ...(version === undefined ? {} : { version }),
      ...(type === 'akm-events' ? { wires: [['told']] } : {}),
      ...(type === 'akm-simulator' ? { host: '127.0.0.1', ammPort: '0', appPort: '0' } : {}),
    }));

  const warnings = () => nodeRed.log.filter(({ id, level }) => id !== undefined && level === WARNING);

  it('may be absent, as in flows of 0.1.0, and then a default stands for what is absent too', async () => {
    await nodeRed.start(connection(await bench.simulator()), ...nodes());
    const registered = await nodeRed.output();
    assert.deepEqual(registered.payload, {
      atrId: 1,
      appValue: 100,
      registered: true,
      status: 0,
      automatic: true,
    });
    const told = [await nodeRed.output('told'), await nodeRed.output('told'), await nodeRed.output('told')];
    assert.deepEqual(told.map(({ payload }) => (payload as { event: string }).event).sort(), [
      'connected',
      'connected',
      'registered',
    ]);
    const listed = await nodeRed.success('akm-list-atrs');
    assert.equal((listed.payload as unknown[]).length, 5, 'of any category');
    await nodeRed.success('akm-provision', { payload: '0xE1' });
    const version = await nodeRed.success('akm-app-info');
    assert.deepEqual(version.payload, { major: 1, minor: 0, patch: 0, build: 0 });
    await nodeRed.showing('akm-simulator', 'listening');
    assert.deepEqual(warnings(), []);
  });

  it('may be newer than this package: the node is used as it is, and the log says so', async () => {
    const newer = currentVersion('akm-connection') + 1;
    const only = nodes(newer).filter(({ type }) => ['akm-list-atrs', 'akm-simulator'].includes(type));
    const settings = {
      ammHost: '127.0.0.1',
      appHost: '127.0.0.1',
      ammIdle: '0',
      queueLimit: '9',
      successCode: '0',
      names: [],
      version: newer,
    };
    await nodeRed.start(connection(await bench.simulator(), settings), ...only);
    await nodeRed.showing('akm-simulator', 'listening');
    await nodeRed.showing('akm-list-atrs', 'connected');
    assert.deepEqual(
      warnings().map(({ id }) => id),
      ['connection', ...only.map(({ id }) => id)],
    );
    for (const { msg } of warnings())
      assert.match(
        String(msg),
        /saved by a newer version of this package \(configuration 2; the latest known here is 1\)/,
      );
  });
});
