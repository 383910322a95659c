import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { connection, untimed, type FlowNode, type Message } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { usePretendedRemoteAddress } from '../support/sockets.js';

/** The simulator's first endpoints, and one that it does not know. */
const [FIRST, SECOND, UNKNOWN] = [1n, 2n, 99n].map((n) => identifierOf(n, 0xe000000000000000n)) as [
  ReturnType<typeof identifierOf>,
  ReturnType<typeof identifierOf>,
  ReturnType<typeof identifierOf>,
];
/** The simulator's first trust relationship, and the one that it makes next, with four there. */
const FIRST_ATR = identifierOf(1n, 0xa000000000000000n);
const NEW_ATR = identifierOf(5n, 0xa000000000000000n);

/** For each action what it is given, what it answers, and what is refused. */
const actions = [
  {
    action: 'provision-endpoint',
    operation: 'PROVISION_ENDPOINT',
    payload: UNKNOWN,
    told: UNKNOWN,
    raw: '',
    refused: FIRST,
    confirmation: 4,
  },
  {
    action: 'create-operational-atr',
    operation: 'CREATE_OPERATIONAL_ATR',
    payload: [FIRST, SECOND.id],
    told: { endpoints: [FIRST, SECOND], ...NEW_ATR },
    raw: '050000000000000000000000000000a0',
    refused: [FIRST, UNKNOWN],
    confirmation: 2,
  },
  {
    action: 'delete-endpoint',
    operation: 'DELETE_ENDPOINT',
    payload: FIRST,
    told: FIRST,
    raw: '',
    refused: UNKNOWN,
    confirmation: 2,
  },
  {
    action: 'delete-atr',
    operation: 'DELETE_ATR',
    payload: FIRST_ATR,
    told: FIRST_ATR,
    raw: '',
    refused: UNKNOWN,
    confirmation: 3,
  },
] as const;

const ALLOWED = 'provision-endpoint, create-operational-atr, delete-endpoint, delete-atr';

