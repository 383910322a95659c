import assert from 'node:assert/strict';
import { once } from 'node:events';
import { AkmError } from '../../src/errors.js';
import { APP_OPERATIONS, RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { APP_DIALECT } from '../../src/protocol/header.js';
import { encodeFrame } from '../../src/protocol/message.js';
import { caughtUp, connected, useTestPeers } from '../support/clients.js';
import { requireNoTimersLeft, useFakeClock } from '../support/fake-clock.js';

const DATA = RECEIVE_APP_DATA_RESPONSE;

describe('receiving', () => {
  const bench = useTestPeers();
  const time = useFakeClock();
  requireNoTimersLeft(time);

  async function ready() {
    const server = await bench.scriptedApp();
    const client = await connected(bench.app({ port: server.port }));
    return { client, connection: await server.connection() };
  }

  it('hands application data to those whose filter matches, until they end', async () => {
    const { client, connection } = await ready();
    const got: string[] = [];
    const listen = (name: string, filter: { atrId?: number; appValue?: number }): (() => void) =>
      client.subscribe(filter, ({ data }) => got.push(`${name}: ${data.toString()}`));
    const end = listen('any', {});
    listen('ATR 1', { atrId: 1 });
    listen('from 100', { appValue: 100 });
    listen('1/100', { atrId: 1, appValue: 100 });
    connection.send(DATA, { atrId: 1, appValue: 100, data: Buffer.from('a') });
    connection.send(DATA, { atrId: 1, appValue: 101, data: Buffer.from('b') });
    await caughtUp(client, connection);
    end();
    connection.send(DATA, { atrId: 2, appValue: 100, data: Buffer.from('c') });
    connection.send(DATA, { atrId: 2, appValue: 101, data: Buffer.from('d') });
    await caughtUp(client, connection);
    assert.deepEqual(got.sort(), [
      '1/100: a',
      'ATR 1: a',
      'ATR 1: b',
      'any: a',
      'any: b',
      'from 100: a',
      'from 100: c',
    ]);
  });

  it('hands on empty and full messages', async () => {
    const { client, connection } = await ready();
    const lengths: number[] = [];
    client.subscribe({}, ({ data }) => lengths.push(data.length));
    for (const length of [0, 4046, 1])
      connection.send(DATA, { atrId: 1, appValue: 1, data: Buffer.alloc(length, 1) });
    await caughtUp(client, connection);
    assert.deepEqual(lengths, [0, 4046, 1]);
  });

  it('takes nothing else for application data, and finds no fault with it', async () => {
    const { client, connection } = await ready();
    const told: unknown[] = [];
    client.subscribe({}, (received) => told.push(received));
    const body = encodeFrame(APP_DIALECT, DATA, { atrId: 1, appValue: 1, data: Buffer.from('x') }).subarray(
      16,
    );
    client.on('fault', ({ message }) => told.push(message));
    for (const code of [0x45, 0x47, 0x05, 0x43, 0x46_00]) {
      connection.sendRaw(code, body);
      connection.sendRaw(code);
    }
    await caughtUp(client, connection);
    assert.equal(told.length, 1);
    assert.match(String(told[0]), /sent a 0-byte message; a message code takes 4/); // what this test ends with
  });

  it('never overwrites a copy that somebody keeps', async () => {
    const { client, connection } = await ready();
    const kept: Buffer[] = [];
    const contents = Array.from({ length: 200 }, (_, n) => `content ${n}`);
    client.subscribe({}, ({ data }) => kept.push(Buffer.from(data)));
    const frames = contents.map((content) =>
      encodeFrame(APP_DIALECT, DATA, { atrId: 1, appValue: 1, data: Buffer.from(content) }),
    );
    const bytes = Buffer.concat(frames);
    for (let at = 0; at < bytes.length; at += 5000) connection.write(bytes.subarray(at, at + 5000));
    await caughtUp(client, connection);
    assert.deepEqual(kept.map(String), contents);
  });

  it('throws away a message that claims more data than it can hold, says so, and goes on', async () => {
    const { client, connection } = await ready();
    const got: string[] = [];
    client.subscribe({}, ({ data }) => got.push(data.toString()));
    const bad = encodeFrame(APP_DIALECT, DATA, { atrId: 1, appValue: 1, data: Buffer.alloc(4046) });
    bad.writeUInt32LE(4047, bad.length - 4);
    const told = once(client, 'fault') as Promise<[Error]>;
    connection.write(bad);
    connection.send(DATA, { atrId: 1, appValue: 1, data: Buffer.from('good') });
    const [fault] = await told;
    assert.ok(fault instanceof AkmError && fault.code === 'AKM_PROTOCOL');
    assert.match(fault.message, /4047.*4046/);
    await caughtUp(client, connection);
    assert.deepEqual([got, client.state], [['good'], 'connected']);
  });

  it('throws away a message that is too short, says so, and goes on', async () => {
    const { client, connection } = await ready();
    const told = once(client, 'fault') as Promise<[Error]>;
    connection.sendRaw(DATA.code, Buffer.alloc(4053));
    assert.match((await told)[0].message, /RECEIVE_APP_DATA_RESPONSE has only 4057 bytes/);
    await caughtUp(client, connection);
    assert.equal(client.state, 'connected');
  });

  it('is not disturbed by a listener that throws, which is told', async () => {
    const { client, connection } = await ready();
    const got: string[] = [];
    client.subscribe({}, () => {
      throw new TypeError('cannot read this');
    });
    client.subscribe({}, ({ data }) => got.push(data.toString()));
    const told = once(client, 'fault') as Promise<[Error]>;
    connection.send(DATA, { atrId: 1, appValue: 1, data: Buffer.from('a') });
    connection.send(DATA, { atrId: 1, appValue: 1, data: Buffer.from('b') });
    const [fault] = await told;
    assert.match(fault.message, /A receiver of application data failed: cannot read this/);
    assert.ok(fault.cause instanceof TypeError);
    await caughtUp(client, connection);
    assert.deepEqual(got, ['a', 'b']);
  });

  it('goes on until the last byte of a connection that is being renewed', async () => {
    const server = await bench.scriptedApp({ keepsOpen: true });
    const client = await connected(bench.app({ port: server.port }));
    const first = await server.connection();
    const registration = client.acquire(1, 100);
    const registered = registration.register();
    await first.receive(APP_OPERATIONS.REGISTER_APP.request);
    first.send(APP_OPERATIONS.REGISTER_APP.response, { status: 0 });
    await registered;
    const got: string[] = [];
    client.subscribe({}, ({ data }) => got.push(data.toString()));
    registration.release();
    time.clock.advance(250);
    await first.ended;
    first.send(DATA, { atrId: 1, appValue: 1, data: Buffer.from('the last of the old one') });
    first.end();
    const second = await server.connection();
    second.send(DATA, { atrId: 1, appValue: 1, data: Buffer.from('the first of the new one') });
    await caughtUp(client, second);
    assert.deepEqual(got, ['the last of the old one', 'the first of the new one']);
    second.end();
  });
});

describe('asking an AppEndpoint', () => {
  const bench = useTestPeers();

  it('gives what the simulator says of itself', async () => {
    const { appPort } = await bench.simulator({ endpoints: 3, atrs: 5 });
    const client = bench.app({ port: appPort });
    const version = await client.getVersion();
    assert.deepEqual(version.fields, { major: 1, minor: 0, patch: 0, build: 0 });
    assert.deepEqual([version.requestCode, version.responseCode, version.layout], [0x03, 0x43, 'inferred']);
    assert.equal(version.raw.toString('hex'), '01000000');
    const { fields } = await client.getEndpointInfo();
    assert.deepEqual(
      [fields.id?.id, fields.status, fields.name],
      ['0xE0000000000000000000000000000001', 0, 'AKM simulator'],
    );
    const { fields: atrInfo } = await client.getAtrInfo();
    assert.equal(atrInfo.count, 3);
    assert.deepEqual(
      atrInfo.atrs?.map(({ atrId, category, id }) => [atrId, category, id.lower64]),
      [1, 2, 3].map((n) => [n, 3, `0x000000000000000${n}`]),
    );
  });

  it('gives the fields that are there, and always the raw bytes', async () => {
    const server = await bench.scriptedApp();
    const client = bench.app({ port: server.port });
    const version = client.getVersion();
    const connection = await server.connection();
    await connection.frame();
    connection.sendRaw(APP_OPERATIONS.GET_VERSION.response.code, Buffer.from('0102', 'hex'));
    const { fields, raw } = await version;
    assert.deepEqual([fields, raw.toString('hex')], [{ major: 1, minor: 2 }, '0102']);
    const info = client.getEndpointInfo();
    await connection.frame();
    connection.sendRaw(APP_OPERATIONS.GET_ENDPOINT_INFO.response.code);
    assert.deepEqual([(await info).fields, (await info).raw.length], [{}, 0]);
  });
});
