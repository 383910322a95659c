import assert from 'node:assert/strict';
import {
  akmNode,
  catchNode,
  type Child,
  connectionNode,
  debugNode,
  freePorts,
  injectNode,
  nodeRedVersions,
  onTab,
  type Ports,
  simulatorNode,
  useNodeRed,
  startSimulatorCommand,
} from '../support/real-node-red';

/** An identifier that the simulator does not know yet. */
const NEW_ENDPOINT = '0x000000000000000000000000C0FFEE01';

/** Another one, that comes and goes. */
const WATCHED_ENDPOINT = '0x000000000000000000000000C0FFEE02';

/** A Buffer as the debug sidebar shows it. */
function bytesOf(shown: unknown): Buffer {
  const { type, data } = shown as { type: string; data: number[] };
  assert.equal(type, 'Buffer');
  return Buffer.from(data);
}

/** Two machines that share the trust relationship 1: `a` is the application 20 there, `b` the application 30. */
function flow(ports: Ports, ...simulator: ReturnType<typeof akmNode>[]) {
  return onTab(
    ...simulator,
    connectionNode('machine-a', ports),
    connectionNode('machine-b', ports),

    injectNode('ask-endpoints', 'list-endpoints'),
    akmNode(
      'list-endpoints',
      'akm-list-endpoints',
      { connection: 'machine-a', filter: '0', filterType: 'num' },
      'endpoints',
    ),
    debugNode('endpoints'),

    injectNode('ask-atrs', 'list-atrs'),
    akmNode(
      'list-atrs',
      'akm-list-atrs',
      { connection: 'machine-a', filter: '0', filterType: 'num', category: '3' },
      'atrs',
    ),
    debugNode('atrs'),

    akmNode(
      'watch',
      'akm-watch',
      { connection: 'machine-a', interval: '1', what: 'both', first: 'added' },
      'changed',
    ),
    debugNode('changed'),

    injectNode('provide', 'provision'),
    akmNode(
      'provision',
      'akm-provision',
      { connection: 'machine-a', action: 'provision-endpoint', target: 'payload', targetType: 'msg' },
      'provisioned',
    ),
    debugNode('provisioned'),

    injectNode('change', 'act'),
    akmNode(
      'act',
      'akm-provision',
      { connection: 'machine-a', action: 'msg', target: 'payload', targetType: 'msg' },
      'acted',
    ),
    debugNode('acted'),

    injectNode('ask-details', 'details'),
    akmNode(
      'details',
      'akm-endpoint-details',
      { connection: 'machine-a', target: 'payload', targetType: 'msg' },
      'detailed',
    ),
    debugNode('detailed'),

    ...(['version', 'endpoint', 'atrs'] as const).flatMap((query) => [
      injectNode(`ask-app-${query}`, `info-${query}`),
      akmNode(`info-${query}`, 'akm-app-info', { connection: 'machine-b', query }, `told-${query}`),
      debugNode(`told-${query}`),
    ]),

    injectNode('ask-anything', 'to-buffer'),
    {
      id: 'to-buffer',
      type: 'function',
      name: '',
      func: 'msg.payload = Buffer.from(msg.payload);\nreturn msg;',
      outputs: 1,
      wires: [['request']],
    },
    akmNode(
      'request',
      'akm-request',
      { connection: 'machine-a', service: 'app', code: 'code', codeType: 'msg', responseCode: '' },
      'answered',
    ),
    debugNode('answered'),

    akmNode(
      'register-a',
      'akm-register',
      {
        connection: 'machine-a',
        atrId: '1',
        atrIdType: 'num',
        appValue: '20',
        appValueType: 'num',
        auto: true,
      },
      'registered-a',
    ),
    debugNode('registered-a'),
    injectNode('register', 'register-b'),
    akmNode(
      'register-b',
      'akm-register',
      {
        connection: 'machine-b',
        atrId: '0x1',
        atrIdType: 'num',
        appValue: 'own',
        appValueType: 'msg',
        auto: false,
      },
      'registered-b',
    ),
    debugNode('registered-b'),

    injectNode('say', 'send-to-b'),
    akmNode(
      'send-to-b',
      'akm-send',
      {
        connection: 'machine-a',
        atrId: '1',
        atrIdType: 'num',
        appValue: '30',
        appValueType: 'num',
        offline: 'error',
      },
      'sent',
    ),
    debugNode('sent'),
    akmNode(
      'at-b',
      'akm-receive',
      { connection: 'machine-b', atrId: '1', appValue: '', format: 'auto' },
      'answer',
      'received-b',
    ),
    debugNode('received-b'),
    akmNode('answer', 'akm-send', {
      connection: 'machine-b',
      atrId: 'atrId',
      atrIdType: 'msg',
      appValue: 'appValue',
      appValueType: 'msg',
      offline: 'error',
    }),
    akmNode(
      'at-a',
      'akm-receive',
      { connection: 'machine-a', atrId: '', appValue: '0x1E', format: 'auto' },
      'received-a',
    ),
    debugNode('received-a'),

    catchNode('catch', 'caught'),
    debugNode('caught'),
  );
}

