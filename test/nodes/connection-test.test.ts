import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { testAmm, testApp } from '../../nodes/shared/admin/connection-test.js';
import { AkmError } from '../../src/errors.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import type { Fault } from '../../src/simulator/faults.js';
import { useTestPeers } from '../support/clients.js';
import { useFakeClock } from '../support/fake-clock.js';
import { freePort } from '../support/free-port.js';
import { withoutNames } from '../support/never-resolving-host.js';
import { turn } from '../support/promises.js';
import { openResources, requireSameResources } from '../support/open-resources.js';

const { GET_VERSION, GET_ENDPOINT_INFO, GET_ATR_INFO } = APP_OPERATIONS;
const { LIST_ENDPOINTS, LIST_ATRS } = AMM_OPERATIONS;

const ID = { id: '0x' + '0'.repeat(31) + '1', lower64: '0x0000000000000001', upper64: '0x' + '0'.repeat(16) };

/** A signal that never comes. */
const patient = new AbortController().signal;

/** A report without its times: each that is there must be one. */
function untimed<R extends { connectMs?: number; answerMs?: number }>(
  report: R,
): Omit<R, 'connectMs' | 'answerMs'> {
  const { connectMs = 0, answerMs = 0, ...rest } = report;
  for (const time of [connectMs, answerMs])
    assert.ok(time >= 0 && Number.isInteger(Math.round(time * 1000) / 100));
  return rest;
}

