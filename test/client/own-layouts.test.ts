import assert from 'node:assert/strict';
import type { AmmClient, AmmClientOptions, Confirmation } from '../../src/client/amm/amm-client.js';
import type { ClientOptions } from '../../src/client/options.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { caughtUp, connected, useTestPeers } from '../support/clients.js';
import { rejection, thrown } from '../support/promises.js';
import { usePretendedRemoteAddress } from '../support/sockets.js';
import type { ScriptedConnection } from '../support/scripted-server.js';

const ENDPOINT = identifierOf(0x0123456789abcdefn, 0xfedcba9876543210n);
const OTHER = identifierOf(1n, 0n);
/** {@link ENDPOINT} as it stands on the wire, and {@link OTHER}. */
const ENDPOINT_BYTES = 'efcdab89674523011032547698badcfe';
const OTHER_BYTES = '01000000000000000000000000000000';

const PROVISION = 'name:text[8] role:u16 id:id128';
/** What {@link PROVISION} makes of a pump with the role 0x0102. */
const PUMP = { name: 'pump 7', role: 0x0102, id: ENDPOINT };
const PUMP_BYTES = `70756d70203700000201${ENDPOINT_BYTES}`;

const SUCCESS = Buffer.alloc(4);
const hex = (bytes: Buffer): string => bytes.toString('hex');

