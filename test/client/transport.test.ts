import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Transport, type TransportListener } from '../../src/client/connection/transport.js';
import { RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { APP_DIALECT } from '../../src/protocol/header.js';
import { encodeFrame } from '../../src/protocol/message.js';
import { turn } from '../support/promises.js';

const PUSH = encodeFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: 1, data: 'x' });

/** Lets the event loop turn until something holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

describe('a transport', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  /** A transport, what it reports, and the peer's end of its socket. */
  async function make() {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const frames: number[] = [];
    const reported: string[] = [];
    const listener: TransportListener = {
      onEstablished: () => reported.push('established'),
      onActivity: () => undefined,
      onFrame: (_payload, chunk) => frames.push(chunk) > 0,
      onProtocolError: ({ code }) => reported.push(code),
      onDrain: () => reported.push('drain'),
      onGone: () => reported.push('gone'),
      onEnded: () => reported.push('ended'),
    };
    const { port } = server.address() as AddressInfo;
    const address = { host: '127.0.0.1', addresses: [{ address: '127.0.0.1', family: 4 }], port };
    const transport = new Transport(APP_DIALECT, { ...address, attemptTimeout: 1000 }, listener);
    const [peer] = await accepted;
    ends.push(
      () => transport.close(),
      () => peer.destroy(),
      () => new Promise((resolve) => server.close(resolve)),
    );
    await until(() => reported.length > 0);
    return { transport, peer, frames, reported };
  }

  it('decodes one message of what was read at first, the rest in the next turns, and then reads on', async () => {
    const { transport, peer, frames } = await make();
    peer.write(Buffer.concat([PUSH, PUSH, PUSH]));
    await until(() => frames.length > 0);
    assert.equal(frames.length, 1);
    assert.equal(transport.isBehind, true, 'an answer may be among the rest');
    await until(() => frames.length >= 3);
    peer.write(PUSH);
    await until(() => frames.length >= 4);
    await until(() => !transport.isBehind);
  });

  it('tells with which chunk each message began', async () => {
    const { transport, peer, frames } = await make();
    peer.write(Buffer.concat([PUSH, PUSH.subarray(0, 5)]));
    await until(() => frames.length >= 1);
    assert.equal(transport.chunks, 1);
    peer.write(PUSH.subarray(5));
    await until(() => frames.length >= 2);
    peer.write(PUSH);
    await until(() => frames.length >= 3);
    assert.deepEqual(frames, [1, 1, 3]);
  });

  it('has nothing to report of what is left once it is dropped, not even that it makes no sense', async () => {
    const { transport, peer, frames, reported } = await make();
    peer.write(Buffer.concat([PUSH, Buffer.from('this is no message')]));
    await until(() => frames.length >= 1);
    transport.drop();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    assert.deepEqual([frames, reported], [[1], ['established']]);
  });
});
