import type { AkmError } from '../../errors.js';
import { SEND_APP_DATA_REQUEST } from '../../protocol/app-messages.js';
import { APP_DIALECT, HEADER_SIZE } from '../../protocol/header.js';
import { CODE_SIZE, encodeFrame } from '../../protocol/message.js';

/** Application data as a frame of SEND_APP_DATA carries it. */
export interface AppData {
  /** U16 */
  readonly atrId: number;
  /** App Value of the target, U16. */
  readonly appValue: number;
  /** At most 4046 bytes; a string is sent as UTF-8. */
  readonly data: Buffer | string;
}

/** Called once: without an error when the operating system has taken the bytes, with one when it never will. */
export type Taken = (error?: AkmError) => void;

const EMPTY_FRAME = encodeFrame(APP_DIALECT, SEND_APP_DATA_REQUEST, { atrId: 0, appValue: 0, data: '' });
const FRAME_SIZE = EMPTY_FRAME.length;
const BODY = HEADER_SIZE + CODE_SIZE;
/** Where the data begins, and where the number of its bytes stands. */
const DATA = BODY + 4;
const LENGTH = FRAME_SIZE - 4;

/** Frames in one write. More than these 65 kB gained nothing when it was measured. */
const FRAMES = 16;
/** Buffers kept for later writes: as many as can be on their way at one time, and as long as much is sent, as many as a turn may fill. */
const SPARES = { idle: 3, busy: 32 };

/**
 * Puts the frames of one turn of the event loop into few writes. A frame has 4070 bytes whatever it carries, and a system call of its
 * own for each, with as much fresh memory to be zeroed, costs several times what encoding does.
 *
 * A message that comes alone is written at the end of the callback that sends it. Only those that come behind it within the same turn
 * wait for the turn's end, or for their buffer to be full.
 */
export class WriteBatcher {
  private filling: Batch | undefined;
  private readonly spare: Batch[] = [];
  /** Whether there were frames in this turn of the event loop already. */
  private busy = false;
  /** Whether there were none in the last one either. */
  private idle = true;

  /**
   * @param write gets whole frames, and says when they are taken; they must not be touched before
   * @param failed is told of each of the messages that will never be taken
   */
  constructor(
    private readonly write: (frames: Buffer, taken: Taken, count: number) => void,
    private readonly failed: (error: AkmError) => void = () => undefined,
  ) {}

  /**
   * Takes the data in; a Buffer may be used otherwise right after.
   * @throws AkmError `AKM_PAYLOAD_TOO_LARGE`, `AKM_INVALID_INPUT`; `taken` is not called then
   */
  add(packable: AppData, taken: Taken): void {
    const batch = (this.filling ??= this.begin());
    batch.add(packable, taken);
    if (batch.isFull) this.flush();
  }

  /** Writes what was added. */
  readonly flush = (): void => {
    const { filling: batch } = this;
    if (!batch || batch.isEmpty) return;
    this.filling = undefined;
    const taken: Taken = (error) => {
      const waiting = batch.clear();
      if (this.spare.length < (this.idle ? SPARES.idle : SPARES.busy)) this.spare.push(batch);
      for (const each of waiting) this.end(each, error);
    };
    this.write(batch.frames, taken, batch.size);
  };

  /** Fails what was added and is not written yet. */
  fail(error: AkmError): void {
    for (const taken of this.filling?.clear() ?? []) this.end(taken, error);
  }

  private end(taken: Taken, error: AkmError | undefined): void {
    if (error) this.failed(error);
    taken(error);
  }

  private begin(): Batch {
    if (!this.busy) {
      process.nextTick(this.flush);
      this.busy = true;
      this.idle = false;
      setImmediate(this.endTurn);
    }
    return this.spare.pop() ?? new Batch();
  }

  private readonly endTurn = (): void => {
    this.busy = this.filling !== undefined && !this.filling.isEmpty;
    // where there is so much, the next turn's first frame waits for others as well
    setImmediate(this.busy ? this.endTurn : this.rest);
    this.flush();
  };

  /** A turn after the last one with frames: where this one had none either, less memory is needed. */
  private readonly rest = (): void => {
    if (this.busy) return;
    this.idle = true;
    this.spare.splice(SPARES.idle);
  };
}

/** Ready-made frames, of which only what differs is ever written again: their padding stays zero. */
class Batch {
  private readonly bytes = Buffer.concat(Array<Buffer>(FRAMES).fill(EMPTY_FRAME));
  private waiting: Taken[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  get isFull(): boolean {
    return this.waiting.length === FRAMES;
  }

  /** How many frames there are. */
  get size(): number {
    return this.waiting.length;
  }

  get frames(): Buffer {
    return this.isFull ? this.bytes : this.bytes.subarray(0, this.waiting.length * FRAME_SIZE);
  }

  add(packable: AppData, taken: Taken): void {
    SEND_APP_DATA_REQUEST.body.write(this.bytes, this.waiting.length * FRAME_SIZE + BODY, packable, '');
    this.waiting.push(taken);
  }

  /** Makes the frames empty again, and gives who waited for them to be taken. */
  clear(): Taken[] {
    const { bytes, waiting } = this;
    for (let frame = 0; frame < waiting.length; frame += 1) {
      const at = frame * FRAME_SIZE;
      bytes.fill(0, at + DATA, at + DATA + bytes.readUInt32LE(at + LENGTH));
    }
    this.waiting = [];
    return waiting;
  }
}