describe('own layouts of the AMM', () => {
  const bench = useTestPeers();

  async function connect(
    layouts: Record<string, unknown>,
    options: AmmClientOptions = {},
  ): Promise<{ client: AmmClient; connection: ScriptedConnection }> {
    const server = await bench.scriptedAmm();
    const client = await connected(bench.amm({ port: server.port, layouts, ...options }));
    return { client, connection: await server.connection() };
  }

  /** The next request, whose code this must be: its body. */
  async function body(connection: ScriptedConnection, code: number): Promise<string> {
    const frame = await connection.frame();
    assert.equal(frame.code, code);
    return hex(frame.payload.subarray(4));
  }

  /** Every message that is about one thing. */
  const aboutOne = [
    ['GET_ENDPOINT_DETAILS', (client: AmmClient, target: object) => client.getEndpointDetails(target)],
    ['PROVISION_ENDPOINT', (client: AmmClient, target: object) => client.provisionEndpoint(target)],
    ['DELETE_ENDPOINT', (client: AmmClient, target: object) => client.deleteEndpoint(target)],
    ['DELETE_ATR', (client: AmmClient, target: object) => client.deleteAtr(target)],
  ] as const;

  describe('for a request', () => {
    for (const [name, ask] of aboutOne) {
      it(`put the fields of ${name} where they belong, by name`, async () => {
        const { request, response } = AMM_OPERATIONS[name];
        const { client, connection } = await connect({ [request.name]: PROVISION });
        const asked = ask(client, { ...PUMP, extra: 'left out' });
        assert.equal(await body(connection, request.code), PUMP_BYTES);
        connection.sendRaw(response.code, SUCCESS);
        const { layout, requestCode, responseCode } = await asked;
        assert.deepEqual([layout, requestCode, responseCode], ['custom', request.code, response.code]);
      });
    }

    it('leave the other requests as they are', async () => {
      const { client, connection } = await connect({ PROVISION_ENDPOINT_REQUEST: PROVISION });
      const deleted = client.deleteEndpoint(ENDPOINT);
      assert.equal(await body(connection, 0x06), ENDPOINT_BYTES);
      connection.sendRaw(0x46, SUCCESS);
      assert.equal((await deleted).layout, 'inferred');
    });

    const identifiers: [string, string | bigint | object][] = [
      ['a string', ENDPOINT.id],
      ['a bigint', 0xfedcba98765432100123456789abcdefn],
      ['its two halves', { lower64: ENDPOINT.lower64, upper64: ENDPOINT.upper64 }],
      ['an object with id', { id: ENDPOINT.id }],
      ['an entry of a list', { index: 0, ...ENDPOINT }],
    ];
    for (const [what, target] of identifiers) {
      it(`take an identifier for the field id: ${what}`, async () => {
        const { client, connection } = await connect({ DELETE_ATR_REQUEST: 'flags:pad[2] id:id128' });
        const deleted = client.deleteAtr(target);
        assert.equal(await body(connection, 0x07), `0000${ENDPOINT_BYTES}`);
        connection.sendRaw(0x47, SUCCESS);
        await deleted;
      });
    }

    it('take the halves beside the other fields for the field id', async () => {
      const { client, connection } = await connect({ PROVISION_ENDPOINT_REQUEST: PROVISION });
      const { lower64, upper64 } = ENDPOINT;
      const provisioned = client.provisionEndpoint({ lower64, upper64, name: 'pump 7', role: 0x0102 });
      assert.equal(await body(connection, 0x03), PUMP_BYTES);
      connection.sendRaw(0x43, SUCCESS);
      await provisioned;
    });

    it('can hold the halves under their own names', async () => {
      const layout = 'upper64:u64 lower64:u64';
      const { client, connection } = await connect({ DELETE_ENDPOINT_REQUEST: layout });
      const deleted = client.deleteEndpoint(ENDPOINT);
      assert.equal(await body(connection, 0x06), '1032547698badcfeefcdab8967452301');
      connection.sendRaw(0x46, SUCCESS);
      await deleted;
    });

    it('need no identifier where they have no field for one', async () => {
      const { client, connection } = await connect({ DELETE_ENDPOINT_REQUEST: 'slot:u16' });
      const deleted = client.deleteEndpoint({ slot: 5 });
      assert.equal(await body(connection, 0x06), '0500');
      connection.sendRaw(0x46, SUCCESS);
      assert.equal((await deleted).layout, 'custom');
    });

    it('take an array for the field endpoints of a trust relationship, and count it', async () => {
      const { client, connection } = await connect({
        CREATE_OPERATIONAL_ATR_REQUEST: 'n:u16 endpoints:id128[n]',
      });
      const created = client.createOperationalAtr([ENDPOINT, '0x1']);
      assert.equal(await body(connection, 0x04), `0200${ENDPOINT_BYTES}${OTHER_BYTES}`);
      connection.sendRaw(0x44, SUCCESS);
      assert.equal((await created).layout, 'custom');
    });

    it('take the fields of a trust relationship by name, too', async () => {
      const { client, connection } = await connect({
        CREATE_OPERATIONAL_ATR_REQUEST: 'title:text[4] n:u8 members:{ role:u8 id:id128 }[n]',
      });
      const members = [
        { role: 1, id: ENDPOINT },
        { role: 2, id: OTHER.id },
      ];
      const created = client.createOperationalAtr({ title: 'line', members });
      assert.equal(await body(connection, 0x04), `6c696e650201${ENDPOINT_BYTES}02${OTHER_BYTES}`);
      connection.sendRaw(0x44, SUCCESS);
      await created;
    });

    const refused: [target: object | string, message: RegExp][] = [
      [{ id: ENDPOINT, name: 'pump 7' }, /^role is undefined; a whole number from 0 to 65535/],
      [{ ...PUMP, role: 65536 }, /^role is 65536; a whole number from 0 to 65535/],
      [{ ...PUMP, name: 'pump number 7' }, /^name has 13 bytes; its field has 8$/],
      [{ ...PUMP, name: 7 }, /^name is 7; text/],
      [{ name: 'pump 7', role: 1 }, /^id is undefined; needed is a 128-bit identifier/],
      [{ ...PUMP, id: 'pump' }, /^id is text of 4 characters; needed is a 128-bit identifier/],
      [ENDPOINT.id, /^name is undefined; text/],
    ];
    for (const [target, message] of refused) {
      it(`write nothing where a value does not fit: ${message.source}`, async () => {
        const { client, connection } = await connect({ PROVISION_ENDPOINT_REQUEST: PROVISION });
        const error = await rejection(client.provisionEndpoint(target), 'AKM_INVALID_INPUT');
        assert.match(error.message, message);
        await caughtUp(client, connection);
        assert.equal(connection.unasked, 0);
      });
    }

    it('name the entry whose field does not fit', async () => {
      const { client, connection } = await connect({
        CREATE_OPERATIONAL_ATR_REQUEST: 'n:u8 members:{ role:u8 id:id128 }[n]',
      });
      const members = [{ role: 1, id: ENDPOINT }, { role: 2 }];
      const error = await rejection(client.createOperationalAtr({ members }), 'AKM_INVALID_INPUT');
      assert.match(error.message, /^members\[1\]\.id is undefined/);
      await caughtUp(client, connection);
      assert.equal(connection.unasked, 0);
    });

    it('are too large where the values make them so', async () => {
      const { client, connection } = await connect({ DELETE_ATR_REQUEST: 'id:id128 note:text' });
      const target = { id: OTHER, note: 'x'.repeat(4065) };
      await rejection(client.deleteAtr(target), 'AKM_PAYLOAD_TOO_LARGE');
      await caughtUp(client, connection);
      assert.equal(connection.unasked, 0);
    });
  });

  describe('for a response', () => {
    /** What the AMM's answer to a provisioning is by an own layout. */
    async function answered(
      layout: string,
      answer: string,
      options: AmmClientOptions = {},
    ): Promise<Confirmation> {
      const { client, connection } = await connect({ PROVISION_ENDPOINT_RESPONSE: layout }, options);
      const provisioned = client.provisionEndpoint(ENDPOINT);
      assert.equal(await body(connection, 0x03), ENDPOINT_BYTES, 'the request is as it was');
      connection.sendRaw(0x43, Buffer.from(answer, 'hex'));
      return provisioned;
    }

    for (const [name, ask] of aboutOne) {
      it(`give the fields of ${name} by name, and the bytes behind the confirmation`, async () => {
        const { request, response } = AMM_OPERATIONS[name];
        const { client, connection } = await connect({
          [response.name]: 'confirmation:u32 id:id128 serial:u64 pad[2] label:text',
        });
        const asked = ask(client, ENDPOINT);
        await connection.receive(request);
        const rest = `${OTHER_BYTES}0807060504030201000070756d70`;
        connection.sendRaw(response.code, Buffer.from(`00000000${rest}`, 'hex'));
        const { latencyMs, ...answer } = await asked;
        assert.ok(latencyMs >= 0);
        assert.deepEqual(answer, {
          confirmation: 0,
          fields: { confirmation: 0, id: OTHER, serial: '0x0102030405060708', label: 'pump' },
          raw: Buffer.from(rest, 'hex'),
          requestCode: request.code,
          responseCode: response.code,
          layout: 'inferred',
        });
      });
    }

    it('give the identifier of a new trust relationship under the name it has there', async () => {
      const { client, connection } = await connect({
        CREATE_OPERATIONAL_ATR_RESPONSE: 'confirmation:u32 atrId:u16 atr:id128',
      });
      const created = client.createOperationalAtr([ENDPOINT]);
      assert.equal(await body(connection, 0x04), `01000000${ENDPOINT_BYTES}`);
      connection.sendRaw(0x44, Buffer.from(`000000000900${OTHER_BYTES}`, 'hex'));
      assert.deepEqual((await created).fields, { confirmation: 0, atrId: 9, atr: OTHER });
    });

    it('judge by the confirmation, wherever and however wide it is', async () => {
      const layout = 'flags:u16 confirmation:u8';
      const { confirmation, fields, raw } = await answered(layout, 'ffff00aa');
      assert.deepEqual([confirmation, fields], [0, { flags: 0xffff, confirmation: 0 }]);
      assert.equal(hex(raw), 'ffff00aa', 'a confirmation that does not stand first is among the bytes');
      const error = await rejection(answered(layout, '000007'), 'AKM_REJECTED');
      assert.equal(error.confirmation, 7);
      const yes = await answered(layout, '000007', { successCode: 7 });
      assert.equal(yes.confirmation, 7);
      assert.equal((await answered(layout, '000008', { successCode: undefined })).confirmation, 8);
    });

    it('leave out a confirmation of any width at the front of the bytes', async () => {
      assert.equal(hex((await answered('confirmation:u8 rest:bytes', '00aabb')).raw), 'aabb');
      assert.equal(hex((await answered('confirmation:u16', '0000aabb')).raw), 'aabb');
    });

    it('make every answer a yes where they have no confirmation', async () => {
      const { confirmation, fields, raw } = await answered('result:u32', '07000000');
      assert.deepEqual([confirmation, fields], [undefined, { result: 7 }]);
      assert.equal(hex(raw), '07000000');
    });

    it('give the fields that are there of an answer that is too short, and ignore what is too much', async () => {
      const layout = 'confirmation:u32 a:u16 b:u16';
      assert.deepEqual((await answered(layout, '00000000010002')).fields, { confirmation: 0, a: 1 });
      assert.deepEqual((await answered(layout, '0000000001000200ff')).fields, {
        confirmation: 0,
        a: 1,
        b: 2,
      });
      const nothing = await answered(layout, '');
      assert.deepEqual([nothing.fields, nothing.confirmation, hex(nothing.raw)], [{}, undefined, '']);
    });
  });

  it('for both tell that they are custom', async () => {
    const { client, connection } = await connect({
      PROVISION_ENDPOINT_REQUEST: PROVISION,
      PROVISION_ENDPOINT_RESPONSE: 'confirmation:u32',
    });
    const provisioned = client.provisionEndpoint(PUMP);
    assert.equal(await body(connection, 0x03), PUMP_BYTES);
    connection.sendRaw(0x43, SUCCESS);
    assert.equal((await provisioned).layout, 'custom');
  });

  it('leave documented messages documented', async () => {
    const { client, connection } = await connect({ PROVISION_ENDPOINT_REQUEST: PROVISION });
    const listed = client.listEndpoints();
    const { request, response } = AMM_OPERATIONS.LIST_ENDPOINTS;
    await connection.receive(request);
    connection.send(response, { confirmation: 0, count: 0, endpoints: [] });
    assert.equal((await listed).layout, 'documented');
  });

  describe('towards another machine', () => {
    usePretendedRemoteAddress('192.0.2.7');

    it('are what it takes for a changing request to be sent', async () => {
      const { client, connection } = await connect({
        PROVISION_ENDPOINT_REQUEST: PROVISION,
        CREATE_OPERATIONAL_ATR_REQUEST: 'endpoints:id128[]',
        DELETE_ENDPOINT_REQUEST: 'id:id128',
        DELETE_ATR_REQUEST: 'id:id128',
      });
      const changes = [
        client.provisionEndpoint(PUMP),
        client.createOperationalAtr([OTHER]),
        client.deleteEndpoint(OTHER),
        client.deleteAtr(OTHER),
      ];
      for (const code of [3, 4, 6, 7]) {
        assert.equal(await body(connection, code), code === 3 ? PUMP_BYTES : OTHER_BYTES);
        connection.sendRaw(code + 0x40, SUCCESS);
      }
      await Promise.all(changes);
    });

    it('permit the request that they are for, and no other', async () => {
      const { client, connection } = await connect({ DELETE_ENDPOINT_REQUEST: 'id:id128' });
      await rejection(client.provisionEndpoint(OTHER), 'AKM_LAYOUT_UNVERIFIED');
      await rejection(client.createOperationalAtr([OTHER]), 'AKM_LAYOUT_UNVERIFIED');
      await rejection(client.deleteAtr(OTHER), 'AKM_LAYOUT_UNVERIFIED');
      await caughtUp(client, connection);
      assert.equal(connection.unasked, 0);
    });

    it('of the response alone do not permit the request', async () => {
      const { client, connection } = await connect({ PROVISION_ENDPOINT_RESPONSE: 'confirmation:u32' });
      await rejection(client.provisionEndpoint(ENDPOINT), 'AKM_LAYOUT_UNVERIFIED');
      await caughtUp(client, connection);
      assert.equal(connection.unasked, 0, 'not a byte was written');
    });

    it('that are empty do not permit the request', async () => {
      const { client, connection } = await connect({ PROVISION_ENDPOINT_REQUEST: ' \n' });
      await rejection(client.provisionEndpoint(ENDPOINT), 'AKM_LAYOUT_UNVERIFIED');
      await caughtUp(client, connection);
      assert.equal(connection.unasked, 0);
    });

    it('are not needed for a request that changes nothing', async () => {
      const { client, connection } = await connect({});
      const asked = client.getEndpointDetails(ENDPOINT);
      assert.equal(await body(connection, 0x02), ENDPOINT_BYTES);
      connection.sendRaw(0x42, SUCCESS);
      await asked;
    });
  });
});

