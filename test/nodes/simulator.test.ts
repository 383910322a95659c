import assert from 'node:assert/strict';
import { FAULTS } from '../../src/simulator/faults.js';
import { connection } from '../support/flows.js';
import { freePort } from '../support/free-port.js';
import { useNodeRed } from '../support/node-red-helper.js';

const LISTENING = { fill: 'green', shape: 'dot', text: 'listening' };

describe('akm-simulator', () => {
  const { nodeRed, bench } = useNodeRed();
  const list = { id: 'list', type: 'akm-list-endpoints' };
  const atrs = { id: 'atrs', type: 'akm-list-atrs' };
  const provision = { id: 'provision', type: 'akm-provision' };
  const register = { id: 'register', type: 'akm-register', auto: false };

  const freePorts = async () => ({ ammPort: await freePort(), appPort: await freePort() });

  /** A simulator node as the editor saves it. */
  const simulator = (ports: { ammPort: number; appPort: number }, properties: object = {}) => ({
    id: 'simulator',
    type: 'akm-simulator',
    host: '127.0.0.1',
    ammPort: String(ports.ammPort),
    appPort: String(ports.appPort),
    endpoints: '4',
    atrs: '5',
    fault: '',
    wires: [],
    ...properties,
  });

  it('is both services, with what it was told to begin with', async () => {
    const ports = await freePorts();
    const node = simulator(ports, { endpoints: '7', atrs: '0x3' });
    await nodeRed.start(node, connection(ports), list, atrs, register);
    await nodeRed.showing('simulator', 'listening');
    assert.deepEqual(nodeRed.statuses('simulator'), [
      { fill: 'yellow', shape: 'ring', text: 'starting' },
      LISTENING,
    ]);
    for (const { id } of [list, atrs, register]) await nodeRed.showing(id, 'connected');
    assert.equal((await nodeRed.success('list')).akm?.count, 7);
    assert.equal((await nodeRed.success('atrs')).akm?.count, 3);
    await nodeRed.success('register');
  });

  it('tells in the log where it listens; a port of 0 is any free one', async () => {
    await nodeRed.start({ id: 'simulator', type: 'akm-simulator', ammPort: 0, appPort: '0' });
    await nodeRed.showing('simulator', 'listening');
    const where = /AMM listening on 127\.0\.0\.1:(\d+), AppEndpoint on 127\.0\.0\.1:(\d+)/;
    const told = nodeRed.log.map(({ msg }) => where.exec(String(msg))).find((match) => match !== null);
    const ports = { ammPort: Number(told?.[1]), appPort: Number(told?.[2]) };
    const settings = connection(ports);
    await nodeRed.deploy(
      'nodes',
      { id: 'simulator', type: 'akm-simulator', ammPort: 0, appPort: '0' },
      settings,
      list,
      atrs,
    );
    for (const { id } of [list, atrs]) await nodeRed.showing(id, 'connected');
    assert.equal((await nodeRed.success('list')).akm?.count, 4, 'endpoints where a flow leaves them out');
    assert.equal((await nodeRed.success('atrs')).akm?.count, 5, 'ATRs where a flow leaves them out');
  });

  it('takes its ports from environment variables as Node-RED puts them in', async () => {
    const ports = await freePorts();
    const env = [{ name: 'AKM_PORT', value: String(ports.ammPort), type: 'str' }];
    await nodeRed.start(
      { id: 'tab', type: 'tab', label: 'test', env },
      simulator(ports, { ammPort: '${AKM_PORT}' }),
      connection(ports),
      list,
    );
    await nodeRed.showing('list', 'connected');
  });

  for (const taken of ['ammPort', 'appPort'] as const) {
    it(`tells that its ${taken} is in use, and leaves the other alone`, async () => {
      const ports = await freePorts();
      const other = taken === 'ammPort' ? 'appPort' : 'ammPort';
      const occupant = await bench.simulator({ [taken]: ports[taken] });
      await nodeRed.start(simulator(ports), connection(occupant), list);
      const caught = await nodeRed.caught('AKM_INVALID_INPUT');
      assert.match(
        caught.error.message,
        new RegExp(`cannot listen on 127\\.0\\.0\\.1:${ports[taken]}: .*EADDRINUSE`),
      );
      assert.equal(caught.error.source.id, 'simulator');
      assert.deepEqual(nodeRed.statuses('simulator').at(-1), {
        fill: 'red',
        shape: 'ring',
        text: 'port in use',
      });
      await bench.simulator({ [other]: ports[other] }); // nobody holds it
      await nodeRed.showing('list', 'connected');
      await nodeRed.success('list');
    });
  }

  for (const [properties, message] of [
    [{ ammPort: 'abc' }, /The AMM port is "abc"; a whole number from 0 to 65535 is needed/],
    [{ appPort: '70000' }, /The AppEndpoint port is "70000"; a whole number from 0 to 65535 is needed/],
    [{ endpoints: '33' }, /The number of endpoints is "33"; a whole number from 0 to 32 is needed/],
    [{ atrs: '65' }, /The number of ATRs is "65"; a whole number from 0 to 64 is needed/],
    [
      { fault: 'sleepy' },
      /Unknown fault "sleepy"; expected one of: silent, reject, slow, garbage, disconnect, or none/,
    ],
    [{ host: {} }, /The host is an object; text is needed/],
    [{ host: '' }, /The host is ""; a host name or an address is needed/],
  ] as const) {
    it(`tells a Catch node of ${JSON.stringify(properties)}`, async () => {
      await nodeRed.start(simulator(await freePorts(), properties));
      const caught = await nodeRed.caught('AKM_INVALID_INPUT');
      assert.match(caught.error.message, message);
      assert.deepEqual(nodeRed.statuses('simulator').at(-1), {
        fill: 'red',
        shape: 'ring',
        text: 'cannot listen',
      });
    });
  }

  for (const fault of Object.keys(FAULTS)) {
    it(`can be ${fault}`, async () => {
      const ports = await freePorts();
      const requestTimeout = ['silent', 'slow'].includes(fault) ? '200' : '5000';
      const settings = connection(ports, { requestTimeout });
      await nodeRed.start(simulator(ports, { fault }), settings, provision);
      await nodeRed.showing('simulator', 'listening');
      await nodeRed.showing('provision', fault === 'reject' ? 'connected' : 'disconnected');
      const error = await nodeRed.input('provision', { payload: '0x1' });
      const expected: Record<string, RegExp> = {
        silent: /did not answer LIST_ENDPOINTS_REQUEST within 200 ms/,
        reject: /refused PROVISION_ENDPOINT_REQUEST/,
        slow: /did not answer LIST_ENDPOINTS_REQUEST within 200 ms/,
        garbage: /broke the protocol/,
        disconnect: /was lost: the peer ended it/,
      };
      assert.ok(error);
      assert.equal(error.code, fault === 'reject' ? 'AKM_REJECTED' : 'AKM_NOT_CONNECTED');
      assert.match(error.message, expected[fault] ?? /^$/);
      await nodeRed.caught(error.code);
    });
  }

  it('starts again on its ports, as it began, when it is deployed again', async () => {
    const ports = await freePorts();
    const flow = [simulator(ports), connection(ports), list, provision];
    await nodeRed.start(...flow);
    for (let round = 0; round < 3; round += 1) {
      await nodeRed.showing('simulator', 'listening');
      await nodeRed.showing('list', 'connected');
      assert.equal((await nodeRed.success('list')).akm?.count, 4);
      await nodeRed.success('provision', { payload: '0x1' });
      assert.equal((await nodeRed.success('list')).akm?.count, 5);
      await nodeRed.deploy('full', ...flow);
    }
  });

  it('may be changed alone: its clients come back by themselves', async () => {
    const ports = await freePorts();
    const automatic = { ...register, auto: true, wires: [['registered']] };
    await nodeRed.start(simulator(ports), connection(ports), list, automatic);
    await nodeRed.output('registered');
    await nodeRed.deploy('nodes', simulator(ports, { endpoints: '9' }), connection(ports), list, automatic);
    await nodeRed.output('registered');
    await nodeRed.showing('list', 'connected');
    assert.equal((await nodeRed.success('list')).akm?.count, 9);
  });

  it('frees its ports when it goes, with clients connected', async () => {
    const ports = await freePorts();
    await nodeRed.start(simulator(ports), connection(ports), list, register);
    await nodeRed.showing('list', 'connected');
    await nodeRed.showing('register', 'connected');
    await nodeRed.deploy('nodes', connection(ports), list, register);
    await nodeRed.showing('list', 'disconnected');
    await bench.simulator(ports);
    await nodeRed.showing('list', 'connected');
  });

  it('may be two on one port, of which one listens', async () => {
    const ports = await freePorts();
    await nodeRed.start(simulator(ports), simulator(ports, { id: 'second' }));
    assert.equal((await nodeRed.caught('AKM_INVALID_INPUT')).error.source.id, 'second');
    await nodeRed.showing('simulator', 'listening');
    await nodeRed.showing('second', 'port in use');
  });
});