/** Where the simulated AMM and AppEndpoint are. */
const simulators = [
  {
    title: 'the node akm-simulator',
    nodes: (ports: Ports) => [simulatorNode(ports)],
    start: () => Promise.resolve(undefined),
  },
  { title: 'the command akm-simulator', nodes: () => [], start: startSimulatorCommand },
];

for (const version of nodeRedVersions) {
  for (const simulator of simulators) {
    describe(`${version.title}: operations with ${simulator.title}`, () => {
      const suite = useNodeRed(version);
      let command: Child | undefined;

      before(async () => {
        const ports = await freePorts();
        command = await simulator.start(ports);
        await suite.nodeRed.deploy(flow(ports, ...simulator.nodes(ports)));
      });

      after(async () => {
        if (command) assert.equal(await command.stop(), 0);
      });

      it('lists the endpoints', async () => {
        await suite.nodeRed.inject('ask-endpoints');
        const { payload, akm } = await suite.nodeRed.comms.message('endpoints');
        assert.equal((payload as unknown[]).length, 4);
        assert.deepEqual((payload as unknown[])[0], {
          index: 0,
          id: '0xE0000000000000000000000000000001',
          lower64: '0x0000000000000001',
          upper64: '0xE000000000000000',
        });
        assert.equal((akm as { count: number }).count, 4);
      });

      it('lists the operational trust relationships', async () => {
        await suite.nodeRed.inject('ask-atrs');
        const { payload } = await suite.nodeRed.comms.message('atrs');
        const names = (payload as { categoryName: string }[]).map(({ categoryName }) => categoryName);
        assert.deepEqual(names, ['Operational', 'Operational', 'Operational']);
      });

      it('tells what is there at first, and then by itself what is added and removed', async () => {
        const changes = async (from: number) => {
          const { added, removed } = (await suite.nodeRed.comms.message('changed', from)).payload as Record<
            'added' | 'removed',
            { kind: string; id: string }[]
          >;
          return { added, removed };
        };
        const act = async (action: string) => {
          const from = suite.nodeRed.comms.now;
          await suite.nodeRed.inject('change', { action, payload: WATCHED_ENDPOINT });
          const { added, removed } = await changes(from);
          return [added, removed].map((told) => told.map(({ kind, id }) => `${kind} ${id}`));
        };
        assert.equal((await changes(0)).added.length, 9);
        assert.deepEqual(await act('provision-endpoint'), [[`endpoint ${WATCHED_ENDPOINT}`], []]);
        assert.deepEqual(await act('delete-endpoint'), [[], [`endpoint ${WATCHED_ENDPOINT}`]]);
      });

      it('provisions an endpoint, which is listed from then on', async () => {
        await suite.nodeRed.inject('provide', { payload: NEW_ENDPOINT });
        const { payload } = await suite.nodeRed.comms.message('provisioned');
        const { action, accepted, id } = payload as Record<string, unknown>;
        assert.deepEqual(
          { action, accepted, id },
          { action: 'provision-endpoint', accepted: true, id: NEW_ENDPOINT },
        );

        const from = suite.nodeRed.comms.now;
        await suite.nodeRed.inject('ask-endpoints');
        const listed = (await suite.nodeRed.comms.message('endpoints', from)).payload as { id: string }[];
        assert.ok(listed.some((endpoint) => endpoint.id === NEW_ENDPOINT));
      });

      it('reports what the AMM refuses as AKM_REJECTED', async () => {
        const from = suite.nodeRed.comms.now;
        await suite.nodeRed.inject('provide', { payload: NEW_ENDPOINT });
        const { error } = await suite.nodeRed.comms.message('caught', from);
        assert.equal((error as { code: string }).code, 'AKM_REJECTED');
      });

      it('gives the details of an endpoint', async () => {
        await suite.nodeRed.inject('ask-details', { payload: NEW_ENDPOINT });
        const { payload, akm } = await suite.nodeRed.comms.message('detailed');
        const { id, confirmation, details } = payload as {
          id: string;
          confirmation: number;
          details: unknown;
        };
        assert.deepEqual([id, confirmation], [NEW_ENDPOINT, 0]);
        assert.equal(bytesOf(details).toString(), 'simulated endpoint\0');
        const { operation, layout } = akm as Record<string, unknown>;
        assert.deepEqual([operation, layout], ['GET_ENDPOINT_DETAILS', 'inferred']);
      });

      /** What the AMM says to an action of the message. */
      const act = async (action: string, payload: unknown) => {
        const from = suite.nodeRed.comms.now;
        await suite.nodeRed.inject('change', { action, payload });
        return (await suite.nodeRed.comms.message('acted', from)).payload as Record<string, unknown>;
      };
      const operational = async () => {
        const from = suite.nodeRed.comms.now;
        await suite.nodeRed.inject('ask-atrs');
        const atrs = (await suite.nodeRed.comms.message('atrs', from)).payload as { id: string }[];
        return atrs.map(({ id }) => id);
      };

      it('creates an operational trust relationship, and deletes it', async () => {
        const before = await operational();
        const members = ['0xE0000000000000000000000000000001', { id: NEW_ENDPOINT }];
        const created = await act('create-operational-atr', members);
        assert.deepEqual(
          (created['endpoints'] as { id: string }[]).map(({ id }) => id),
          [members[0], NEW_ENDPOINT],
        );
        assert.deepEqual(await operational(), [...before, created['id']]);
        const deleted = await act('delete-atr', { id: created['id'] });
        assert.deepEqual(
          [deleted['action'], deleted['accepted'], deleted['id']],
          ['delete-atr', true, created['id']],
        );
        assert.deepEqual(await operational(), before);
      });

      it('deletes an endpoint, which is not listed any more', async () => {
        const deleted = await act('delete-endpoint', NEW_ENDPOINT);
        assert.deepEqual(
          [deleted['action'], deleted['accepted'], deleted['id']],
          ['delete-endpoint', true, NEW_ENDPOINT],
        );
        const from = suite.nodeRed.comms.now;
        await suite.nodeRed.inject('ask-endpoints');
        const listed = (await suite.nodeRed.comms.message('endpoints', from)).payload as { id: string }[];
        assert.equal(listed.length, 4);
        assert.ok(listed.every(({ id }) => id !== NEW_ENDPOINT));
      });

      it('asks the AppEndpoint for its version, itself and its trust relationships', async () => {
        const asked = async (query: string) => {
          await suite.nodeRed.inject(`ask-app-${query}`);
          const { payload, akm } = await suite.nodeRed.comms.message(`told-${query}`);
          return { ...(payload as object), operation: (akm as { operation: string }).operation };
        };
        assert.deepEqual(await asked('version'), {
          operation: 'GET_VERSION',
          major: 1,
          minor: 0,
          patch: 0,
          build: 0,
        });
        assert.deepEqual(await asked('endpoint'), {
          operation: 'GET_ENDPOINT_INFO',
          id: '0xE0000000000000000000000000000001',
          lower64: '0x0000000000000001',
          upper64: '0xE000000000000000',
          status: 0,
          name: 'AKM simulator',
        });
        const { atrs, ...rest } = (await asked('atrs')) as { atrs?: { atrId: number; id: string }[] };
        assert.deepEqual(rest, { operation: 'GET_ATR_INFO', count: 3 });
        assert.deepEqual(
          atrs?.map(({ atrId, id }) => [atrId, id]),
          [1, 2, 3].map((n) => [n, `0xA000000000000000000000000000000${n}`]),
        );
      });

      it('makes a request of any code', async () => {
        await suite.nodeRed.inject('ask-anything', { payload: [], code: 3 });
        const { payload, akm } = await suite.nodeRed.comms.message('answered');
        assert.equal(bytesOf(payload).toString('hex'), '01000000');
        const { requestCode, responseCode } = akm as Record<string, unknown>;
        assert.deepEqual([requestCode, responseCode], [0x03, 0x43]);
      });

      it('registers at deploy, and by a message', async () => {
        const automatic = (await suite.nodeRed.comms.message('registered-a')).payload as Record<
          string,
          unknown
        >;
        assert.deepEqual(automatic, { atrId: 1, appValue: 20, registered: true, status: 0, automatic: true });

        await suite.nodeRed.inject('register', { own: 30 });
        const asked = (await suite.nodeRed.comms.message('registered-b')).payload as Record<string, unknown>;
        assert.deepEqual(asked, { atrId: 1, appValue: 30, registered: true, status: 0, automatic: false });
      });

      it('carries a message to the other machine, and its answer back', async () => {
        await suite.nodeRed.inject('say', { payload: 'pump 3 on', note: 'kept' });
        assert.equal((await suite.nodeRed.comms.message('sent'))['note'], 'kept');

        const there = await suite.nodeRed.comms.message('received-b');
        assert.equal(there.payload, 'pump 3 on');
        assert.equal(there.topic, 'akm/1/20');
        const back = await suite.nodeRed.comms.message('received-a');
        assert.equal(back.payload, 'pump 3 on');
        assert.equal(back['appValue'], 30);
      });

      it('shows every node as connected', async () => {
        for (const id of [
          'list-endpoints',
          'list-atrs',
          'provision',
          'act',
          'request',
          'send-to-b',
          'at-b',
        ]) {
          await suite.nodeRed.comms.status(
            id,
            'a green dot',
            ({ fill, shape }) => fill === 'green' && shape === 'dot',
          );
        }
      });

      it('leaves no error in the log', () =>
        assert.doesNotMatch(suite.nodeRed.process.output, /\[error\]|uncaught|unhandled/i));
    });
  }
}
