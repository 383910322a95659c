import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Transport, type TransportListener } from '../../src/client/connection/transport.js';
import { RECEIVE_APP_DATA_RESPONSE } from '../../src/protocol/app-messages.js';
import { APP_DIALECT } from '../../src/protocol/header.js';
import { encodeFrame } from '../../src/protocol/message.js';
import { turn } from '../support/promises.js';

const PUSH = encodeFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE, { atrId: 1, appValue: 1, data: 'x' });

describe('a transport', () => {
  const ends: (() => Promise<unknown> | void)[] = [];
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
      () => peer.destroy() as unknown as undefined,
      () => new Promise((resolve) => server.close(resolve)),
    );
    while (reported.length === 0) await turn();
    return { transport, peer, frames, reported };
  }

  it('decodes one message of what was read at first, the rest in the next turns, and then reads on', async () => {
    const { transport, peer, frames } = await make();
    peer.write(Buffer.concat([PUSH, PUSH, PUSH]));
    while (frames.length === 0) await turn();
    assert.equal(frames.length, 1);
    assert.equal(transport.isBehind, true, 'an answer may be among the rest');
    while (frames.length < 3) await turn();
    peer.write(PUSH);
    while (frames.length < 4) await turn();
    while (transport.isBehind) await turn();
  });

  it('tells with which chunk each message began', async () => {
    const { transport, peer, frames } = await make();
    peer.write(Buffer.concat([PUSH, PUSH.subarray(0, 5)]));
    while (frames.length < 1) await turn();
    assert.equal(transport.chunks, 1);
    peer.write(PUSH.subarray(5));
    while (frames.length < 2) await turn();
    peer.write(PUSH);
    while (frames.length < 3) await turn();
    assert.deepEqual(frames, [1, 1, 3]);
  });

  it('has nothing to report of what is left once it is dropped, not even that it makes no sense', async () => {
    const { transport, peer, frames, reported } = await make();
    peer.write(Buffer.concat([PUSH, Buffer.from('this is no message')]));
    while (frames.length < 1) await turn();
    transport.drop();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    assert.deepEqual([frames, reported], [[1], ['established']]);
  });
});