describe('Trying out', () => {
  let opened: string[] = [];
  beforeEach(async () => {
    await turn(); // so that mocha's own timer counts here as it does below
    opened = openResources();
  });
  const bench = useTestPeers();
  const time = useFakeClock();
  afterEach(() => requireSameResources(opened));
  afterEach(() => assert.deepEqual(getEventListeners(patient, 'abort'), []));

  describe('an AMM', () => {
    it('tells how fast it is and what it holds', async () => {
      const { ammPort } = await bench.simulator({ endpoints: 3, atrs: 7 });
      const report = await testAmm({ port: ammPort }, patient);
      assert.equal(typeof report.connectMs, 'number');
      assert.equal(typeof report.answerMs, 'number');
      assert.deepEqual(untimed(report), {
        connected: true,
        answered: true,
        endpoints: { count: 3, truncated: false },
        atrs: { count: 7, truncated: false },
      });
    });

    it('counts as the AMM does, also what a list cannot hold', async () => {
      const server = await bench.scriptedAmm();
      const reporting = testAmm({ port: server.port }, patient);
      const peer = await server.connection();
      await peer.receive(LIST_ENDPOINTS.request);
      peer.send(LIST_ENDPOINTS.response, { confirmation: 0, count: 40, endpoints: [ID] });
      await peer.receive(LIST_ATRS.request);
      peer.send(LIST_ATRS.response, { confirmation: 0, count: 0, atrs: [] });
      const { endpoints, atrs } = await reporting;
      assert.deepEqual(
        { endpoints, atrs },
        {
          endpoints: { count: 40, truncated: true },
          atrs: { count: 0, truncated: false },
        },
      );
      await peer.closed;
    });

    const refusals: [Fault, string][] = [
      ['garbage', 'AKM_PROTOCOL'],
      ['disconnect', 'AKM_CONNECTION_LOST'],
    ];
    for (const [fault, code] of refusals) {
      it(`says that it connects and does not say who it is: ${fault}`, async () => {
        const { ammPort } = await bench.simulator({ fault });
        const { error, ...report } = untimed(await testAmm({ port: ammPort }, patient));
        assert.deepEqual(report, { connected: true, answered: false });
        assert.equal(error?.code, code);
      });
    }

    it('says that the ports seem to be exchanged, and writes nothing more than what reads on both', async () => {
      const { ammPort, appPort } = await bench.simulator();
      const amm = untimed(await testAmm({ port: appPort }, patient));
      assert.deepEqual([amm.connected, amm.answered, amm.error?.code], [true, false, 'AKM_PROTOCOL']);
      assert.match(amm.error?.message ?? '', /is this the AppEndpoint's port\?/);
      const app = untimed(await testApp({ port: ammPort }, patient));
      assert.deepEqual([app.connected, app.answered, app.error?.code], [true, false, 'AKM_PROTOCOL']);
      assert.match(app.error?.message ?? '', /The ports seem to be exchanged/);
    });

    it('says that it connects and does not answer: silent', async () => {
      const server = await bench.scriptedAmm();
      const reporting = testAmm({ port: server.port }, patient);
      const peer = await server.connection();
      for (const { request } of [LIST_ENDPOINTS, LIST_ATRS]) {
        await peer.receive(request);
        time.clock.advance(5000);
      }
      const { error, unanswered, ...report } = untimed(await reporting);
      assert.deepEqual(report, { connected: true, answered: false });
      assert.equal(error?.code, 'AKM_TIMEOUT');
      assert.match(error.message, /did not answer LIST_ENDPOINTS_REQUEST within 5000 ms/);
      assert.deepEqual(
        unanswered?.map(({ operation }) => operation),
        ['LIST_ENDPOINTS', 'LIST_ATRS'],
      );
    });

    it('says why there is no connection', async () => {
      const port = await freePort();
      const { error, ...report } = await testAmm({ port }, patient);
      assert.deepEqual(report, { connected: false, answered: false });
      assert.equal(error?.code, 'AKM_NOT_CONNECTED');
      assert.match(error.message, new RegExp(`the AMM at 127\\.0\\.0\\.1:${port}: .*ECONNREFUSED`));
    });

    it('says what is wrong with the settings', async () => {
      const { error, ...report } = await testAmm({ port: 'none' }, patient);
      assert.deepEqual(report, { connected: false, answered: false });
      assert.equal(error?.code, 'AKM_INVALID_INPUT');
      assert.match(error.message, /^The port is "none"; .* 1 to 65535/);
    });

    it('does not connect again when the connection is lost', async () => {
      const server = await bench.scriptedAmm();
      const reporting = testAmm({ port: server.port, reconnectMin: 1, reconnectMax: 1 }, patient);
      const peer = await server.connection();
      await peer.receive(LIST_ENDPOINTS.request);
      peer.reset();
      const { answered, error } = await reporting;
      assert.deepEqual([answered, error?.code], [false, 'AKM_CONNECTION_LOST']);
      assert.equal(server.accepted, 1);
    });
  });

  describe('an AppEndpoint', () => {
    it('tells how fast and what it is', async () => {
      const { appPort } = await bench.simulator();
      assert.deepEqual(untimed(await testApp({ port: appPort }, patient)), {
        connected: true,
        answered: true,
        version: { major: 1, minor: 0, patch: 0, build: 0 },
        endpoint: { name: 'AKM simulator', id: '0xE0000000000000000000000000000001', status: 0 },
        atrs: { count: 3 },
      });
    });

    it('says which request was not answered, on the one connection', async () => {
      const server = await bench.scriptedApp();
      const reporting = testApp({ port: server.port }, patient);
      const peer = await server.connection();
      await peer.receive(GET_VERSION.request);
      time.clock.advance(5000);
      await peer.receive(GET_ENDPOINT_INFO.request);
      peer.send(GET_ENDPOINT_INFO.response, { id: ID, status: 3, name: 'pump' });
      await peer.receive(GET_ATR_INFO.request);
      peer.send(GET_ATR_INFO.response, { count: 0, atrs: [] });
      const { unanswered, error, ...report } = untimed(await reporting);
      assert.deepEqual(report, {
        connected: true,
        answered: true,
        endpoint: { name: 'pump', id: ID.id, status: 3 },
        atrs: { count: 0 },
      });
      assert.deepEqual(
        unanswered?.map(({ operation, code }) => [operation, code]),
        [['GET_VERSION', 'AKM_TIMEOUT']],
      );
      assert.match(error?.message ?? '', /did not answer GET_VERSION_REQUEST/);
      assert.equal(server.accepted, 1);
    });

    it('reads what it is told with own layouts', async () => {
      const layouts = {
        GET_VERSION_RESPONSE: 'minor:u16 major:text[2]',
        GET_ENDPOINT_INFO_RESPONSE: 'id:u64 name:text[4]',
        GET_ATR_INFO_RESPONSE: 'serial:u32[1] mine:{ atrId:u16 }[]',
      };
      const server = await bench.scriptedApp();
      const reporting = testApp({ port: server.port, layouts }, patient);
      const peer = await server.connection();
      await peer.frame();
      peer.sendRaw(GET_VERSION.response.code, Buffer.from('0700' + '4141', 'hex'));
      await peer.frame();
      peer.sendRaw(GET_ENDPOINT_INFO.response.code, Buffer.from('0100000000000000' + '70756d70', 'hex'));
      await peer.frame();
      peer.sendRaw(GET_ATR_INFO.response.code, Buffer.from('00000000' + '0100' + '0200', 'hex'));
      const { version, endpoint, atrs } = await reporting;
      assert.deepEqual(
        { version, endpoint, atrs },
        {
          version: { minor: 7 },
          endpoint: { name: 'pump' },
          atrs: { count: 2 },
        },
      );
    });
  });

  it('ends when it is told to, with what was answered until then', async () => {
    const server = await bench.scriptedApp();
    const controller = new AbortController();
    const reporting = testApp({ port: server.port, requestTimeout: 60_000 }, controller.signal);
    const peer = await server.connection();
    await peer.receive(GET_VERSION.request);
    peer.send(GET_VERSION.response, { major: 1, minor: 2, patch: 3, build: 4 });
    await peer.receive(GET_ENDPOINT_INFO.request);
    controller.abort(new AkmError('AKM_TIMEOUT', 'too long'));
    const { version, unanswered } = await reporting;
    assert.equal(version?.build, 4);
    assert.deepEqual(unanswered, [
      { operation: 'GET_ENDPOINT_INFO', code: 'AKM_TIMEOUT', message: 'too long' },
      { operation: 'GET_ATR_INFO', code: 'AKM_TIMEOUT', message: 'too long' },
    ]);
    await peer.closed;
  });

  it('ends while it connects, or before', async () => {
    await withoutNames(async () => {
      const controller = new AbortController();
      const options = { host: 'never.invalid', requestTimeout: 60_000 };
      const reporting = testAmm(options, controller.signal);
      controller.abort(new AkmError('AKM_TIMEOUT', 'too long'));
      for (const report of [await reporting, await testAmm(options, controller.signal)])
        assert.deepEqual(report, {
          connected: false,
          answered: false,
          error: { code: 'AKM_TIMEOUT', message: 'too long' },
        });
    });
  });
});
