import type { NodeAPI } from 'node-red';
import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { useAdminApi, type Reply } from '../support/admin-api.js';
import { useFakeClock } from '../support/fake-clock.js';
import { connection, flowOf, type FlowNode } from '../support/flows.js';
import { freePort } from '../support/free-port.js';
import { useNodeRed } from '../support/node-red-helper.js';
import type { ScriptedServer } from '../support/scripted-server.js';

const { LIST_ENDPOINTS } = AMM_OPERATIONS;
const { GET_VERSION, GET_ENDPOINT_INFO, GET_ATR_INFO } = APP_OPERATIONS;

const HTML = '<img src=x onerror="alert(1)">';

/** The identifiers that the simulator begins with. */
const identifier = (kind: 'A' | 'E', number: number) => ({
  id: `0x${kind}${'0'.repeat(30)}${number}`,
  lower64: `0x${'0'.repeat(15)}${number}`,
  upper64: `0x${kind}${'0'.repeat(15)}`,
});

/** What is shown of the answers that are no success. */
interface Failed {
  code: string;
  message: string;
}

/** An answer that must have this status: what it holds. */
function bodyOf({ status, headers, text }: Reply, expected = 200): unknown {
  assert.equal(status, expected, text);
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-store');
  assert.doesNotMatch(text, /\.[jt]s:\d+/, "a stack trace is nobody else's business");
  return JSON.parse(text) as unknown;
}

/** An answer that must be this failure: its message. */
function failure(reply: Reply, status: number, code: string): string {
  const failed = bodyOf(reply, status) as Failed;
  assert.deepEqual(Object.keys(failed), ['code', 'message']);
  assert.equal(failed.code, code);
  return failed.message;
}

/** Headers of a request. */
type Headers = Readonly<Record<string, string>>;

/** What a form sends. */
const form = ({ ammPort, appPort }: { ammPort: number; appPort: number }, changes: object = {}) => ({
  id: 'new',
  ammHost: '127.0.0.1',
  ammPort: String(ammPort),
  appHost: '127.0.0.1',
  appPort: String(appPort),
  requestTimeout: '5000',
  ...changes,
});