describe('own layouts of the AppEndpoint', () => {
  const bench = useTestPeers();

  /** A client with these layouts, and the answer that its next request of this code gets. */
  async function answering(layouts: Record<string, unknown>, options: ClientOptions = {}) {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port, layouts, ...options }));
    const connection = await server.connection();
    return {
      client,
      answer: async (code: number, answer: string) => {
        assert.equal((await connection.frame()).code, code);
        connection.sendRaw(code + 0x40, Buffer.from(answer, 'hex'));
      },
    };
  }

  it('decode the answers, which are custom since the requests are documented', async () => {
    const { client, answer } = await answering({
      GET_VERSION_RESPONSE: 'version:u16 label:text',
      GET_ENDPOINT_INFO_RESPONSE: 'name:text[6] id:id128',
      GET_ATR_INFO_RESPONSE: 'n:u8 entries:{ atrId:u16 id:id128 }[n]',
    });
    const version = client.getVersion();
    await answer(0x03, '020172632d31');
    assert.deepEqual((await version).fields, { version: 0x0102, label: 'rc-1' });
    assert.deepEqual([(await version).layout, hex((await version).raw)], ['custom', '020172632d31']);
    const info = client.getEndpointInfo();
    await answer(0x01, `70756d700000${ENDPOINT_BYTES}`);
    assert.deepEqual((await info).fields, { name: 'pump', id: ENDPOINT });
    const atrs = client.getAtrInfo();
    await answer(0x02, `010500${ENDPOINT_BYTES}`);
    assert.deepEqual((await atrs).fields, { n: 1, entries: [{ atrId: 5, id: ENDPOINT }] });
  });

  it('leave the other answers inferred', async () => {
    const { client, answer } = await answering({ GET_ENDPOINT_INFO_RESPONSE: 'name:text[6] id:id128' });
    const version = client.getVersion();
    await answer(0x03, '01020304');
    assert.deepEqual((await version).fields, { major: 1, minor: 2, patch: 3, build: 4 });
    assert.equal((await version).layout, 'inferred');
  });

  it('judge a registration by their status, wherever it is', async () => {
    const { client, answer } = await answering({ REGISTER_APP_RESPONSE: 'token:u32 status:u8' });
    const registered = client.acquire(1, 100).register();
    await answer(0x04, '7856341200');
    const { status, layout } = await registered;
    assert.deepEqual({ status, layout }, { status: 0, layout: 'custom' });
    const refused = client.acquire(1, 101).register();
    await answer(0x04, '0000000009');
    assert.equal((await rejection(refused, 'AKM_REJECTED')).status, 9);
  });

  it('judge a registration by the success code of the connection', async () => {
    const { client, answer } = await answering({ REGISTER_APP_RESPONSE: 'status:u8' }, { successCode: 9 });
    const registered = client.acquire(1, 100).register();
    await answer(0x04, '09');
    assert.equal((await registered).status, 9);
  });

  it('make every registration a success where they have no status', async () => {
    const { client, answer } = await answering({ REGISTER_APP_RESPONSE: 'token:u32' });
    const registered = client.acquire(1, 100).register();
    await answer(0x04, '78563412');
    assert.equal((await registered).layout, 'custom');
  });
});

