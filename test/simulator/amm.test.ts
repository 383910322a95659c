import assert from 'node:assert/strict';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { identifierOf, type Identifier } from '../../src/protocol/identifier.js';
import type { Encodable } from '../../src/protocol/layout.js';
import { decodeBody, type Operation } from '../../src/protocol/message.js';
import type { ScriptedConnection } from '../support/scripted-server.js';
import { useSimulators } from '../support/simulators.js';
import { VECTORS } from '../support/vectors.js';

const {
  LIST_ENDPOINTS,
  LIST_ATRS,
  GET_ENDPOINT_DETAILS,
  PROVISION_ENDPOINT,
  CREATE_OPERATIONAL_ATR,
  DELETE_ENDPOINT,
  DELETE_ATR,
} = AMM_OPERATIONS;

/** The simulator's first endpoints and trust relationships. */
const endpointOf = (n: number): Identifier => identifierOf(BigInt(n), 0xe000_0000_0000_0000n);
const atrOf = (n: number): Identifier => identifierOf(BigInt(n), 0xa000_0000_0000_0000n);
const STRANGER = identifierOf(7n, 7n);

/** Makes a request and gives the fields of its answer. */
async function ask<O extends Operation>(
  connection: ScriptedConnection,
  { request, response }: O,
  values: Encodable<O['request']['body']['fields']>,
): Promise<Record<string, unknown>> {
  connection.send(request, values);
  const { code, payload } = await connection.frame();
  assert.equal(code, response.code);
  return decodeBody(response, payload);
}

const bytesOf = (name: string): Buffer => {
  const vector = VECTORS.find((each) => each.name === name);
  return Buffer.from(vector?.hex ?? '', 'hex');
};

