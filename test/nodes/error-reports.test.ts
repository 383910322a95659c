import assert from 'node:assert/strict';
import { APP_OPERATIONS, RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { connection, uncaughtFlowOf, type FlowNode } from '../support/flows.js';
import { useFakeClock } from '../support/fake-clock.js';
import { useNodeRed } from '../support/node-red-helper.js';
import type { ScriptedConnection } from '../support/scripted-server.js';

const ERROR = 20;

describe('errors that a peer causes', () => {
  const { nodeRed, bench } = useNodeRed();
  const receive = { id: 'receive', type: 'akm-receive', format: 'json' };
  const users: FlowNode[] = [
    receive,
    { id: 'second', type: 'akm-receive' },
    { id: 'send', type: 'akm-send' },
    { id: 'version', type: 'akm-app-info' },
    { id: 'register', type: 'akm-register', auto: false },
    { id: 'list', type: 'akm-list-endpoints' },
    { id: 'watch', type: 'akm-watch', interval: '0' },
  ];

  const push = (peer: ScriptedConnection, data: string): void =>
    peer.send(RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: 2, data: Buffer.from(data) });

  const errors = (node: string): string[] =>
    nodeRed.log.filter(({ id, level }) => id === node && level === ERROR).map(({ msg }) => String(msg));

  it('reach a Catch node each, and are not in the log', async () => {
    const app = await bench.scriptedApp();
    await nodeRed.start(connection({ appPort: app.port }), receive);
    const peer = await app.connection();
    for (let n = 0; n < 50; n += 1) push(peer, '{');
    for (let n = 0; n < 50; n += 1) await nodeRed.caught('AKM_INVALID_INPUT');
    assert.deepEqual(errors('receive'), []);
  });

  describe('as time goes by', () => {
    const time = useFakeClock();

    it('are in the log where no Catch node takes them: the first whole, then a line in 10 s with their number', async () => {
      const app = await bench.scriptedApp();
      await nodeRed.startWith([], uncaughtFlowOf([connection({ appPort: app.port }), receive]));
      const peer = await app.connection();
      const flood = async (count: number): Promise<void> => {
        for (let n = 0; n < count; n += 1) push(peer, '{');
        push(peer, '1');
        await nodeRed.output();
      };
      await flood(50);
      assert.equal(errors('receive').length, 1);
      assert.match(errors('receive')[0] ?? '', /^AkmError: The received data is not valid JSON/);
      time.clock.advance(10_000);
      assert.equal(errors('receive').length, 2);
      assert.match(
        errors('receive')[1] ?? '',
        /^49 more errors like this in 10 s, the last one: The received data/,
      );
      await flood(7);
      assert.equal(errors('receive').length, 2);
      await nodeRed.stop();
      assert.equal(errors('receive').length, 3, 'what was counted is written in the end');
      assert.match(errors('receive')[2] ?? '', /^7 more errors/);
    });
  });

  it('on a connection reach a Catch node once, by a node that uses the service', async () => {
    const [amm, app] = [await bench.scriptedAmm(), await bench.scriptedApp()];
    await nodeRed.start(connection({ ammPort: amm.port, appPort: app.port }), ...users);
    const peer = await app.connection();
    await nodeRed.showing('version', 'connected');
    peer.sendNothing();
    await nodeRed.caught('AKM_PROTOCOL');
    const asked = nodeRed.success('version');
    await peer.frame();
    peer.send(APP_OPERATIONS.GET_VERSION.response, { major: 1, minor: 2, patch: 3, build: 4 });
    await asked;
    assert.equal(nodeRed.size('caught'), 0);
    assert.deepEqual(errors('connection'), []);
  });

  it('on a connection reach the Catch nodes of nodes that use the service, and are else in the log', async () => {
    const app = await bench.scriptedApp();
    const elsewhere = [
      { id: 'tab', type: 'tab', label: 'with a Catch node' },
      { id: 'other', type: 'tab', label: 'without' },
    ];
    const list = { id: 'list', type: 'akm-list-endpoints' };
    await nodeRed.start(...elsewhere, connection({ appPort: app.port }), list, { ...receive, z: 'other' });
    const peer = await app.connection();
    await nodeRed.showing('receive', 'not registered');
    peer.sendNothing();
    push(peer, '1');
    await nodeRed.output();
    assert.equal(nodeRed.size('caught'), 0, 'of the tab with a node for the AMM alone');
    assert.equal(errors('connection').length, 1);
  });
});
