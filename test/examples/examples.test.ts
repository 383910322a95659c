import assert from 'node:assert/strict';
import { CORE_NODES, useSidebar } from '../support/core-nodes.js';
import { inTime } from '../support/deadline.js';
import { parseExample, readExample, type ExampleNode } from '../support/example-files.js';
import { freePort } from '../support/free-port.js';
import { useNodeRed } from '../support/node-red-helper.js';

describe('an example at work', () => {
  const { nodeRed } = useNodeRed();
  const sidebar = useSidebar();
  let flow: ExampleNode[] = [];

  /** Starts an example on free ports. Buttons that press themselves after a while are left to the test. */
  const start = async (file: string) => {
    const text = readExample(file);
    const ports = new Map<string, string>();
    for (const [port] of text.matchAll(/\b49[26]\d\d\b/g))
      if (!ports.has(port)) ports.set(port, String(await freePort()));
    flow = parseExample(text.replace(/\b49[26]\d\d\b/g, (port) => ports.get(port) ?? port));
    const waiting = flow.map((node) => (node.type === 'inject' ? { ...node, once: false } : node));
    await nodeRed.startWith(CORE_NODES, waiting);
  };

  const idOf = (type: RegExp, name: string): string => {
    const node = flow.find((each) => each.name === name && type.test(each.type));
    assert.ok(node, `there is a node ${name}`);
    return node.id;
  };
  const press = (name: string) => nodeRed.node(idOf(/^inject$/, name)).receive({});
  const shown = <T = unknown>(name: string) =>
    inTime(sidebar(name).take() as Promise<T>, () => `something at the debug node ${name}`);
  /** Resolves once all the nodes of this type show this. */
  const all = async (type: string, text: string) => {
    for (const { id } of flow.filter((node) => node.type === type)) await nodeRed.showing(id, text);
  };

  interface ErrorShown {
    code: string;
    message: string;
    source: { id: string };
  }

  it('01 lists, registers, sends and replies', async () => {
    await start('01 - First steps.json');
    const registered = (name: string, appValue: number) => ({
      atrId: 1,
      appValue,
      registered: true,
      status: 0,
      automatic: true,
      name,
    });
    assert.deepEqual(await shown('control-room is registered'), registered('control-room', 100));
    assert.deepEqual(await shown('pump-7 is registered'), registered('pump-7', 200));
    await all('akm-list-endpoints', 'connected');
    await all('akm-list-atrs', 'connected');
    press('list the endpoints');
    const endpoints = await shown<{ index: number; name?: string }[]>('endpoints');
    assert.deepEqual(
      endpoints.map(({ index, name }) => [index, name]),
      [[0, 'pump-7'], [1, undefined], [2, undefined], [3, undefined]],
    );
    press('list the ATRs');
    assert.equal((await shown<unknown[]>('trust relationships')).length, 5);
    press('provision a new endpoint');
    assert.equal((await shown<{ accepted: boolean }>('the new endpoint')).accepted, true);
    press('list the endpoints');
    assert.equal((await shown<unknown[]>('endpoints')).length, 5);
    press('say hello');
    assert.equal(await shown('pump-7 received'), 'Hello from the control room');
    assert.equal(await shown('control-room got the reply'), 'Thank you for: Hello from the control room');
    const { operation, name } = await shown<{ operation: string; name: string }>('control-room has sent');
    assert.deepEqual([operation, name], ['SEND_APP_DATA', 'pump-7']);
    for (const name of ['pump-7 received', 'control-room got the reply'])
      assert.equal(sidebar(name).size, 0, name);
  });

  it('01 does by itself at deploy what changes nothing, once everything has had time to connect', () => {
    const buttons = parseExample(readExample('01 - First steps.json')).filter(({ type }) => type === 'inject');
    assert.equal(buttons.length, 4);
    for (const { name, once, onceDelay } of buttons) {
      assert.equal(once, name !== 'provision a new endpoint');
      assert.ok(!once || Number(onceDelay) >= 2);
    }
  });

  it('02 provisions, lists, and shows the refusal the second time', async () => {
    await start('02 - Provision an endpoint.json');
    await all('akm-provision', 'connected');
    const ids = async () => (await shown<{ id: string }[]>('endpoints now')).map(({ id }) => id);
    const first = '0xC0FFEE00000000000000000000000001';
    const second = '0xC0FFEE00000000000000000000000002';
    press('endpoint C0FFEE…01');
    const accepted = await shown<object>('the AMM accepted');
    assert.deepEqual(accepted, {
      action: 'provision-endpoint',
      accepted: true,
      confirmation: 0,
      id: first,
      lower64: '0x0000000000000001',
      upper64: '0xC0FFEE0000000000',
    });
    assert.deepEqual((await ids()).slice(2), [first]);
    press('endpoint C0FFEE…01');
    const refused = await shown<ErrorShown>('why not');
    assert.equal(refused.code, 'AKM_REJECTED');
    assert.match(refused.message, /confirmation 4/);
    press('another, in two halves');
    assert.equal((await shown<{ id: string }>('the AMM accepted')).id, second);
    assert.deepEqual((await ids()).slice(2), [first, second]);
    assert.equal(sidebar('why not').size, 0);
  });

  it('03 sorts errors by their codes, and completes what went well', async () => {
    await start('03 - Catch errors.json');
    await all('akm-simulator', 'listening');
    await all('akm-register', 'registered');
    await nodeRed.showing(idOf(/^akm-/, 'send 5000 bytes'), 'connected');
    await nodeRed.showing(idOf(/^akm-/, 'send in ATR 9'), 'not registered');
    await all('akm-list-endpoints', 'connected');
    await all('akm-provision', 'connected');
    await all('akm-app-info', 'connected'); // though it answers nothing: an AppEndpoint need not know the first request
    await all('akm-list-atrs', 'disconnected');
    press('all is well');
    assert.equal((await shown<{ operation: string }>('done')).operation, 'LIST_ENDPOINTS');

    const buttons: [string, string, string, string][] = [
      ['no identifier', 'look at the flow', 'AKM_INVALID_INPUT', 'provision nonsense'],
      ['too much data', 'look at the flow', 'AKM_PAYLOAD_TOO_LARGE', 'send 5000 bytes'],
      ['not registered', 'look at the flow', 'AKM_NOT_REGISTERED', 'send in ATR 9'],
      ['nobody there', 'look at the machine', 'AKM_NOT_CONNECTED', 'ask nobody'],
      ['no answer', 'look at the machine', 'AKM_TIMEOUT', 'ask the silent one'],
    ];
    for (const [button, place, code, source] of buttons) {
      press(button);
      const error = await shown<ErrorShown>(place);
      assert.deepEqual([error.code, error.source.id], [code, idOf(/^akm-/, source)], error.message);
    }
    for (const name of ['look at the flow', 'look at the machine', 'anything else', 'done'])
      assert.equal(sidebar(name).size, 0, name);

    const statuses: unknown[] = [];
    while (sidebar('status').size > 0) statuses.push(await shown('status'));
    for (const text of ['listening', 'connected', 'registered', 'disconnected', 'invalid input'])
      assert.ok(statuses.includes(text), `${text} is among ${statuses.join(', ')}`);

    press('counters');
    assert.deepEqual(Object.keys(await shown<object>('counters')), ['amm', 'app']);
    const told = new Set<string | undefined>();
    while (sidebar('events').size > 0) told.add((await shown<{ event?: string }>('events')).event);
    assert.deepEqual([...told].sort(), ['connected', 'error', 'registered']);
  });

  it('04 creates a trust relationship, shows it, deletes it, and shows the refusal the second time', async () => {
    await start('04 - Trust relationships.json');
    await all('akm-list-endpoints', 'connected');
    await all('akm-list-atrs', 'connected');
    await all('akm-provision', 'connected');
    await all('akm-watch', '4 EP, 2 ATR');
    const operational = async () =>
      (await shown<{ id: string; category: number }[]>('operational ATRs')).map(({ id, category }) => {
        assert.equal(category, 3);
        return id;
      });
    press('list the ATRs');
    const before = await operational();
    assert.equal(before.length, 2);

    press('create an ATR');
    const created = await shown<{ action: string; id: string; endpoints: { id: string }[] }>('created');
    assert.equal(created.action, 'create-operational-atr');
    assert.deepEqual(
      created.endpoints.map(({ id }) => id),
      ['0xE0000000000000000000000000000001', '0xE0000000000000000000000000000002'],
    );
    assert.deepEqual(await operational(), [...before, created.id]);

    press('delete it again');
    const deleted = await shown<{ action: string; id: string }>('deleted');
    assert.deepEqual([deleted.action, deleted.id], ['delete-atr', created.id]);
    assert.deepEqual(await operational(), before);

    press('delete it again');
    const refused = await shown<ErrorShown>('why not');
    assert.equal(refused.code, 'AKM_REJECTED');
    assert.match(refused.message, /DELETE_ATR_REQUEST: confirmation 3/);
    for (const name of ['created', 'deleted', 'operational ATRs', 'why not'])
      assert.equal(sidebar(name).size, 0, name);
  });

  it('05 takes the fields of a request by name, and reads an answer in two ways', async () => {
    await start("05 - Your AMM's own layout.json");
    await all('akm-provision', 'connected');
    await all('akm-endpoint-details', 'connected');
    press('endpoint, name and role');
    assert.deepEqual(await shown('accepted'), {
      action: 'provision-endpoint',
      accepted: true,
      confirmation: 0,
      id: '0xC0FFEE00000000000000000000000007',
      lower64: '0x0000000000000007',
      upper64: '0xC0FFEE0000000000',
    });
    press('the role is missing');
    assert.match(await shown<string>('which field is missing'), /role is undefined; a whole number/);
    assert.equal(sidebar('accepted').size, 0);

    press('details of an endpoint');
    const asBytes = await shown<{ details: { type: string; data: number[] } }>('details as bytes');
    assert.equal(asBytes.details.type, 'Buffer');
    assert.equal(Buffer.from(asBytes.details.data).toString(), 'simulated endpoint\0');
    const asText = await shown<{ id: string; description: string; details?: unknown }>('details as text');
    assert.deepEqual(
      [asText.id, asText.description, asText.details],
      ['0xE0000000000000000000000000000001', 'simulated endpoint', undefined],
    );
    await nodeRed.showing(idOf(/^akm-/, 'inferred layout'), 'connected, inferred');
    assert.equal(nodeRed.texts(idOf(/^akm-/, 'own layout')).at(-1), 'connected, inferred');
  });

  it('05 names the layouts that it has in its connection', () => {
    const nodes = parseExample(readExample("05 - Your AMM's own layout.json"));
    const info = nodes.find(({ type }) => type === 'tab')?.info ?? '';
    const [layouts] = nodes.flatMap(({ name, layouts }) => (name === 'with own layouts' ? [layouts] : []));
    const entries = Object.entries(layouts as Record<string, string>);
    assert.equal(entries.length, 2);
    for (const [message, layout] of entries) assert.ok(info.includes(`- ${message}: ${layout}`), message);
  });

  it('06 asks both services with bytes', async () => {
    await start('06 - Any other message.json');
    await all('akm-request', 'connected');
    press('filter 0');
    assert.deepEqual(await shown('how many endpoints'), { confirmation: 0, endpoints: 3 });
    const bytes = Buffer.from(await shown<string>('bytes from the AMM'), 'hex');
    assert.deepEqual([bytes.length, bytes.readUInt32LE(0), bytes.readUInt32LE(4)], [500, 0, 3]);
    assert.equal(bytes.toString('hex', 8, 24), '010000000000000000000000000000e0');
    assert.deepEqual(bytes.subarray(56), Buffer.alloc(444), 'the unused entries');
    press('nothing');
    assert.equal(await shown('version'), '1.0.0.0');
    press('ask');
    assert.deepEqual(await shown('version in fields'), { major: 1, minor: 0, patch: 0, build: 0 });
  });
});