describe('layouts that cannot be', () => {
  const bench = useTestPeers();
  const bad: [layouts: Record<string, unknown>, message: RegExp][] = [
    [
      { LIST_ENDPOINTS_REQUEST: 'filter:u32' },
      /^There is a layout for "LIST_ENDPOINTS_REQUEST"; only inferred messages can have one: GET_ENDPOINT_DETAILS_REQUEST, /,
    ],
    [{ REGISTER_APP_REQUEST: 'atrId:u16' }, /only inferred messages can have one/],
    [{ SEND_APP_DATA_REQUEST: 'atrId:u16' }, /only inferred messages can have one/],
    [{ PROVISION: 'id:id128' }, /^There is a layout for "PROVISION";/],
    [{ toString: 'id:id128' }, /^There is a layout for "toString";/],
    [{ DELETE_ATR_REQUEST: 5 }, /^The layout of DELETE_ATR_REQUEST is 5; text is needed$/],
    [{ DELETE_ATR_REQUEST: { id: 'id128' } }, /^The layout of DELETE_ATR_REQUEST is an object; text/],
    [{ DELETE_ATR_REQUEST: null }, /^The layout of DELETE_ATR_REQUEST is null; text/],
    [
      { DELETE_ATR_REQUEST: 'id:id127' },
      /^The layout of DELETE_ATR_REQUEST has a mistake in column 4: unknown type id127/,
    ],
    [
      { GET_VERSION_RESPONSE: 'a:text b:u8' },
      /^The layout of GET_VERSION_RESPONSE has a mistake in column 8/,
    ],
  ];
  for (const [layouts, message] of bad) {
    it(`are refused when a client is made: ${JSON.stringify(layouts)}`, () => {
      for (const make of [() => bench.amm({ layouts }), () => bench.app({ layouts })])
        assert.match(thrown(make, 'AKM_INVALID_INPUT').message, message);
    });
  }

  it('are not those of the other service, nor empty ones', () => {
    const layouts = { DELETE_ATR_REQUEST: 'id:id128', GET_VERSION_RESPONSE: 'v:u8', DELETE_ATR_RESPONSE: '' };
    bench.amm({ layouts });
    bench.app({ layouts });
  });
});