describe('simulated AMM', () => {
  const simulate = useSimulators();

  it('answers the documented requests with the documented sizes', async () => {
    const connection = await (await simulate()).amm();
    connection.write(bytesOf('LIST_ENDPOINTS_REQUEST'));
    const endpoints = await connection.frame();
    assert.deepEqual([endpoints.code, endpoints.payload.length], [0x41, 524]);
    connection.write(bytesOf('LIST_ATRS_REQUEST'));
    const atrs = await connection.frame();
    assert.deepEqual([atrs.code, atrs.payload.length], [0x45, 1292]);
  });

  it("answers code 0x01 alone, an AppEndpoint's GET_ENDPOINT_INFO, with the list of endpoints", async () => {
    const connection = await (await simulate()).amm();
    connection.write(bytesOf('GET_ENDPOINT_INFO_REQUEST'));
    const { code, payload } = await connection.frame();
    assert.deepEqual([code, payload.length], [0x41, 524]);
  });

  it('has as many endpoints and trust relationships as it is told to', async () => {
    const connection = await (await simulate({ endpoints: 2, atrs: 6 })).amm();
    assert.deepEqual(await ask(connection, LIST_ENDPOINTS, { filter: 0 }), {
      confirmation: 0,
      count: 2,
      endpoints: [endpointOf(1), endpointOf(2)],
    });
    const { count, atrs } = await ask(connection, LIST_ATRS, { filter: 0 });
    assert.equal(count, 6);
    assert.deepEqual(
      atrs,
      [3, 3, 3, 2, 1, 3].map((category, n) => ({ category, id: atrOf(n + 1) })),
    );
  });

  it('has four endpoints and five trust relationships unless told otherwise', async () => {
    const connection = await (await simulate()).amm();
    assert.equal((await ask(connection, LIST_ENDPOINTS, { filter: 0 }))['count'], 4);
    assert.equal((await ask(connection, LIST_ATRS, { filter: 0 }))['count'], 5);
  });

  it('answers many requests of one chunk in order, and one that comes byte by byte', async () => {
    const connection = await (await simulate()).amm();
    const [endpoints, atrs] = [bytesOf('LIST_ENDPOINTS_REQUEST'), bytesOf('LIST_ATRS_REQUEST')];
    connection.write(Buffer.concat([endpoints, atrs, atrs, endpoints]));
    const codes: number[] = [];
    while (codes.length < 4) codes.push((await connection.frame()).code);
    assert.deepEqual(codes, [0x41, 0x45, 0x45, 0x41]);
    await connection.writeSingly(endpoints);
    assert.equal((await connection.frame()).code, 0x41);
  });

  it('says nothing to codes it does not know, and nothing to messages without one', async () => {
    const connection = await (await simulate()).amm();
    for (const code of [0x00, 0x08, 0x41, 0x1234_5678]) connection.sendRaw(code);
    connection.sendNothing();
    assert.equal((await ask(connection, LIST_ENDPOINTS, { filter: 0 }))['count'], 4);
  });

  it('knows the details of its endpoints', async () => {
    const connection = await (await simulate()).amm();
    const { details, ...fields } = await ask(connection, GET_ENDPOINT_DETAILS, { id: endpointOf(1) });
    assert.deepEqual(fields, { confirmation: 0, id: endpointOf(1) });
    assert.equal(String(details), 'simulated endpoint\0');
    assert.deepEqual(await ask(connection, GET_ENDPOINT_DETAILS, { id: STRANGER }), {
      confirmation: 2,
    });
  });

  it('provisions endpoints, each once and no more than 32, and deletes them', async () => {
    const connection = await (await simulate({ endpoints: 31 })).amm();
    const steps: [typeof PROVISION_ENDPOINT | typeof DELETE_ENDPOINT, Identifier, number][] = [
      [PROVISION_ENDPOINT, endpointOf(1), 4],
      [PROVISION_ENDPOINT, STRANGER, 0],
      [PROVISION_ENDPOINT, STRANGER, 4],
      [PROVISION_ENDPOINT, endpointOf(33), 5],
      [DELETE_ENDPOINT, endpointOf(33), 2],
      [DELETE_ENDPOINT, endpointOf(1), 0],
      [DELETE_ENDPOINT, endpointOf(1), 2],
    ];
    for (const [operation, endpoint, confirmation] of steps)
      assert.deepEqual(await ask(connection, operation, { id: endpoint }), { confirmation });
    const { endpoints } = await ask(connection, LIST_ENDPOINTS, { filter: 0 });
    assert.deepEqual(endpoints, [...Array.from({ length: 30 }, (_, n) => endpointOf(n + 2)), STRANGER]);
  });

  it('creates trust relationships among endpoints it knows, no more than 64, and deletes them', async () => {
    const connection = await (await simulate({ endpoints: 2, atrs: 63 })).amm();
    const create = (endpoints: Identifier[]): Promise<unknown> =>
      ask(connection, CREATE_OPERATIONAL_ATR, { count: endpoints.length, endpoints });
    assert.deepEqual(await create([]), { confirmation: 7 });
    assert.deepEqual(await create([endpointOf(1), endpointOf(1)]), { confirmation: 7 });
    assert.deepEqual(await create([endpointOf(1), STRANGER]), { confirmation: 2 });
    assert.deepEqual(await create([endpointOf(1), endpointOf(2)]), { confirmation: 0, id: atrOf(64) });
    assert.deepEqual(await create([endpointOf(1)]), { confirmation: 6 });
    assert.deepEqual(await ask(connection, DELETE_ATR, { id: STRANGER }), { confirmation: 3 });
    assert.deepEqual(await ask(connection, DELETE_ATR, { id: atrOf(1) }), { confirmation: 0 });
    assert.deepEqual(await ask(connection, DELETE_ATR, { id: atrOf(1) }), { confirmation: 3 });
    assert.deepEqual(
      await create([endpointOf(1)]),
      { confirmation: 0, id: atrOf(65) },
      'no identifier comes twice',
    );
    const { atrs } = await ask(connection, LIST_ATRS, { filter: 0 });
    assert.deepEqual(
      (atrs as unknown[]).slice(-2),
      [64, 65].map((n) => ({ category: 3, id: atrOf(n) })),
    );
  });

  it('lets applications register in a trust relationship that was created, until it is deleted', async () => {
    const simulator = await simulate({ atrs: 0 });
    const [amm, app] = [await simulator.amm(), await simulator.app()];
    const register = async (appValue: number): Promise<unknown> =>
      (await ask(app, APP_OPERATIONS.REGISTER_APP, { atrId: 1, appValue }))['status'];
    assert.equal(await register(1), 2);
    const { id: atr } = await ask(amm, CREATE_OPERATIONAL_ATR, { count: 1, endpoints: [endpointOf(1)] });
    assert.equal(await register(1), 0);
    await ask(amm, DELETE_ATR, { id: atr as Identifier });
    assert.equal(await register(2), 2);
  });

  it('is the same for all of its clients', async () => {
    const simulator = await simulate();
    const [one, other] = [await simulator.amm(), await simulator.amm()];
    await ask(one, PROVISION_ENDPOINT, { id: STRANGER });
    assert.equal((await ask(other, LIST_ENDPOINTS, { filter: 0 }))['count'], 5);
  });

  it('lists its endpoints for a client that takes it for an AppEndpoint, and so learns of its mistake', async () => {
    const connection = await (await simulate()).amm();
    connection.sendRaw(APP_OPERATIONS.GET_ENDPOINT_INFO.request.code);
    assert.equal((await connection.receive(LIST_ENDPOINTS.response)).count, 4);
  });

  it('drops a client that breaks the protocol, and no other', async () => {
    const simulator = await simulate();
    const good = await simulator.amm();
    const bad: [string, Buffer][] = [
      ['no start of message', Buffer.from('GET / HTTP/1.1\r\n')],
      ['too great a length', Buffer.from('a55a5aa50100f60f', 'hex')],
      ['a wrong complement', Buffer.from('a55a5aa501000800f8ff0000', 'hex')],
      ['a body that is too short', Buffer.from('a55a5aa501000700f8ff000001000000000000', 'hex')],
      ['a count that lies', Buffer.from('a55a5aa501000800f7ff000004000000ffffffff', 'hex')],
    ];
    for (const [what, bytes] of bad) {
      const connection = await simulator.amm();
      connection.write(bytes);
      await connection.closed;
      assert.equal(connection.unasked, 0, what);
    }
    assert.equal((await ask(good, LIST_ENDPOINTS, { filter: 0 }))['count'], 4);
  });
});
