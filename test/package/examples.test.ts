import assert from 'node:assert/strict';
import {
  DeployedExample,
  exampleNames,
  importExample,
  nodeRedVersions,
  useNodeRed,
} from '../support/real-node-red';

/** What each example promises to whoever imports and deploys it. */
const promises: Readonly<Record<string, (example: DeployedExample) => Promise<void>>> = {
  '01 - First steps': async (example) => {
    const registered = { atrId: 1, registered: true, status: 0, automatic: true };
    assert.deepEqual(await example.shown('control-room is registered'), {
      ...registered,
      appValue: 100,
      name: 'control-room',
    });
    assert.deepEqual(await example.shown('pump-7 is registered'), {
      ...registered,
      appValue: 200,
      name: 'pump-7',
    });
    assert.equal((await example.shown<unknown[]>('endpoints')).length, 4);
    assert.equal((await example.shown<unknown[]>('trust relationships')).length, 5);
    for (let time = 0; time < 2; time += 1) {
      await example.shown('control-room has sent');
      assert.equal(await example.shown('pump-7 received'), 'Hello from the control room');
      assert.equal(
        await example.shown('control-room got the reply'),
        'Thank you for: Hello from the control room',
      );
      await example.press('say hello');
    }
    await example.press('provision a new endpoint');
    const { accepted } = await example.shown<{ accepted: boolean }>('the new endpoint');
    assert.equal(accepted, true);
    for (const { id, type } of example.flow.filter((node) => node.type.startsWith('akm-'))) {
      if (type !== 'akm-connection') {
        await example.nodeRed.comms.status(id, 'green', ({ fill }) => fill === 'green');
      }
    }
  },

  '02 - Provision an endpoint': async (example) => {
    for (const [button, id, count] of [
      ['endpoint C0FFEE…01', '0xC0FFEE00000000000000000000000001', 3],
      ['another, in two halves', '0xC0FFEE00000000000000000000000002', 4],
    ] as const) {
      await example.press(button);
      const accepted = await example.shown<{ accepted: boolean; id: string }>('the AMM accepted');
      assert.deepEqual([accepted.accepted, accepted.id], [true, id]);
      assert.equal((await example.shown<unknown[]>('endpoints now')).length, count);
    }
    await example.press('endpoint C0FFEE…01');
    assert.equal((await example.shown<{ code: string }>('why not')).code, 'AKM_REJECTED');
  },

  '03 - Catch errors': async (example) => {
    await example.press('all is well');
    assert.equal((await example.shown<{ operation: string }>('done')).operation, 'LIST_ENDPOINTS');
    for (const [button, code, where] of [
      ['no answer', 'AKM_TIMEOUT', 'look at the machine'],
      ['nobody there', 'AKM_NOT_CONNECTED', 'look at the machine'],
      ['no identifier', 'AKM_INVALID_INPUT', 'look at the flow'],
      ['too much data', 'AKM_PAYLOAD_TOO_LARGE', 'look at the flow'],
      ['not registered', 'AKM_NOT_REGISTERED', 'look at the flow'],
    ] as const) {
      await example.press(button);
      assert.equal((await example.shown<{ code: string }>(where)).code, code, button);
    }
    await example.press('counters');
    const { app } = await example.shown<{ app: { connected: number } }>('counters');
    assert.equal(app.connected, 1);
  },

  '04 - Trust relationships': async (example) => {
    const operational = async () =>
      (await example.shown<{ id: string }[]>('operational ATRs')).map(({ id }) => id);
    await example.press('list the ATRs');
    const before = await operational();
    await example.press('create an ATR');
    const { id } = await example.shown<{ id: string }>('created');
    assert.deepEqual(await operational(), [...before, id]);
    await example.press('delete it again');
    assert.equal((await example.shown<{ id: string }>('deleted')).id, id);
    assert.deepEqual(await operational(), before);
  },

  "05 - Your AMM's own layout": async (example) => {
    await example.press('endpoint, name and role');
    assert.equal((await example.shown<{ accepted: boolean }>('accepted')).accepted, true);
    await example.press('the role is missing');
    assert.match(String(await example.shown('which field is missing')), /role/);
    await example.press('details of an endpoint');
    assert.ok('details' in (await example.shown<object>('details as bytes')));
    const { description } = await example.shown<{ description: string }>('details as text');
    assert.equal(description, 'simulated endpoint');
  },

  '06 - Any other message': async (example) => {
    await example.press('filter 0');
    assert.deepEqual(await example.shown('how many endpoints'), { confirmation: 0, endpoints: 3 });
    await example.press('nothing');
    assert.equal(await example.shown('version'), '1.0.0.0');
  },
};

for (const version of nodeRedVersions) {
  describe(`${version.title}: the examples`, () => {
    const suite = useNodeRed(version);

    for (const name of exampleNames) {
      it(`"${name}" keeps its promise with nothing to edit`, async () => {
        const promise = promises[name];
        assert.ok(promise, 'every example promises something');

        const logged = suite.nodeRed.process.lines.now;
        await promise(await DeployedExample.deploy(suite.nodeRed, name));

        const log = suite.nodeRed.process.lines.items.slice(logged).join('\n');
        assert.doesNotMatch(log, /\[error\]|uncaught|unhandled|missing types/i);
      });
    }

    it('run beside each other', async () => {
      const flows = [];
      for (const name of exampleNames) flows.push(...(await importExample(suite.nodeRed, name)));
      const from = suite.nodeRed.comms.now;
      await suite.nodeRed.deploy(flows);
      for (const { id } of flows.filter(({ type }) => type === 'akm-simulator')) {
        await suite.nodeRed.comms.status(id, 'green', ({ fill }) => fill === 'green', from);
      }
    });
  });
}
