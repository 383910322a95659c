import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { AkmErrorCode } from '../../src/errors.js';
import { RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { connection, uncaughtFlowOf, type FlowNode } from '../support/flows.js';
import { freePort } from '../support/free-port.js';
import { useNodeRed, type LogLine } from '../support/node-red-helper.js';

const SECRET = 'MARKER-that-no-log-may-hold';
const BYTES = Buffer.from(SECRET);
/** How it begins: as little as an excerpt in a message of somebody else's would show. */
const EXCERPT = SECRET.slice(0, 6);
const EXCERPT_BYTES = Buffer.from(EXCERPT);
const ENDPOINT = '0x000000000000000000000000C0FFEE01';

/** The level of errors in Node-RED's log. */
const ERROR = 20;
/** The nodes of ours whose failures are looked for there. */
const OURS = ['node', 'receive', 'connection'];

/** All that a line of the log can show, however it is printed: also the causes of an error, and bytes in hexadecimal. */
function printed({ msg }: LogLine): string {
  return `${String(msg)} ${inspect(msg, { depth: 9, showHidden: true, maxStringLength: null, maxArrayLength: null })}`;
}

/** The beginning of the secret as text, as a Buffer is printed, and in base64. */
const FORMS = [
  EXCERPT,
  EXCERPT_BYTES.toString('hex').replace(/..(?!$)/g, '$& '),
  EXCERPT_BYTES.toString('hex'),
  EXCERPT_BYTES.toString('base64'),
];

const circular = (): object => {
  const object: Record<string, unknown> = { secret: SECRET };
  object['self'] = object;
  return object;
};

describe('the log', () => {
  const { nodeRed, bench } = useNodeRed();

  const start = (...nodes: FlowNode[]): Promise<void> => nodeRed.startWith([], uncaughtFlowOf(nodes));

  afterEach(() => {
    assert.ok(
      nodeRed.log.some(({ level, id = '' }) => level === ERROR && OURS.includes(id)),
      'the failure is in the log',
    );
    for (const line of nodeRed.log) {
      const shown = printed(line);
      for (const form of FORMS) assert.ok(!shown.includes(form), shown);
    }
  });

  const send = {
    id: 'node',
    type: 'akm-send',
    atrId: '1',
    atrIdType: 'num',
    appValue: '100',
    appValueType: 'num',
  };
  const register = { id: 'register', type: 'akm-register', auto: false };
  const provision = { id: 'node', type: 'akm-provision' };
  const create = { ...provision, action: 'create-operational-atr' };
  const request = { id: 'node', type: 'akm-request', service: 'amm', code: '0x20' };

  const cases: [what: string, node: FlowNode, payload: unknown, code: AkmErrorCode, settings?: object][] = [
    ['sent without a registration', { ...send, atrId: '2' }, SECRET, 'AKM_NOT_REGISTERED'],
    ['too large to send', send, SECRET.repeat(1000), 'AKM_PAYLOAD_TOO_LARGE'],
    ['too large to send as JSON', send, { secret: SECRET.repeat(1000) }, 'AKM_PAYLOAD_TOO_LARGE'],
    ['that JSON cannot hold', send, circular(), 'AKM_INVALID_INPUT'],
    ['with a bigint in it', send, { secret: SECRET, big: 1n }, 'AKM_INVALID_INPUT'],
    ['that is no identifier', provision, SECRET, 'AKM_INVALID_INPUT'],
    ['that is no identifier, but an object', provision, { secret: SECRET }, 'AKM_INVALID_INPUT'],
    ['that is no identifier, but a Buffer', provision, BYTES, 'AKM_INVALID_INPUT'],
    ['that is an object with an id that is none', provision, { id: SECRET }, 'AKM_INVALID_INPUT'],
    ['that are no identifiers', create, SECRET, 'AKM_INVALID_INPUT'],
    ['one of which is no identifier', create, [ENDPOINT, SECRET], 'AKM_INVALID_INPUT'],
    [
      'that is refused',
      provision,
      { id: '0xE0000000000000000000000000000001', secret: SECRET },
      'AKM_REJECTED',
    ],
    ['of endpoint details', { id: 'node', type: 'akm-endpoint-details' }, SECRET, 'AKM_INVALID_INPUT'],
    ['that is text where bytes are needed', request, SECRET, 'AKM_INVALID_INPUT'],
    ['of a request that is too large', request, Buffer.alloc(5000, BYTES), 'AKM_PAYLOAD_TOO_LARGE'],
    ['of a request without an answer', request, BYTES, 'AKM_TIMEOUT', { requestTimeout: '100' }],
    ...(
      [
        ['bytes', 'secret:bytes[16]', SECRET],
        ['bytes that are too many', 'secret:bytes[16]', BYTES],
        ['text that is too long', 'secret:text[16]', SECRET],
        ['text with a zero byte', 'secret:text[64]', `${SECRET}\0`],
        ['an identifier', 'secret:id128', SECRET],
        ['an array', 'secret:u8[4]', SECRET],
        ['a group', 'secret:{ a:u8 }[1]', [SECRET]],
      ] as const
    ).map(([what, layout, secret]): (typeof cases)[number] => [
      `whose field should be ${what}`,
      provision,
      { secret },
      'AKM_INVALID_INPUT',
      { layouts: { PROVISION_ENDPOINT_REQUEST: layout } },
    ]),
  ];
  for (const [what, node, payload, code, settings] of cases) {
    it(`holds nothing of a payload ${what}`, async () => {
      await start(connection(await bench.simulator(), { ...settings }), register, node);
      await nodeRed.success('register');
      assert.equal((await nodeRed.input('node', { payload }))?.code, code);
    });
  }

  it('holds nothing of a payload that cannot be sent because there is no connection', async () => {
    await start(connection({ appPort: await freePort() }), send);
    await nodeRed.showing('node', 'disconnected');
    assert.equal((await nodeRed.input('node', { payload: SECRET }))?.code, 'AKM_NOT_CONNECTED');
  });

  it('holds nothing of data received that is no JSON', async () => {
    const app = await bench.scriptedApp();
    const receive = { id: 'receive', type: 'akm-receive', format: 'json' };
    await start(connection({ appPort: app.port }), receive);
    const peer = await app.connection();
    for (const data of [SECRET, `{"secret":"${SECRET}"`, `{"secret":${SECRET}}`, '"good"'])
      peer.send(RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: 2, data });
    assert.equal((await nodeRed.output()).payload, 'good');
  });

  it('holds nothing of data received in a message that contradicts itself', async () => {
    const app = await bench.scriptedApp();
    await start(connection({ appPort: app.port }), { id: 'receive', type: 'akm-receive' });
    const peer = await app.connection();
    peer.sendRaw(RECEIVE_APP_DATA_RESPONSE.code, Buffer.alloc(4054, BYTES));
    peer.send(RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: 2, data: 'good' });
    await nodeRed.output();
  });
});
