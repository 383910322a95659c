import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AppData } from '../../src/client/app/app-data.js';
import { WriteBatcher, type Taken } from '../../src/client/app/write-batcher.js';
import { AkmError } from '../../src/errors.js';
import { bytesOf, type Bytes } from '../../src/protocol/bytes.js';
import { SEND_APP_DATA_REQUEST } from '../../src/protocol/app-messages.js';
import { APP_DIALECT } from '../../src/protocol/header.js';
import { encodeFrame } from '../../src/protocol/message.js';
import { thrown, turn } from '../support/promises.js';

const FRAME_SIZE = 4070;
/** Frames in one write. */
const MOST = 16;

const frameOf = (data: AppData): Buffer =>
  encodeFrame(APP_DIALECT, SEND_APP_DATA_REQUEST, data as AppData & { data: string });
const bytes = (data: Uint8Array): Bytes => bytesOf(data) ?? assert.fail('no bytes');
const text = (data: string): AppData => ({ atrId: 1, appValue: 200, data });
const tick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

/** A packer and what it has written; each write is taken when the test says so. */
function packer() {
  const writes: { frames: Buffer; taken: Taken }[] = [];
  const write = (frames: Buffer, taken: Taken = () => assert.fail('not asked for')): void =>
    void writes.push({ frames, taken });
  return { writes, packer: new WriteBatcher({ write }) };
}

describe('packing frames', () => {
  it('writes a message that comes alone at the end of the callback that sends it', async () => {
    const { packer: packing, writes } = packer();
    packing.add(text('alone'), () => undefined);
    assert.equal(writes.length, 0);
    await tick();
    assert.deepEqual(
      writes.map(({ frames }) => frames),
      [frameOf(text('alone'))],
    );
  });

  it('puts what one callback sends into one write', async () => {
    const { packer: packing, writes } = packer();
    const sent = ['one', 'two', 'three'].map(text);
    for (const each of sent) packing.add(each, () => undefined);
    await tick();
    assert.equal(writes.length, 1);
    assert.deepEqual(writes[0]?.frames, Buffer.concat(sent.map(frameOf)));
  });

  it('lets what comes behind it in the same turn of the event loop wait for the end of that turn', async () => {
    const { packer: packing, writes } = packer();
    packing.add(text('first'), () => undefined);
    await tick();
    packing.add(text('second'), () => undefined);
    await tick();
    packing.add(text('third'), () => undefined);
    await tick();
    assert.equal(writes.length, 1);
    await turn();
    assert.deepEqual(writes[1]?.frames, Buffer.concat([text('second'), text('third')].map(frameOf)));
  });

  it('does not wait for the end of a turn once its buffer is full', () => {
    const { packer: packing, writes } = packer();
    for (let n = 0; n < MOST + 1; n += 1) packing.add(text(String(n)), () => undefined);
    assert.equal(writes.length, 1);
    assert.equal(writes[0]?.frames.length, MOST * FRAME_SIZE);
  });

  it('uses its buffers again as long as much is sent, and keeps few of them after that', async () => {
    const BUFFERS = 8;
    const { packer: packing, writes } = packer();
    /** Fills so many buffers, has them taken, and gives what memory they were. */
    const burst = (): Set<ArrayBufferLike> => {
      for (let n = 0; n < BUFFERS * MOST; n += 1) packing.add(text(String(n)), () => undefined);
      const written = writes.splice(0);
      for (const { taken } of written) taken();
      return new Set(written.map(({ frames }) => frames.buffer));
    };
    const first = burst();
    const usedAgain = (): number => [...burst()].filter((memory) => first.has(memory)).length;
    await turn();
    assert.equal(usedAgain(), BUFFERS);
    for (let turns = 0; turns < 3; turns += 1) await turn();
    const kept = usedAgain();
    assert.ok(kept > 0 && kept <= 3, String(kept));
  });

  it('tells each once, in order, when its frame is taken, or why it never will be', async () => {
    const { packer: packing, writes } = packer();
    const told: string[] = [];
    for (const name of ['a', 'b'])
      packing.add(text(name), (error) => told.push(`${name} ${error?.code ?? 'ok'}`));
    await tick();
    assert.equal(told.length, 0);
    writes[0]?.taken();
    packing.add(text('c'), (error) => told.push(`c ${error?.code ?? 'ok'}`));
    packing.flush();
    writes[1]?.taken(new AkmError('AKM_CONNECTION_LOST', 'gone'));
    assert.deepEqual(told, ['a ok', 'b ok', 'c AKM_CONNECTION_LOST']);
  });

  it('fails what is not written yet', async () => {
    const { packer: packing, writes } = packer();
    const told: unknown[] = [];
    packing.add(text('a'), (error) => told.push(error?.code));
    packing.fail(new AkmError('AKM_CONNECTION_LOST', 'gone'));
    assert.deepEqual(told, ['AKM_CONNECTION_LOST']);
    await turn();
    assert.equal(writes.length, 0);
  });

  it('leaves out what cannot be packed', async () => {
    const { packer: packing, writes } = packer();
    thrown(
      () => packing.add({ atrId: 1, appValue: 1, data: bytes(Buffer.alloc(4047)) }, () => assert.fail()),
      'AKM_PAYLOAD_TOO_LARGE',
    );
    packing.add(text('good'), () => undefined);
    await tick();
    assert.deepEqual(writes[0]?.frames, frameOf(text('good')));
  });

  it('does not need a Buffer any more once it has it', async () => {
    const { packer: packing, writes } = packer();
    const data = Buffer.from('mine');
    packing.add({ atrId: 1, appValue: 1, data: bytes(data) }, () => undefined);
    data.fill('x');
    await tick();
    assert.deepEqual(writes[0]?.frames, frameOf({ atrId: 1, appValue: 1, data: 'mine' }));
  });

  it('writes the very frames that encoding gives, whatever its buffers held before', () => {
    const data = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.uint8Array({ maxLength: 4046 }).map((array) => bytes(Buffer.from(array))),
    );
    const packable = fc.record({ atrId: fc.nat(0xffff), appValue: fc.nat(0xffff), data });
    fc.assert(
      fc.property(fc.array(fc.array(packable, { minLength: 1, maxLength: MOST })), (writes) => {
        const { packer: packing, writes: written } = packer();
        for (const each of writes) {
          for (const one of each) packing.add(one, () => undefined);
          packing.flush();
          const { frames, taken } = written.pop() ?? assert.fail('nothing was written');
          assert.ok(frames.equals(Buffer.concat(each.map(frameOf))));
          taken(); // its buffer is used again
        }
      }),
      { numRuns: 50 },
    );
  });
});
