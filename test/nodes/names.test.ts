import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../src/protocol/app-messages.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { connection, type AkmDetails, type FlowNode, type Message } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';

const PUMP = identifierOf(7n, 0xe000000000000000n);
const PRESS = identifierOf(8n, 0xe000000000000000n);
const UNNAMED = identifierOf(9n, 0xe000000000000000n);
const LINE = identifierOf(1n, 0xa000000000000000n);

/** A machine with all there is, one with an identifier, an ATR with identifier and ATR ID, an ATR ID, an App Value in any ATR. */
const NAMES = [
  { name: 'pump-7', id: PUMP.id, atrId: '1', appValue: '200' },
  { name: 'press', id: PRESS.id.slice(2).toLowerCase(), atrId: '', appValue: '' },
  { name: 'line 1', id: LINE.id, atrId: '0x1', appValue: '' },
  { name: 'line 2', id: '', atrId: '2', appValue: '' },
  { name: 'hmi', id: '', atrId: '', appValue: '0x12C' },
];

/** The names noted at a message. */
function namesOf({ akm = {} }: Message): (string | undefined)[] {
  const { name, atrName } = akm as AkmDetails & { name?: string; atrName?: string };
  return [name, atrName];
}

describe('names', () => {
  const { nodeRed, bench } = useNodeRed();

  /** Starts a flow at a scripted AMM, with the names. */
  const withAmm = async (node: FlowNode, settings = {}) => {
    const amm = await bench.scriptedAmm();
    await nodeRed.start(connection({ ammPort: amm.port }, { names: NAMES, ...settings }), node);
    return amm.connection();
  };

  /** Starts a flow at a scripted AppEndpoint, with the names. */
  const withApp = async (...nodes: FlowNode[]) => {
    const app = await bench.scriptedApp();
    await nodeRed.start(connection({ appPort: app.port }, { names: NAMES }), ...nodes);
    return app.connection();
  };

  describe('at the AMM', () => {
    const details = { id: 'details', type: 'akm-endpoint-details' };
    const provision = { id: 'provision', type: 'akm-provision' };

    it('are told in the list of endpoints', async () => {
      const amm = await withAmm({ id: 'list', type: 'akm-list-endpoints' });
      const listed = nodeRed.success('list');
      const { request, response } = AMM_OPERATIONS.LIST_ENDPOINTS;
      await amm.receive(request);
      amm.send(response, { confirmation: 0, count: 3, endpoints: [PUMP, UNNAMED, PRESS] });
      assert.deepEqual((await listed).payload, [
        { index: 0, ...PUMP, name: 'pump-7' },
        { index: 1, ...UNNAMED },
        { index: 2, ...PRESS, name: 'press' },
      ]);
    });

    it('are told in the list of ATRs', async () => {
      const amm = await withAmm({ id: 'list', type: 'akm-list-atrs' });
      const listed = nodeRed.success('list');
      const { request, response } = AMM_OPERATIONS.LIST_ATRS;
      await amm.receive(request);
      const atrs = [LINE, UNNAMED].map((id) => ({ category: 3, id }));
      amm.send(response, { confirmation: 0, count: 2, atrs });
      const operational = { category: 3, categoryName: 'Operational' };
      assert.deepEqual((await listed).payload, [
        { index: 0, ...operational, ...LINE, name: 'line 1' },
        { index: 1, ...operational, ...UNNAMED },
      ]);
    });

    const targets: [string, object, unknown][] = [
      ['a message', {}, 'pump-7'],
      ['an object in a message', {}, { id: 'pump-7' }],
      ['the form', { target: 'pump-7', targetType: 'str' }, undefined],
      ['an environment variable', { target: '${PUMP}', targetType: 'str' }, undefined],
      ['JSONata', { target: '"pump-" & topic', targetType: 'jsonata' }, undefined],
    ];
    for (const [where, properties, payload] of targets) {
      it(`in ${where} stand for the identifier of a target, and come back with it`, async () => {
        const amm = await bench.scriptedAmm();
        const tab = {
          id: 'tab',
          type: 'tab',
          label: 'test',
          env: [{ name: 'PUMP', value: 'pump-7', type: 'str' }],
        };
        await nodeRed.start(tab, connection({ ammPort: amm.port }, { names: NAMES }), {
          ...details,
          ...properties,
        });
        const peer = await amm.connection();
        const asked = nodeRed.success('details', { payload, topic: '7' });
        const { request, response } = AMM_OPERATIONS.GET_ENDPOINT_DETAILS;
        assert.deepEqual(await peer.receive(request), { id: PUMP });
        peer.sendRaw(response.code, Buffer.alloc(4));
        assert.deepEqual((await asked).payload, { ...PUMP, name: 'pump-7', confirmation: 0 });
      });
    }

    for (const [action, operation] of [
      ['provision-endpoint', AMM_OPERATIONS.PROVISION_ENDPOINT],
      ['delete-endpoint', AMM_OPERATIONS.DELETE_ENDPOINT],
      ['delete-atr', AMM_OPERATIONS.DELETE_ATR],
    ] as const) {
      it(`stand for the target of ${action}`, async () => {
        const amm = await withAmm({ ...provision, action });
        const done = nodeRed.success('provision', { payload: 'press' });
        assert.deepEqual(await amm.receive(operation.request), { id: PRESS });
        amm.send(operation.response, { confirmation: 0 });
        const { payload } = await done;
        assert.deepEqual(payload, { action, accepted: true, ...PRESS, name: 'press', confirmation: 0 });
      });
    }

    it('stand for the endpoints of a new ATR, and are told of it and of them', async () => {
      const amm = await withAmm({ ...provision, action: 'create-operational-atr' });
      const created = nodeRed.success('provision', { payload: ['pump-7', { id: 'press' }, UNNAMED] });
      const { request, response } = AMM_OPERATIONS.CREATE_OPERATIONAL_ATR;
      assert.deepEqual((await amm.receive(request)).endpoints, [PUMP, PRESS, UNNAMED]);
      amm.send(response, { confirmation: 0, id: LINE });
      assert.deepEqual((await created).payload, {
        action: 'create-operational-atr',
        accepted: true,
        endpoints: [{ ...PUMP, name: 'pump-7' }, { ...PRESS, name: 'press' }, UNNAMED],
        ...LINE,
        name: 'line 1',
        confirmation: 0,
      });
    });

    it('stand for the field id of an own layout, and for no other of its fields', async () => {
      const layouts = { DELETE_ATR_REQUEST: 'note:text[6] id:id128' };
      const amm = await withAmm({ ...provision, action: 'delete-atr' }, { layouts });
      const done = nodeRed.success('provision', { payload: { id: 'line 1', note: 'press' } });
      const { payload } = await amm.frame();
      assert.equal(
        payload.toString('hex', 4),
        `${Buffer.from('press\0').toString('hex')}010000000000000000000000000000a0`,
      );
      amm.sendRaw(0x47, Buffer.alloc(4));
      await done;
    });

    it('give way to a field that the AMM calls name', async () => {
      const layouts = { GET_ENDPOINT_DETAILS_RESPONSE: 'confirmation:u32 id:id128 name:text' };
      const amm = await withAmm(details, { layouts });
      const asked = nodeRed.success('details', { payload: 'pump-7' });
      await amm.frame();
      const id = Buffer.from('070000000000000000000000000000e0', 'hex');
      amm.sendRaw(0x42, Buffer.concat([Buffer.alloc(4), id, Buffer.from('P7')]));
      assert.deepEqual((await asked).payload, { ...PUMP, confirmation: 0, name: 'P7' });
    });

    const refused: [unknown, RegExp][] = [
      [
        'pump-8',
        /text of 6 characters; needed is .*, or a name that stands for one: "pump-7", "press", "line 1"/,
      ],
      ['hmi', /text of 3 characters; needed is .*\. The name "hmi" has no identifier/],
      [{ id: 'pump-8' }, /an object; needed is .*, or a name that stands for one: "pump-7"/],
    ];
    for (const [payload, message] of refused) {
      it(`that do not stand for an identifier are refused: ${message.source}`, async () => {
        const amm = await withAmm(details);
        const { error } = await nodeRed.failure('details', { payload }, 'AKM_INVALID_INPUT');
        assert.match(error.message, message);
        assert.equal(amm.unasked, 0);
      });
    }

    it('that do not stand for an identifier are refused among the endpoints of a new ATR', async () => {
      const amm = await withAmm({ ...provision, action: 'create-operational-atr' });
      const payload = ['pump-7', 'pump-8'];
      const { error } = await nodeRed.failure('provision', { payload }, 'AKM_INVALID_INPUT');
      assert.match(
        error.message,
        /endpoints\[1\] is text of 6 characters; .*, or a name that stands for one: "pump-7"/,
      );
      assert.equal(amm.unasked, 0);
    });
  });

  describe('at the AppEndpoint', () => {
    const { request, response } = APP_OPERATIONS.REGISTER_APP;
    const register = { id: 'register', type: 'akm-register' };
    const send = { id: 'send', type: 'akm-send' };
    const receive = { id: 'receive', type: 'akm-receive' };
    const literal = (atrId: string, appValue: string) => ({
      atrId,
      atrIdType: 'num',
      appValue,
      appValueType: 'num',
    });

    it('stand for ATR ID and App Value of a registration, and come back with it', async () => {
      const app = await withApp({ ...register, ...literal('line 1', 'pump-7') });
      assert.deepEqual(await app.receive(request), { atrId: 1, appValue: 200 });
      app.send(response, { status: 0 });
      assert.deepEqual((await nodeRed.output()).payload, {
        atrId: 1,
        appValue: 200,
        name: 'pump-7',
        registered: true,
        status: 0,
        automatic: true,
      });
    });

    /** Starts a send node where somebody is registered in ATR 1 and ATR 2. */
    const sending = async (properties: object) => {
      const others = ['1', '2'].map((atrId) => ({ ...register, id: `in ${atrId}`, atrId, wires: [[]] }));
      const app = await withApp(...others, { ...send, ...properties });
      for (const { id } of others) {
        await app.receive(request);
        app.send(response, { status: 0 });
        await nodeRed.showing(id, 'registered');
      }
      return app;
    };

    const sent: [string, object, object, number[], (string | undefined)[]][] = [
      ['in the form', literal('pump-7', 'pump-7'), {}, [1, 200], ['pump-7', 'line 1']],
      ['in a message', {}, { atrId: 'line 2', appValue: 'hmi' }, [2, 300], ['hmi', 'line 2']],
      ['beside numbers', {}, { atrId: 1, appValue: 'pump-7' }, [1, 200], ['pump-7', 'line 1']],
      ['of what was given by numbers', {}, { atrId: 1, appValue: 200 }, [1, 200], ['pump-7', 'line 1']],
      ['that do not fit', {}, { atrId: 1, appValue: 9 }, [1, 9], [undefined, 'line 1']],
    ];
    for (const [where, properties, msg, [atrId, appValue], told] of sent) {
      it(`say where to send, and are told of it: names ${where}`, async () => {
        const app = await sending(properties);
        const done = nodeRed.success('send', { payload: 'x', ...msg });
        const data = await app.receive(SEND_APP_DATA_REQUEST);
        assert.deepEqual([data.atrId, data.appValue], [atrId, appValue]);
        const { akm, ...rest } = await done;
        assert.deepEqual(namesOf({ akm: akm ?? {} }), told);
        assert.deepEqual(
          [rest.atrId, rest.appValue],
          Object.values({ a: undefined, b: undefined, ...msg }).slice(-2),
        );
      });
    }

    it('of an application in one ATR are refused in another: it would be the wrong machine', async () => {
      const app = await sending({});
      const msg = { payload: 'x', atrId: 2, appValue: 'pump-7' };
      const { error } = await nodeRed.failure('send', msg, 'AKM_INVALID_INPUT');
      assert.match(error.message, /App Value is "pump-7", an application in ATR 1, but the ATR ID is 2/);
      assert.equal(app.unasked, 0);
    });

    for (const [msg, message] of [
      [
        { atrId: 'press', appValue: 1 },
        /The ATR ID is "press"; .*"pump-7", "line 1", "line 2"\. .* no ATR ID/,
      ],
      [{ atrId: 1, appValue: 'line 1' }, /App Value is "line 1"; .*"pump-7", "hmi"\. .* no App Value/],
      [
        { atrId: 1, appValue: 'nobody' },
        /App Value is "nobody"; .*, or a name that stands for one: "pump-7", "hmi"/,
      ],
    ] as const) {
      it(`that do not stand for what is wanted are refused: ${message.source}`, async () => {
        await sending({});
        const { error } = await nodeRed.failure('send', { payload: 'x', ...msg }, 'AKM_INVALID_INPUT');
        assert.match(error.message, message);
      });
    }

    it('are told of the sender and of the ATR in which data came', async () => {
      const app = await withApp(receive);
      for (const [atrId, appValue, told] of [
        [1, 200, ['pump-7', 'line 1']],
        [2, 200, [undefined, 'line 2']],
        [9, 300, ['hmi', undefined]],
        [9, 9, [undefined, undefined]],
      ] as const) {
        app.send(RECEIVE_APP_DATA_RESPONSE, { atrId, appValue, data: 'x' });
        const msg = await nodeRed.output();
        assert.deepEqual(namesOf(msg), told);
        assert.equal('name' in (msg.akm ?? {}), told[0] !== undefined, 'absent where there is none');
      }
    });

    it('are told of data that could not be read', async () => {
      const app = await withApp({ ...receive, format: 'json' });
      app.send(RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: 200, data: 'x' });
      assert.deepEqual(namesOf(await nodeRed.caught('AKM_INVALID_INPUT')), ['pump-7', 'line 1']);
    });

    const filters: [string, string, string[]][] = [
      ['line 1', '', ['akm/1/200', 'akm/1/300']],
      ['', 'hmi', ['akm/1/300', 'akm/2/300']],
      ['', 'pump-7', ['akm/1/200']],
      ['line 2', 'hmi', ['akm/2/300']],
      ['pump-7', 'pump-7', ['akm/1/200']],
    ];
    for (const [atrId, appValue, topics] of filters) {
      it(`say what to receive: ATR "${atrId}", sender "${appValue}"`, async () => {
        const end = { ...receive, id: 'end', atrId: '9', wires: [['end-out']] };
        const app = await withApp({ ...receive, atrId, appValue }, end);
        for (const [atr, sender] of [
          [1, 200],
          [1, 300],
          [2, 200],
          [2, 300],
          [9, 9],
        ] as const)
          app.send(RECEIVE_APP_DATA_RESPONSE, { atrId: atr, appValue: sender, data: 'x' });
        await nodeRed.output('end-out');
        for (const topic of topics) assert.equal((await nodeRed.output()).topic, topic);
        assert.equal(nodeRed.size(), 0);
      });
    }

    for (const [filter, message] of [
      [{ atrId: 'press' }, /The ATR ID is "press"; .* has no ATR ID/],
      [{ appValue: 'line 1' }, /The sender's App Value is "line 1"; .* has no App Value/],
      [{ atrId: '2', appValue: 'pump-7' }, /an application in ATR 1, but the ATR ID is 2/],
    ] as const) {
      it(`are refused as a filter where they do not fit: ${message.source}`, async () => {
        await withApp({ ...receive, ...filter });
        const { error } = await nodeRed.caught('AKM_INVALID_INPUT');
        assert.match(error.message, message);
        assert.equal(nodeRed.texts('receive').at(-1), 'bad settings');
      });
    }

    it('are told of the ATRs of the endpoint: by the identifier, else by the ATR ID', async () => {
      const app = await withApp({ id: 'info', type: 'akm-app-info', query: 'atrs' });
      const asked = nodeRed.success('info');
      await app.receive(APP_OPERATIONS.GET_ATR_INFO.request);
      const entries = [
        { atrId: 5, id: LINE },
        { atrId: 2, id: UNNAMED },
        { atrId: 9, id: UNNAMED },
      ].map((entry) => ({ reserved: 0, category: 3, ...entry }));
      app.send(APP_OPERATIONS.GET_ATR_INFO.response, { count: 3, atrs: entries });
      const { atrs } = (await asked).payload as { atrs: { name?: string }[] };
      assert.deepEqual(
        atrs.map(({ name }) => name),
        ['line 1', 'line 2', undefined],
      );
    });

    it('give way to the name that the AppEndpoint gives its endpoint, and stand in for it', async () => {
      const app = await withApp({ id: 'info', type: 'akm-app-info', query: 'endpoint' });
      const { request: ask, response: answer } = APP_OPERATIONS.GET_ENDPOINT_INFO;
      const named = nodeRed.success('info');
      await app.receive(ask);
      app.send(answer, { id: PUMP, status: 0, name: 'P7' });
      assert.deepEqual((await named).payload, { ...PUMP, status: 0, name: 'P7' });
      const short = nodeRed.success('info');
      await app.receive(ask);
      app.sendRaw(answer.code, Buffer.from('070000000000000000000000000000e0', 'hex'));
      assert.deepEqual((await short).payload, { ...PUMP, name: 'pump-7' });
    });
  });

  describe('in the connection', () => {
    it('may hold environment variables', async () => {
      const amm = await bench.scriptedAmm();
      process.env['AKM_TEST_PUMP'] = PUMP.id;
      try {
        const names = [{ name: 'pump-7', id: '${AKM_TEST_PUMP}', atrId: '', appValue: '' }];
        await nodeRed.start(connection({ ammPort: amm.port }, { names }), {
          id: 'details',
          type: 'akm-endpoint-details',
        });
      } finally {
        delete process.env['AKM_TEST_PUMP'];
      }
      const peer = await amm.connection();
      const asked = nodeRed.success('details', { payload: 'pump-7' });
      const { request, response } = AMM_OPERATIONS.GET_ENDPOINT_DETAILS;
      assert.deepEqual(await peer.receive(request), { id: PUMP });
      peer.sendRaw(response.code);
      await asked;
    });

    for (const [what, names, message] of [
      ['a wrong value', [{ name: 'pump-7', atrId: '65536' }], /Row 1 of the names: the ATR ID is "65536"/],
      ['one name twice', [NAMES[0], NAMES[0]], /Row 2 of the names: .* a row above has already/],
      ['no rows', 'pump-7', /The names are "pump-7"; an array of rows is needed/],
    ] as const) {
      it(`are told in the log once where they hold ${what}, and each message fails with it`, async () => {
        const users = ['akm-list-endpoints', 'akm-send'].map((type) => ({ id: type, type }));
        await nodeRed.start(connection(await bench.simulator(), { names }), ...users);
        for (const { id } of users) {
          const { error } = await nodeRed.failure(id, { payload: 'x' }, 'AKM_INVALID_INPUT');
          assert.match(error.message, message);
          assert.equal(nodeRed.texts(id).at(-1), 'bad settings');
        }
        const logged = nodeRed.log.filter(({ id, level }) => id === 'connection' && level === 20);
        assert.equal(logged.length, 1);
        assert.match(String(logged[0]?.msg), message);
      });
    }
  });
});