describe('the actions of akm-provision', () => {
  const { nodeRed, bench } = useNodeRed();
  const node = { id: 'act', type: 'akm-provision' };
  const lists = [
    { id: 'endpoints', type: 'akm-list-endpoints' },
    { id: 'atrs', type: 'akm-list-atrs' },
  ];

  /** Starts a flow at a scripted AMM, and gives its side of the connection. */
  const scripted = async (properties: Partial<FlowNode>, settings = {}) => {
    const amm = await bench.scriptedAmm();
    await nodeRed.start(connection({ ammPort: amm.port }, settings), { ...node, ...properties });
    await nodeRed.showing('act', 'connected');
    return amm.connection();
  };
  const simulated = async (properties: Partial<FlowNode>) => {
    const peer = await bench.simulator({ endpoints: 3, atrs: 4 });
    await nodeRed.start(connection(peer), { ...node, ...properties }, ...lists);
    await nodeRed.showing('act', 'connected');
  };
  /** The identifiers that the AMM lists now. */
  const listed = async (which: 'endpoints' | 'atrs') =>
    ((await nodeRed.success(which)).payload as { id: string }[]).map(({ id }) => id);

  for (const { action, operation, payload, told, raw, refused, confirmation } of actions) {
    const { request, response } = AMM_OPERATIONS[operation];

    for (const [how, properties, msg] of [
      ['its own action', { action }, {}],
      ['the action of the message', { action: 'msg' }, { action }],
    ] as const) {
      it(`tell what the AMM accepted by ${how}: ${action}`, async () => {
        await simulated(properties);
        const given: Message = { _msgid: 'mine', payload, topic: 'kept', ...msg };
        const sent = await nodeRed.success('act', given);
        assert.deepEqual(sent, {
          _msgid: 'mine',
          topic: 'kept',
          ...msg,
          akm: sent.akm,
          payload: { action, accepted: true, confirmation: 0, ...told },
        });
        assert.deepEqual(untimed(sent), {
          service: 'amm',
          operation,
          requestCode: request.code,
          responseCode: response.code,
          confirmation: 0,
          layout: 'inferred',
          raw: Buffer.from(raw, 'hex'),
        });
        assert.deepEqual(nodeRed.statuses('act').at(-1), {
          fill: 'green',
          shape: 'dot',
          text: 'accepted (inferred)',
        });
      });
    }

    it(`fail with the confirmation where the AMM refuses ${action}`, async () => {
      await simulated({ action });
      const caught = await nodeRed.failure('act', { payload: refused, topic: 'kept' }, 'AKM_REJECTED');
      assert.match(
        caught.error.message,
        new RegExp(`refused ${operation}_REQUEST: confirmation ${confirmation} `),
      );
      assert.deepEqual(caught.akm, { service: 'amm', operation, confirmation });
      assert.deepEqual([caught.payload, caught.topic, nodeRed.size()], [refused, 'kept', 0]);
      assert.deepEqual(nodeRed.statuses('act').at(-1), {
        fill: 'red',
        shape: 'ring',
        text: `refused: ${confirmation}`,
      });
    });

    it(`fail with AKM_TIMEOUT where there is no answer to ${action}`, async () => {
      const amm = await scripted({ action }, { requestTimeout: '100' });
      const caught = await nodeRed.failure('act', { payload }, 'AKM_TIMEOUT');
      assert.deepEqual(caught.akm, { service: 'amm', operation });
      assert.equal((await amm.frame()).code, request.code);
    });

    it(`fail with AKM_CONNECTION_LOST where the connection goes during ${action}`, async () => {
      const amm = await scripted({ action });
      const failed = nodeRed.failure('act', { payload }, 'AKM_CONNECTION_LOST');
      await amm.frame();
      amm.reset();
      assert.deepEqual((await failed).akm, { service: 'amm', operation });
    });

    for (const other of actions.filter((each) => each.action !== action)) {
      it(`are not those of a message where the node is set to one: ${action}, not ${other.action}`, async () => {
        const amm = await scripted({ action });
        const acted = nodeRed.success('act', { payload, action: other.action });
        assert.equal((await amm.frame()).code, request.code);
        amm.sendRaw(response.code, Buffer.alloc(4));
        const { akm, payload: answer } = await acted;
        assert.equal(akm?.operation, operation);
        assert.equal((answer as { action: string }).action, action);
      });
    }
  }

  it('are provisioning where a flow does not say which, whatever a message says', async () => {
    const amm = await scripted({});
    const acted = nodeRed.success('act', { payload: FIRST, action: 'delete-endpoint' });
    await amm.receive(AMM_OPERATIONS.PROVISION_ENDPOINT.request);
    amm.sendRaw(0x43, Buffer.alloc(4));
    await acted;
  });

  for (const [action, told] of [
    [undefined, 'undefined'],
    ['', '""'],
    ['msg', '"msg"'],
    ['DELETE-ATR', '"DELETE-ATR"'],
    ['toString', '"toString"'],
    [3, '3'],
    [['delete-atr'], 'an array of 1'],
  ] as const) {
    it(`are not known by ${told} in a message: the error lists those that are allowed`, async () => {
      const amm = await scripted({ action: 'msg' });
      const msg = { payload: FIRST, topic: 'kept', ...(action === undefined ? {} : { action }) };
      const caught = await nodeRed.failure('act', msg, 'AKM_INVALID_INPUT');
      assert.ok(
        caught.error.message.endsWith(`Unknown action ${told}; expected one of: ${ALLOWED}`),
        caught.error.message,
      );
      assert.deepEqual(caught.akm, { service: 'amm', operation: 'UNKNOWN' });
      assert.deepEqual([caught.topic, amm.unasked], ['kept', 0]);
      assert.equal(nodeRed.texts('act').at(-1), 'invalid input');
    });
  }

  it('take effect at the AMM, one after another', async () => {
    await simulated({ action: 'msg' });
    const act = async (action: string, payload: unknown) =>
      (await nodeRed.success('act', { action, payload })).payload as { id: string };
    await act('provision-endpoint', UNKNOWN);
    assert.ok((await listed('endpoints')).includes(UNKNOWN.id));
    const { id } = await act('create-operational-atr', [FIRST, UNKNOWN]);
    assert.deepEqual((await listed('atrs')).slice(4), [id]);
    await act('delete-atr', id);
    assert.ok(!(await listed('atrs')).includes(id));
    await act('delete-endpoint', UNKNOWN);
    assert.ok(!(await listed('endpoints')).includes(UNKNOWN.id));
    await nodeRed.failure('act', { action: 'delete-atr', payload: id }, 'AKM_REJECTED');
  });

  describe('that delete', () => {
    const forms: [string, unknown][] = [
      ['a string with 0x', FIRST.id],
      ['a string without, in lower case', FIRST.id.slice(2).toLowerCase()],
      ['an object with both halves', { lower64: FIRST.lower64, upper64: FIRST.upper64 }],
      ['an entry of a list', { index: 0, category: 3, categoryName: 'Operational', ...FIRST }],
      ['a bigint', BigInt(FIRST.id)],
    ];
    for (const [action, operation] of [
      ['delete-endpoint', 'DELETE_ENDPOINT'],
      ['delete-atr', 'DELETE_ATR'],
    ] as const) {
      for (const [what, payload] of forms) {
        it(`take ${what} for the identifier: ${action}`, async () => {
          const amm = await scripted({ action });
          const acted = nodeRed.success('act', { payload });
          assert.deepEqual(await amm.receive(AMM_OPERATIONS[operation].request), { id: FIRST });
          amm.sendRaw(AMM_OPERATIONS[operation].response.code, Buffer.alloc(4));
          assert.deepEqual((await acted).payload, { action, accepted: true, confirmation: 0, ...FIRST });
        });
      }

      for (const payload of ['0x', undefined, null, [FIRST], { ...FIRST, lower64: '0x0' }]) {
        it(`send nothing for ${JSON.stringify(payload)}: ${action}`, async () => {
          const amm = await scripted({ action });
          const caught = await nodeRed.failure('act', { payload }, 'AKM_INVALID_INPUT');
          assert.match(caught.error.message, /needed is a 128-bit identifier/);
          assert.deepEqual([caught.akm, amm.unasked], [{ service: 'amm', operation }, 0]);
        });
      }
    }
  });

  describe('that create a trust relationship', () => {
    const create = { action: 'create-operational-atr' };
    const { request, response } = AMM_OPERATIONS.CREATE_OPERATIONAL_ATR;

    it('take identifiers in any form', async () => {
      const amm = await scripted(create);
      const { lower64, upper64 } = FIRST;
      const payload = [
        { lower64, upper64 },
        SECOND.id.toLowerCase(),
        BigInt(UNKNOWN.id),
        { index: 1, ...FIRST },
      ];
      const created = nodeRed.success('act', { payload });
      const endpoints = [FIRST, SECOND, UNKNOWN, FIRST];
      assert.deepEqual(await amm.receive(request), { count: 4, endpoints });
      amm.send(response, { confirmation: 0, id: NEW_ATR });
      assert.deepEqual((await created).payload, {
        action: 'create-operational-atr',
        accepted: true,
        confirmation: 0,
        endpoints,
        ...NEW_ATR,
      });
    });

    it('give no identifier where the AMM tells none', async () => {
      const amm = await scripted(create);
      const created = nodeRed.success('act', { payload: [FIRST] });
      await amm.receive(request);
      amm.sendRaw(response.code, Buffer.from('0000000001020304', 'hex'));
      const { payload, akm } = await created;
      assert.deepEqual(payload, {
        action: 'create-operational-atr',
        accepted: true,
        confirmation: 0,
        endpoints: [FIRST],
      });
      assert.deepEqual(akm?.raw, Buffer.from('01020304', 'hex'));
    });

    it('hand on as many endpoints as a message can hold, and no more', async () => {
      const amm = await scripted(create);
      const endpoints = Array.from({ length: 254 }, (_, n) => identifierOf(BigInt(n), 0n));
      const created = nodeRed.success('act', { payload: endpoints });
      assert.deepEqual(await amm.receive(request), { count: 254, endpoints });
      amm.sendRaw(response.code, Buffer.alloc(4));
      await created;
      await nodeRed.failure('act', { payload: [...endpoints, FIRST] }, 'AKM_PAYLOAD_TOO_LARGE');
      assert.equal(amm.unasked, 0);
    });

    const bad: [payload: unknown, message: RegExp][] = [
      [[], /endpoints is an array of 0; an array of at least one identifier is needed/],
      [FIRST, /endpoints is an object; an array of at least one identifier is needed/],
      [FIRST.id, /endpoints is text of 34 characters; an array of at least one identifier is needed/],
      [undefined, /endpoints is undefined; an array/],
      [null, /endpoints is null; an array/],
      [[FIRST, 'pump'], /endpoints\[1\] is text of 4 characters; needed is a 128-bit identifier/],
      [[undefined], /endpoints\[0\] is undefined; needed is a 128-bit identifier/],
      [[[FIRST]], /endpoints\[0\] is an array of 1; needed is a 128-bit identifier/],
    ];
    for (const [payload, message] of bad) {
      it(`send nothing: ${message.source}`, async () => {
        const amm = await scripted(create);
        const caught = await nodeRed.failure('act', { payload, topic: 'kept' }, 'AKM_INVALID_INPUT');
        assert.match(caught.error.message, message);
        assert.deepEqual(caught.akm, { service: 'amm', operation: 'CREATE_OPERATIONAL_ATR' });
        assert.deepEqual([caught.topic, amm.unasked], ['kept', 0]);
      });
    }
  });

  describe('towards another machine', () => {
    usePretendedRemoteAddress('192.0.2.7');

    for (const { action, operation, payload } of actions) {
      it(`are not sent with an inferred layout: ${action}`, async () => {
        const amm = await scripted({ action: 'msg' });
        const caught = await nodeRed.failure('act', { payload, action }, 'AKM_LAYOUT_UNVERIFIED');
        assert.match(
          caught.error.message,
          new RegExp(`${operation}_REQUEST was not sent .* 192\\.0\\.2\\.7 `),
        );
        assert.deepEqual(caught.akm, { service: 'amm', operation });
        assert.equal(amm.unasked, 0);
        assert.equal(nodeRed.texts('act').at(-1), 'layout not verified');
      });
    }
  });

  it('that cannot even be read end their message with an error', async () => {
    await simulated({ action: 'msg' });
    const msg = {
      get action(): never {
        throw new Error('stepped into the trap');
      },
    };
    const error = await nodeRed.input('act', msg);
    assert.equal(error?.code, 'AKM_INVALID_INPUT');
  });
});