describe('The admin routes', () => {
  const api = useAdminApi();
  const { nodeRed, bench } = useNodeRed();
  const start = (...nodes: FlowNode[]) => nodeRed.startWith([api.attach], flowOf(nodes));
  const live = (list: string) => api.ask(`/akm-connection/connection/lists/${list}`);
  const fresh = (list: string, body: unknown) => api.ask(`/akm-connection/lists/${list}`, { body });
  const test = (body: unknown, headers: Headers = {}) => api.ask('/akm-connection/test', { body, headers });

  const scripted = async () => {
    const [amm, app] = await Promise.all([bench.scriptedAmm(), bench.scriptedApp()]);
    return { amm, app, ports: { ammPort: amm.port, appPort: app.port } };
  };

  describe('for a list', () => {
    const names = [
      { name: 'press', id: identifier('E', 2).id, atrId: '', appValue: '' },
      { name: 'line', id: identifier('A', 1).id, atrId: '', appValue: '' },
      { name: 'line here', id: '', atrId: '2', appValue: '' },
      { name: 'pump', id: '', atrId: '1', appValue: '5' },
    ];
    const expected = {
      endpoints: {
        list: 'endpoints',
        items: [identifier('E', 1), { ...identifier('E', 2), name: 'press' }],
        layout: 'documented',
      },
      atrs: {
        list: 'atrs',
        items: [{ category: 3, categoryName: 'Operational', ...identifier('A', 1), name: 'line' }],
        layout: 'documented',
      },
      'app-atrs': {
        list: 'app-atrs',
        items: [{ atrId: 1, category: 3, categoryName: 'Operational', ...identifier('A', 1), name: 'line' }],
        layout: 'inferred',
      },
    };

    for (const [list, answer] of Object.entries(expected)) {
      it(`answer with the ${list} of a deployed connection, and their names`, async () => {
        await start(connection(await bench.simulator({ endpoints: 2, atrs: 1 }), { names }));
        assert.deepEqual(bodyOf(await live(list)), answer);
      });

      it(`answer with the ${list} of a form, and their names`, async () => {
        const ports = await bench.simulator({ endpoints: 2, atrs: 1 });
        await start();
        assert.deepEqual(bodyOf(await fresh(list, form(ports, { names }))), answer);
      });
    }

    it('prefer the name of an ATR ID to that of its identifier', async () => {
      const ports = await bench.simulator({ atrs: 2 });
      await start();
      const table = [...names, { name: 'other', id: identifier('A', 2).id, atrId: '', appValue: '' }];
      const reply = await fresh('app-atrs', form(ports, { names: table }));
      assert.equal((bodyOf(reply) as { items: { name?: string }[] }).items[1]?.name, 'line here');
    });

    it('say that there are more, and give no more than the protocol holds', async () => {
      const { app, ports } = await scripted();
      await start();
      const replying = fresh('app-atrs', form(ports));
      const peer = await app.connection();
      await peer.receive(GET_ATR_INFO.request);
      const atrs = Array.from({ length: 12 }, (_, atrId) => ({
        atrId,
        reserved: 0,
        category: 9,
        id: identifier('A', 1),
      }));
      peer.send(GET_ATR_INFO.response, { count: 12, atrs });
      const { items, truncated } = bodyOf(await replying) as { items: object[]; truncated: boolean };
      assert.deepEqual([items.length, truncated], [10, true]);
      assert.deepEqual(items[9], { atrId: 9, category: 9, categoryName: 'Unknown', ...identifier('A', 1) });
      await peer.closed;
    });

    it('read it with the layouts of the connection', async () => {
      const { app, ports } = await scripted();
      const layouts = { GET_ATR_INFO_RESPONSE: 'flags:u8[2] mine:{ kind:u8 atrId:u16 }[]' };
      await start();
      const replying = fresh('app-atrs', form(ports, { layouts }));
      const peer = await app.connection();
      await peer.frame();
      peer.sendRaw(GET_ATR_INFO.response.code, Buffer.from('0000' + '010700' + '010800', 'hex'));
      assert.deepEqual(bodyOf(await replying), {
        list: 'app-atrs',
        items: [{ atrId: 7 }, { atrId: 8 }],
        layout: 'custom',
      });
    });

    it('use the connection that the nodes share, and ask once for all who wait', async () => {
      const { amm, ports } = await scripted();
      await start(connection(ports), { id: 'list', type: 'akm-list-endpoints' });
      const peer = await amm.connection();
      await nodeRed.showing('list', 'connected');
      const replying = [live('endpoints'), live('endpoints')];
      await peer.receive(LIST_ENDPOINTS.request);
      // both have arrived when a third, which is refused at once, is answered
      failure(await live('none'), 400, 'BAD_REQUEST');
      peer.send(LIST_ENDPOINTS.response, { confirmation: 0, count: 0, endpoints: [] });
      for (const reply of await Promise.all(replying))
        assert.deepEqual((bodyOf(reply) as { items: object[] }).items, []);
      assert.deepEqual([amm.accepted, peer.unasked], [1, 0]);
      assert.equal(nodeRed.texts('list').at(-1), 'connected');
    });

    describe('that is not answered', () => {
      const time = useFakeClock();

      it('leave the shared connection alone', async () => {
        const { app, ports } = await scripted();
        await start(connection(ports), { id: 'receive', type: 'akm-receive' });
        const peer = await app.connection();
        await nodeRed.showing('receive', 'not registered');
        const replying = live('app-atrs');
        await peer.receive(GET_ATR_INFO.request);
        time.clock.advance(5000);
        assert.match(failure(await replying, 504, 'AKM_TIMEOUT'), /did not answer GET_ATR_INFO_REQUEST/);
        assert.equal(nodeRed.texts('receive').at(-1), 'not registered');
        assert.equal(app.accepted, 1);
      });

      it('are asked for again, instead of waiting for an answer that is overdue', async () => {
        const { amm, ports } = await scripted();
        await start(connection(ports, { requestTimeout: '600000' }), {
          id: 'list',
          type: 'akm-list-endpoints',
        });
        const peer = await amm.connection();
        await nodeRed.showing('list', 'connected');
        const first = live('endpoints');
        await peer.receive(LIST_ENDPOINTS.request);
        time.clock.advance(12_500);
        failure(await first, 504, 'AKM_TIMEOUT');
        const second = live('endpoints');
        // it has arrived when a third, which is refused at once, is answered
        failure(await live('none'), 400, 'BAD_REQUEST');
        const endpoints = [identifier('E', 1)];
        peer.send(LIST_ENDPOINTS.response, { confirmation: 0, count: 1, endpoints });
        await peer.receive(LIST_ENDPOINTS.request);
        peer.send(LIST_ENDPOINTS.response, { confirmation: 0, count: 0, endpoints: [] });
        assert.deepEqual((bodyOf(await second) as { items: object[] }).items, []);
      });
    });

    it('end with the connection that is deployed anew meanwhile', async () => {
      const { amm, ports } = await scripted();
      await start(connection(ports));
      const replying = live('endpoints');
      const peer = await amm.connection();
      await peer.receive(LIST_ENDPOINTS.request);
      await nodeRed.deploy('nodes', connection(ports, { queueLimit: '5' }));
      failure(await replying, 503, 'AKM_CLOSED');
      await peer.closed;
    });

    it('open a connection that no node uses for that moment', async () => {
      const { amm, ports } = await scripted();
      await start(connection(ports));
      const replying = live('endpoints');
      const peer = await amm.connection();
      await peer.receive(LIST_ENDPOINTS.request);
      peer.send(LIST_ENDPOINTS.response, { confirmation: 0, count: 0, endpoints: [] });
      bodyOf(await replying);
      await peer.closed;
    });

    it('say which connection or list is not there', async () => {
      await start(connection({}), { id: 'simulator', type: 'akm-simulator', ammPort: '0', appPort: '0' });
      for (const id of ['none', 'simulator', '__proto__'])
        failure(await api.ask(`/akm-connection/${id}/lists/endpoints`), 404, 'NOT_DEPLOYED');
      for (const list of ['none', 'constructor'])
        assert.match(failure(await live(list), 400, 'BAD_REQUEST'), /there are endpoints, atrs, app-atrs/);
      failure(await fresh('none', form({ ammPort: 1, appPort: 1 })), 400, 'BAD_REQUEST');
    });

    it('say what is wrong with the peer or the settings', async () => {
      const { amm, ports } = await scripted();
      await amm.close();
      await start();
      assert.match(failure(await fresh('endpoints', form(ports)), 502, 'AKM_NOT_CONNECTED'), /ECONNREFUSED/);
      const wrong = failure(
        await fresh('endpoints', form(ports, { ammPort: 'x' })),
        400,
        'AKM_INVALID_INPUT',
      );
      assert.match(wrong, /^The port is "x"/);
    });
  });

  describe('for a test', () => {
    it('report on both services', async () => {
      const ports = await bench.simulator();
      await start();
      const { amm, app } = bodyOf(await test(form(ports))) as Record<string, Record<string, unknown>>;
      for (const report of [amm, app]) {
        assert.deepEqual([report?.['connected'], report?.['answered']], [true, true]);
        assert.deepEqual([typeof report?.['connectMs'], typeof report?.['answerMs']], ['number', 'number']);
      }
      assert.deepEqual(
        [amm?.['endpoints'], amm?.['atrs']],
        [
          { count: 4, truncated: false },
          { count: 5, truncated: false },
        ],
      );
      assert.deepEqual(app?.['version'], { major: 1, minor: 0, patch: 0, build: 0 });
    });

    it('report on one though the other is wrong', async () => {
      const ports = await bench.simulator();
      await start();
      const { amm, app } = bodyOf(await test(form(ports, { ammHost: ' ' }))) as Record<
        string,
        { answered: boolean; error?: Failed }
      >;
      assert.deepEqual([amm?.answered, amm?.error?.code], [false, 'AKM_INVALID_INPUT']);
      assert.equal(app?.answered, true);
    });

    it('hand on as data what a peer calls itself', async () => {
      const { amm, app, ports } = await scripted();
      await amm.close();
      await start();
      const replying = test(form(ports));
      const peer = await app.connection();
      await peer.receive(GET_VERSION.request);
      peer.send(GET_VERSION.response, { major: 1, minor: 2, patch: 3, build: 4 });
      await peer.receive(GET_ENDPOINT_INFO.request);
      peer.send(GET_ENDPOINT_INFO.response, { id: identifier('E', 1), status: 0, name: HTML });
      await peer.receive(GET_ATR_INFO.request);
      peer.send(GET_ATR_INFO.response, { count: 0, atrs: [] });
      const reply = await replying;
      assert.equal(reply.headers['x-content-type-options'], 'nosniff');
      assert.equal((bodyOf(reply) as { app: { endpoint: { name: string } } }).app.endpoint.name, HTML);
    });
  });

  describe("take a form's settings", () => {
    const good = form({ ammPort: 1, appPort: 1 });
    const { ammHost, ...incomplete } = good;
    assert.ok(ammHost);
    const row = { name: 'a', id: '', atrId: '1', appValue: '' };
    const bad: Record<string, [unknown, RegExp]> = {
      'that are no object': [[good], /^The body is an array of 1; an object/],
      'that are not complete': [incomplete, /has no ammHost/],
      'with one unknown': [{ ...good, allowInferred: 'true' }, /"allowInferred", which is no setting/],
      'with one that objects inherit': [{ ...good, constructor: '' }, /"constructor", which is no setting/],
      'with a number': [{ ...good, ammPort: 49200 }, /^ammPort is 49200; text/],
      'with a host that is too long': [
        { ...good, ammHost: 'a'.repeat(1025) },
        /^ammHost has 1025 characters; 1024/,
      ],
      'with layouts that are none': [{ ...good, layouts: [] }, /^layouts is an array of 0; an object/],
      'with a layout that is no text': [{ ...good, layouts: { X: 1 } }, /^A layout is 1; text/],
      'with a layout that is too long': [
        { ...good, layouts: { X: 'a'.repeat(16_385) } },
        /^A layout has 16385/,
      ],
      'with names that are no table': [{ ...good, names: {} }, /^names is an object; an array/],
      'with a row that lacks something': [{ ...good, names: [{ name: 'a' }] }, /^A row of names has no id/],
      'with a row of more': [{ ...good, names: [{ ...row, x: '' }] }, /^A row of names has "x"/],
      'with a row that is none': [{ ...good, names: [null] }, /^A row of names is null/],
      'of more than 64 kB': [
        { ...good, names: Array(1400).fill(row) },
        /^The settings take \d+ bytes; 65536/,
      ],
    };
    for (const [what, [body, message]] of Object.entries(bad)) {
      it(`but none ${what}`, async () => {
        await start();
        for (const reply of [await test(body), await fresh('endpoints', body)])
          assert.match(failure(reply, 400, 'BAD_REQUEST'), message);
      });
    }

    it('as JSON only, so that no form of a foreign page can send them', async () => {
      await start();
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data',
        'application/jsonp',
      ]) {
        const body = type.endsWith('urlencoded')
          ? new URLSearchParams(good).toString()
          : JSON.stringify(good);
        const reply = await api.ask('/akm-connection/test', { body, type });
        assert.match(failure(reply, 400, 'BAD_REQUEST'), /must be sent as application\/json/);
      }
    });

    it("and report mistakes in layouts as a test's result", async () => {
      await start();
      const layouts = { GET_VERSION_RESPONSE: 'oops' };
      const { app } = bodyOf(await test({ ...good, layouts })) as { app: { error: Failed } };
      assert.equal(app.error.code, 'AKM_INVALID_INPUT');
      assert.match(app.error.message, /GET_VERSION_RESPONSE has a mistake in column/);
    });
  });

  describe('are for the editor alone:', () => {
    const asks: Record<string, (headers: Headers) => Promise<Reply>> = {
      'a list of a deployed connection': (headers) =>
        api.ask('/akm-connection/connection/lists/endpoints', { headers }),
      'a list of a form': (headers) => api.ask('/akm-connection/lists/endpoints', { headers, body: {} }),
      'a test': (headers) => api.ask('/akm-connection/test', { headers, body: {} }),
    };
    const refused: Record<string, Headers> = {
      'of another host': { host: 'gateway:1880', origin: 'http://evil.example' },
      'of another port': { host: 'gateway:1880', origin: 'http://gateway' },
      'of the default port of another scheme': { host: 'gateway:80', origin: 'https://gateway' },
      'without an origin of its own': { host: 'gateway:1880', origin: 'null' },
      'of an extension': { host: 'gateway:1880', origin: 'chrome-extension://gateway:1880' },
      'whose browser says so': { 'sec-fetch-site': 'cross-site' },
      'on another port of the host, whose browser says so': { 'sec-fetch-site': 'same-site' },
      'that poses as forwarded by a proxy': {
        host: 'gateway:1880',
        origin: 'http://evil.example',
        'x-forwarded-host': 'evil.example',
      },
      'that poses as the editor of old, in a browser that knows better': {
        host: 'gateway:1880',
        origin: 'http://gateway:1880',
        'sec-fetch-site': 'cross-site',
      },
    };
    const taken: Record<string, Headers> = {
      'of no browser': {},
      'of the editor': { host: 'gateway:1880', origin: 'http://gateway:1880' },
      'of the editor, in other letters': { host: 'Gateway', origin: 'https://gateway' },
      'of the editor, at the default port': { host: 'gateway:443', origin: 'https://gateway' },
      'of the editor, at an IPv6 address': { host: '[::1]:1880', origin: 'http://[::1]:1880' },
      'of the editor behind a proxy that hides its host, whose browser says so': {
        host: '127.0.0.1:1880',
        origin: 'https://plant.example',
        'sec-fetch-site': 'same-origin',
      },
      'of a person who typed the address': { 'sec-fetch-site': 'none' },
    };

    for (const [what, ask] of Object.entries(asks)) {
      for (const [whose, headers] of Object.entries(refused)) {
        it(`${what} is not for a page ${whose}`, async () => {
          await start();
          const reply = await ask(headers);
          assert.match(failure(reply, 403, 'FOREIGN_ORIGIN'), /only the Node-RED editor may send it/);
        });
      }
      for (const [whose, headers] of Object.entries(taken)) {
        it(`${what} is for requests ${whose}`, async () => {
          await start();
          assert.notEqual((await ask(headers)).status, 403);
        });
      }
    }

    it('the headers of a proxy count once the settings trust it', async () => {
      let admin: NodeAPI['httpAdmin'] | undefined;
      const trust = (RED: NodeAPI): void => {
        admin = RED.httpAdmin.set('trust proxy', 'loopback');
      };
      await nodeRed.startWith([api.attach, trust], flowOf([]));
      const headers = { host: '127.0.0.1:1880', origin: 'http://plant.example' };
      try {
        failure(
          await test({}, { ...headers, 'x-forwarded-host': 'elsewhere.example' }),
          403,
          'FOREIGN_ORIGIN',
        );
        for (const host of ['plant.example', 'plant.example:80, inner.example']) {
          failure(await test({}, { ...headers, 'x-forwarded-host': host }), 400, 'BAD_REQUEST');
        }
      } finally {
        admin?.set('trust proxy', false);
      }
    });
  });

  describe('put in environment variables', () => {
    const variable = 'AKM_TEST_AMM_PORT';
    afterEach(() => {
      Reflect.deleteProperty(process.env, variable);
    });
    /** The AMM must be found where the variable says. */
    const found = async (
      id: string,
      ports: { ammPort: number; appPort: number },
      port = `\${${variable}}`,
    ) => {
      const reply = await fresh('endpoints', form(ports, { id, ammPort: port }));
      assert.equal((bodyOf(reply) as { items: object[] }).items.length, 4);
    };

    it('of the process', async () => {
      const ports = await bench.simulator();
      await start();
      process.env[variable] = String(ports.ammPort);
      await found('new', ports);
      await found('new', ports, `$(${variable})`);
    });

    it('of the process, but for those that the settings keep from flows', async () => {
      const ports = await bench.simulator();
      let settings: object = {};
      const exclude = (RED: NodeAPI): void => {
        settings = Object.assign(RED.settings, { envVarExcludes: [variable] });
      };
      await nodeRed.startWith([api.attach, exclude], flowOf([]).slice(0, 1));
      process.env[variable] = String(ports.ammPort);
      try {
        const reply = await fresh('endpoints', form(ports, { ammPort: `\${${variable}}` }));
        failure(reply, 400, 'AKM_INVALID_INPUT');
      } finally {
        Reflect.deleteProperty(settings, 'envVarExcludes');
      }
    });

    it('of the process, with other nodes deployed', async () => {
      const ports = await bench.simulator();
      const tab = { id: 'tab', type: 'tab', label: '', env: [{ name: variable, value: '1', type: 'str' }] };
      await start(tab, { id: 'some', type: 'akm-simulator', ammPort: '0', appPort: '0' });
      process.env[variable] = String(ports.ammPort);
      await found('new', ports);
    });

    it('of the flow that the deployed connection is in', async () => {
      const ports = await bench.simulator();
      const env = [{ name: variable, value: String(ports.ammPort), type: 'num' }];
      process.env[variable] = '1';
      await start({ id: 'tab', type: 'tab', label: '', env }, connection(ports, { z: 'tab' }));
      await found('connection', ports);
    });

    it('of the global configuration', async () => {
      const ports = await bench.simulator();
      const env = [{ name: variable, value: String(ports.ammPort), type: 'str' }];
      process.env[variable] = '1';
      await nodeRed.startWith(
        [
          api.attach,
          (RED) =>
            RED.nodes.registerType('global-config', function (config) {
              RED.nodes.createNode(this, config);
            }),
        ],
        [{ id: 'global', type: 'global-config', env }],
      );
      await found('new', ports);
    });

    describe('whose values are in no answer:', () => {
      const secret = 'secret-4711.invalid';
      /** What is answered to a form with a variable of this value; it must not hold the value. */
      const answered = async (changes: object, value: string) => {
        process.env[variable] = value;
        const ports = { ammPort: await freePort(), appPort: 1 };
        const body = form(ports, { layouts: {}, ...changes });
        const texts = [(await test(body)).text, (await fresh('endpoints', body)).text];
        for (const text of texts) {
          assert.ok(!text.includes(value), text);
          // the resolver, and any shortening, may take it apart
          assert.ok(!text.includes(value.slice(0, 12)), text);
        }
        return texts;
      };
      const reference = `\${${variable}}`;

      beforeEach(() => start());

      for (const value of [secret, `${secret}/`, `"${secret}"`, `${secret} ${'x'.repeat(100)}`])
        it(`as a host, ${value.slice(0, 30)}`, async () => {
          for (const text of await answered({ ammHost: reference, requestTimeout: '300' }, value))
            assert.match(text, /\$\{AKM_TEST_AMM_PORT\}/);
        });

      for (const value of ['secret-4711', '65536', '-12345678', '0x1C1C1C1C'])
        it(`as a port, ${value}`, async () => {
          for (const text of await answered({ ammPort: reference }, value))
            assert.match(text, /The port is \\"\$\{AKM_TEST_AMM_PORT\}\\"/);
        });

      it('as a port that can be used', async () => {
        const port = String(await freePort());
        for (const text of await answered({ ammPort: reference }, port))
          assert.match(
            text,
            /The AMM at 127\.0\.0\.1:\$\{AKM_TEST_AMM_PORT\} could not be reached \(ECONNREFUSED\)/,
          );
      });

      it('as a request timeout that cannot be used', async () => {
        for (const text of await answered({ requestTimeout: reference }, 'secret-4711'))
          assert.match(text, /The request timeout \(ms\) is \\"\$\{AKM_TEST_AMM_PORT\}\\"/);
      });

      it('as a request timeout that can be used', async () => {
        const { amm, app, ports } = await scripted();
        await app.close();
        process.env[variable] = '137';
        const replying = test(form(ports, { requestTimeout: reference }));
        const peer = await amm.connection();
        const { text } = await replying;
        await peer.closed;
        assert.match(text, /AKM_TIMEOUT/);
        assert.doesNotMatch(text, /137/);
      });

      it('as a layout', async () => {
        await answered({ layouts: { GET_VERSION_RESPONSE: reference } }, 'secret4711:u8');
        await answered({ layouts: { GET_VERSION_RESPONSE: reference } }, 'secret4711');
      });

      it('as a name', async () => {
        const ports = await bench.simulator();
        process.env[variable] = secret;
        const names = [{ name: reference, id: identifier('E', 1).id, atrId: '', appValue: '' }];
        assert.ok(!(await fresh('endpoints', form(ports, { names }))).text.includes(secret));
      });

      it('not even of a connection that is deployed', async () => {
        const port = await freePort();
        process.env[variable] = String(port);
        await nodeRed.deploy(
          'full',
          ...flowOf([connection({}, { ammPort: reference, requestTimeout: '100' })]),
        );
        const message = failure(await live('endpoints'), 502, 'AKM_NOT_CONNECTED');
        assert.match(message, /ECONNREFUSED/);
        assert.ok(!message.includes(String(port)), message);
      });
    });

    it('and leave as they are those that are not set', async () => {
      const ports = await bench.simulator();
      await start();
      const reply = await fresh('endpoints', form(ports, { ammHost: `\${${variable}}` }));
      assert.match(failure(reply, 400, 'AKM_INVALID_INPUT'), /^The host is "\$\{AKM_TEST_AMM_PORT\}"/);
    });
  });

  describe('are bounded:', () => {
    /** A test that has got as far as asking, and is not answered. */
    const held = async ({ amm, app }: { amm: ScriptedServer; app: ScriptedServer }, signal?: AbortSignal) => {
      const body = form({ ammPort: amm.port, appPort: app.port }, { requestTimeout: '600000' });
      const replying = api.ask('/akm-connection/test', { body, ...(signal ? { signal } : {}) });
      replying.catch(() => undefined); // one that is given up
      const peers = [await amm.connection(), await app.connection()] as const;
      await Promise.all(peers.map((peer) => peer.frame()));
      return { replying, peers };
    };

    it('four at a time, and none for longer than its browser waits', async () => {
      const { amm, app, ports } = await scripted();
      await start(connection(ports));
      const page = new AbortController();
      const tests = [];
      for (let n = 0; n < 4; n += 1) tests.push(await held({ amm, app }, page.signal));
      for (const busy of [
        await test(form(ports)),
        await fresh('endpoints', form(ports)),
        await live('endpoints'),
      ])
        assert.match(failure(busy, 429, 'BUSY'), /^4 such requests are under way/);
      assert.deepEqual([amm.accepted, app.accepted], [4, 4]);
      page.abort();
      await Promise.all(tests.flatMap(({ peers }) => peers.map(({ closed }) => closed)));
      const last = await held({ amm, app });
      for (const peer of last.peers) peer.reset();
      bodyOf(await last.replying);
    });

    describe('a request', () => {
      const time = useFakeClock();

      it('takes 15 seconds at most, whatever the request timeout', async () => {
        const { amm, app } = await scripted();
        await start();
        const { replying, peers } = await held({ amm, app });
        time.clock.advance(12_500);
        await Promise.all(peers.map(({ closed }) => closed));
        const reports = bodyOf(await replying) as Record<string, { error: Failed }>;
        for (const name of ['amm', 'app']) {
          assert.equal(reports[name]?.error.code, 'AKM_TIMEOUT');
          assert.match(reports[name].error.message, /no answer within 12\.5 s/);
        }
      });
    });
  });
});
