import assert from 'node:assert/strict';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { connection, untimed, type FlowNode, type Message } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { turn } from '../support/promises.js';
import type { ScriptedConnection } from '../support/scripted-server.js';

const { request, response } = APP_OPERATIONS.REGISTER_APP;

/** What the node sends on a successful registration of application 100 in ATR 1. */
const registered = (automatic: boolean, status = 0) => ({
  atrId: 1,
  appValue: 100,
  registered: true,
  status,
  automatic,
});

describe('akm-register', () => {
  const { nodeRed, bench } = useNodeRed();
  const automatic = {
    id: 'register',
    type: 'akm-register',
    atrId: '1',
    atrIdType: 'num',
    appValue: '100',
    appValueType: 'num',
    auto: true,
  };
  const manual = { ...automatic, auto: false };
  /** Takes both numbers from the message. */
  const told = { ...manual, atrId: 'a', atrIdType: 'msg', appValue: 'v', appValueType: 'msg' };
  /** Keeps the connection open, so that it does not go with the node that is tested. */
  const keeper = { id: 'keeper', type: 'akm-receive', wires: [[]] };

  /** Starts a flow at a scripted AppEndpoint. */
  const scripted = async (node: FlowNode, settings = {}) => {
    const app = await bench.scriptedApp();
    await nodeRed.start(connection({ appPort: app.port }, settings), node);
    return { app, peer: await app.connection() };
  };

  /** Receives a registration, which must be this one, and answers it. */
  const answer = async (peer: ScriptedConnection, atrId: number, appValue: number, status = 0) => {
    assert.deepEqual(await peer.receive(request), { atrId, appValue });
    peer.send(response, { status });
  };

  describe('with automatic registration', () => {
    it('registers at deploy, without a message', async () => {
      const { peer } = await scripted(automatic);
      await answer(peer, 1, 100);
      const msg = await nodeRed.output();
      assert.deepEqual(Object.keys(msg).sort(), ['_msgid', 'akm', 'payload']);
      assert.deepEqual(msg.payload, registered(true));
      assert.deepEqual(untimed(msg), {
        service: 'app',
        operation: 'REGISTER_APP',
        requestCode: 0x04,
        responseCode: 0x44,
        status: 0,
        layout: 'inferred',
      });
      assert.equal(nodeRed.size(), 0, 'once');
    });

    it('registers application 100 in ATR 1 where a flow leaves everything out', async () => {
      const { peer } = await scripted({ id: 'register', type: 'akm-register' });
      await answer(peer, 1, 100);
      assert.deepEqual((await nodeRed.output()).payload, registered(true));
    });

    it('takes the code alone for a yes', async () => {
      const { peer } = await scripted(automatic);
      await peer.receive(request);
      peer.sendRaw(response.code);
      assert.deepEqual((await nodeRed.output()).payload, registered(true, 0));
    });

    it('tells a Catch node of a refusal, and tries again until it succeeds', async () => {
      const { peer } = await scripted(automatic);
      await answer(peer, 1, 100, 7);
      const caught = await nodeRed.caught('AKM_REJECTED');
      assert.match(caught.error.message, /refused REGISTER_APP_REQUEST: status 7 \(0 would mean success; /);
      assert.equal(caught.error.source.id, 'register');
      assert.deepEqual(caught.akm, { service: 'app', operation: 'REGISTER_APP', status: 7 });
      await answer(peer, 1, 100, 7);
      await answer(peer, 1, 100, 0);
      assert.deepEqual((await nodeRed.output()).payload, registered(true));
    });

    it('goes on trying where nobody answers at deploy', async () => {
      const { app, peer } = await scripted(automatic, { requestTimeout: '300' });
      await peer.receive(request);
      await answer(await app.connection(), 1, 100);
      assert.deepEqual((await nodeRed.output()).payload, registered(true));
    });

    for (const [what, values, message] of [
      ['a number that is none', { appValue: 'x' }, /The App Value is "x"; a whole number from 0 to 65535/],
      ['a number too large', { atrId: '65536' }, /The ATR ID is "65536"; a whole number from 0 to 65535/],
      ['a number from a message, which there is none', told, /The ATR ID is undefined; a whole number from/],
    ] as const) {
      it(`tells a Catch node of ${what}`, async () => {
        await nodeRed.start(connection(await bench.simulator()), { ...automatic, ...values, auto: true });
        const caught = await nodeRed.caught('AKM_INVALID_INPUT');
        assert.match(caught.error.message, message);
        assert.deepEqual(caught.akm, { service: 'app', operation: 'REGISTER_APP' });
      });
    }
  });

  describe('without automatic registration', () => {
    it('asks nothing before a message comes', async () => {
      const { peer } = await scripted(manual);
      await nodeRed.showing('register', 'connected');
      const success = nodeRed.success('register', { _msgid: 'mine', payload: 'x', topic: 'kept' });
      await answer(peer, 1, 100);
      const msg = await success;
      assert.deepEqual(msg, { _msgid: 'mine', topic: 'kept', payload: registered(false), akm: msg.akm });
      assert.equal(peer.unasked, 0);
    });

    it('registers again with each message', async () => {
      const { peer } = await scripted(manual);
      for (const status of [0, 0, 0]) {
        const success = nodeRed.success('register');
        await answer(peer, 1, 100, status);
        assert.deepEqual((await success).payload, registered(false));
      }
    });

    it('makes the registration again when the AppEndpoint comes back, and tells of it once', async () => {
      const { app, peer } = await scripted(manual);
      for (let n = 0; n < 3; n += 1) {
        const success = nodeRed.success('register');
        await answer(peer, 1, 100);
        await success;
      }
      peer.reset();
      await answer(await app.connection(), 1, 100);
      const msg = await nodeRed.output();
      assert.deepEqual(msg.payload, registered(true));
      assert.deepEqual(Object.keys(msg).sort(), ['_msgid', 'akm', 'payload']);
      await turn();
      assert.equal(nodeRed.size(), 0);
    });

    it('tells a Catch node where the AppEndpoint says no after it came back', async () => {
      const { app, peer } = await scripted(manual);
      const success = nodeRed.success('register');
      await answer(peer, 1, 100);
      await success;
      peer.reset();
      await answer(await app.connection(), 1, 100, 6);
      const caught = await nodeRed.caught('AKM_REJECTED');
      assert.deepEqual(caught.akm, { service: 'app', operation: 'REGISTER_APP', status: 6 });
      assert.equal(caught.payload, undefined, 'no message is to blame');
    });

    it('makes up for what could not be made in time, by itself', async () => {
      const app = await bench.scriptedApp();
      const settings = connection({ appPort: app.port }, { requestTimeout: '300' });
      const comeBack = await app.away();
      await nodeRed.start(settings, manual);
      await nodeRed.failure('register', {}, 'AKM_NOT_CONNECTED');
      await comeBack();
      await answer(await app.connection(), 1, 100);
      assert.deepEqual((await nodeRed.output()).payload, registered(true));
    });

    it('fails with the status where the AppEndpoint says no', async () => {
      const { peer } = await scripted(manual, { reconnectMin: '60000', reconnectMax: '60000' });
      const failure = nodeRed.failure('register', { payload: 'x', topic: 'kept' }, 'AKM_REJECTED');
      await answer(peer, 1, 100, 1);
      const caught = await failure;
      assert.deepEqual(caught.akm, { service: 'app', operation: 'REGISTER_APP', status: 1 });
      assert.deepEqual([caught.payload, caught.topic], ['x', 'kept']);
      assert.deepEqual(nodeRed.statuses('register').at(-1), {
        fill: 'red',
        shape: 'ring',
        text: 'refused: 1',
      });
    });

    it('tries by itself after a refusal, and tells when it succeeded', async () => {
      const { peer } = await scripted(manual);
      const failure = nodeRed.failure('register', {}, 'AKM_REJECTED');
      await answer(peer, 1, 100, 1);
      await failure;
      await answer(peer, 1, 100, 0);
      assert.deepEqual((await nodeRed.output()).payload, registered(true));
      await nodeRed.showing('register', 'registered');
    });

    it('knows success by the number that the connection was given', async () => {
      const { peer } = await scripted(manual, { successCode: '9' });
      const success = nodeRed.success('register');
      await answer(peer, 1, 100, 9);
      assert.deepEqual((await success).payload, registered(false, 9));
    });
  });

  const numbers: [unknown, number][] = [
    [0, 0],
    [65535, 65535],
    ['0xFFFF', 65535],
    ['7', 7],
  ];
  for (const [given, number] of numbers) {
    it(`takes ${String(given)} for an ATR ID and for an App Value`, async () => {
      const { peer } = await scripted(told);
      for (const msg of [
        { a: given, v: 3 },
        { a: 3, v: given },
      ]) {
        const success = nodeRed.success('register', msg);
        await answer(peer, msg.a === 3 ? 3 : number, msg.v === 3 ? 3 : number);
        await success;
      }
    });
  }

  for (const [what, msg, message] of [
    ['65536 as ATR ID', { a: 65536, v: 1 }, /The ATR ID is 65536; a whole number from 0 to 65535 is needed/],
    [
      '0x10000 as App Value',
      { a: 1, v: '0x10000' },
      /The App Value is "0x10000"; a whole number from 0 to 65535/,
    ],
    ['no App Value', { a: 1 }, /The App Value is undefined; a whole number from 0 to 65535 is needed/],
  ] as [string, Message, RegExp][]) {
    it(`asks nothing with ${what}: the error tells what was given and what is allowed`, async () => {
      const { peer } = await scripted(told);
      assert.match((await nodeRed.failure('register', msg, 'AKM_INVALID_INPUT')).error.message, message);
      assert.equal(peer.unasked, 0);
    });
  }

  it('registers no more applications than the connection lets wait', async () => {
    const { peer } = await scripted(told, { queueLimit: '1' });
    const success = nodeRed.success('register', { a: 1, v: 1 });
    await answer(peer, 1, 1);
    await success;
    const { error } = await nodeRed.failure('register', { a: 1, v: 2 }, 'AKM_QUEUE_FULL');
    assert.match(error.message, /Queue full: 1 applications are registered \(queue limit 1\)/);
  });

  describe('with several registrations', () => {
    /** Registers application 1 in ATR 1, 2 in ATR 2, and 3 in ATR 1. */
    const three = async (node: FlowNode) => {
      const { app, peer } = await scripted(node);
      for (const [a, v] of [
        [1, 1],
        [2, 2],
        [1, 3],
      ] as const) {
        const success = nodeRed.success('register', { a, v });
        await answer(peer, a, v);
        await success;
      }
      return { app, peer };
    };

    it('makes all of them again, in their order, when the AppEndpoint comes back', async () => {
      const { app, peer } = await three(told);
      peer.reset();
      const next = await app.connection();
      await answer(next, 1, 1);
      await answer(next, 2, 2);
      await answer(next, 1, 3);
      for (const [atrId, appValue] of [
        [1, 1],
        [2, 2],
        [1, 3],
      ]) {
        const { payload } = await nodeRed.output();
        assert.deepEqual(payload, { atrId, appValue, registered: true, status: 0, automatic: true });
      }
      assert.equal(nodeRed.size(), 0);
    });

    it('tells a Catch node of a refusal also while a message waits for another one', async () => {
      const { app } = await three(told);
      const comeBack = await app.away();
      await nodeRed.showing('register', 'disconnected');
      const again = nodeRed.success('register', { a: 2, v: 2 });
      await comeBack();
      const next = await app.connection();
      await answer(next, 1, 1, 1);
      const { error } = await nodeRed.caught('AKM_REJECTED');
      assert.match(error.message, /status 1/);
      await answer(next, 2, 2);
      await again;
      await answer(next, 1, 3);
      await nodeRed.output();
    });

    it('shows that it registers until all of them are made', async () => {
      const { app, peer } = await three(told);
      peer.reset();
      const next = await app.connection();
      await answer(next, 1, 1);
      await answer(next, 2, 2);
      await nodeRed.output();
      await nodeRed.output();
      assert.equal(nodeRed.texts('register').at(-1), 'registering');
      await answer(next, 1, 3);
      await nodeRed.showing('register', 'registered');
    });
  });

  describe('when the node goes', () => {
    it('frees its App Value for others', async () => {
      const peer = await bench.simulator();
      await nodeRed.start(connection(peer), keeper, automatic);
      await nodeRed.output();
      const other = bench.app({ port: peer.appPort, reconnectMin: 10, reconnectMax: 20 });
      other.open();
      const freed = new Promise<void>((resolve) => {
        other
          .acquire(1, 100, {
            registered: () => resolve(),
          })
          .register()
          .catch(() => undefined);
      });
      await nodeRed.deploy('nodes', connection(peer), keeper);
      await freed;
    });

    it('registers nothing more, also where it goes as soon as it came', async () => {
      const app = await bench.scriptedApp();
      const settings = connection({ appPort: app.port });
      await nodeRed.start(settings, { ...told, id: 'other' });
      const peer = await app.connection();
      await nodeRed.deploy('nodes', settings, { ...told, id: 'other' }, automatic);
      await nodeRed.deploy('nodes', settings, { ...told, id: 'other' });
      const success = nodeRed.success('other', { a: 1, v: 200 });
      await answer(peer, 1, 200);
      await success;
      assert.equal(peer.unasked, 0);
    });

    it('makes the others again on a new connection, and nothing else', async () => {
      const other = { ...automatic, id: 'other', appValue: '200', wires: [['other-out']] };
      const app = await bench.scriptedApp();
      await nodeRed.start(connection({ appPort: app.port }), automatic, other);
      const first = await app.connection();
      await answer(first, 1, 100);
      await answer(first, 1, 200);
      await nodeRed.output('other-out');
      await nodeRed.deploy('nodes', connection({ appPort: app.port }), other);
      await first.ended;
      const second = await app.connection();
      await answer(second, 1, 200);
      const { payload } = await nodeRed.output('other-out');
      assert.deepEqual(payload, { ...registered(true), appValue: 200 });
      assert.equal(second.unasked, 0);
    });

    it('leaves its App Value to its successor after a redeploy, on the same connection', async () => {
      const { app, peer } = await scripted(automatic);
      await answer(peer, 1, 100);
      await nodeRed.output();
      const settings = connection({ appPort: app.port });
      await nodeRed.deploy('nodes', settings, automatic, keeper);
      await nodeRed.deploy('nodes', settings, { ...automatic, name: 'renamed' }, keeper);
      assert.deepEqual((await nodeRed.output()).payload, registered(true));
      const success = nodeRed.success('register');
      await answer(peer, 1, 100);
      await success;
      assert.equal(app.accepted, 1);
    });
  });

  it('shows each state once, and no state twice', async () => {
    const { app, peer } = await scripted(automatic);
    await answer(peer, 1, 100);
    await nodeRed.showing('register', 'registered');
    const comeBack = await app.away();
    await nodeRed.showing('register', 'disconnected');
    const gone = nodeRed.texts('register');
    assert.deepEqual(gone, ['connecting', 'registering', 'registered', 'disconnected']);
    await comeBack();
    await answer(await app.connection(), 1, 100);
    await nodeRed.showing('register', 'registered');
    const back = nodeRed.texts('register').slice(gone.length);
    assert.deepEqual(back.slice(-2), ['registering', 'registered']);
    assert.ok(
      back.slice(0, -2).every((text, n) => text === ['connecting', 'disconnected'][n % 2]),
      back.join(),
    );
  });

  it('shows a refusal once', async () => {
    const { peer } = await scripted(automatic, { reconnectMin: '60000', reconnectMax: '60000' });
    await answer(peer, 1, 100, 3);
    await nodeRed.caught('AKM_REJECTED');
    assert.deepEqual(nodeRed.texts('register'), ['connecting', 'registering', 'refused: 3']);
    assert.deepEqual(nodeRed.statuses('register').at(-1), { fill: 'red', shape: 'ring', text: 'refused: 3' });
  });
});
