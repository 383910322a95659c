import type { AkmError } from '../../errors.js';
import type { Connection } from '../connection/connection.js';
import { clearAppData, EMPTY_FRAME, FRAME_SIZE, writeAppData, type AppData } from './app-data.js';

/** Called once: without an error when the operating system has taken the bytes, with one when it never will. Must not throw. */
export type Taken = (error?: AkmError) => void;

/** Frames in one write. More than these 65 kB gained nothing when it was measured. */
const FRAMES = 16;
/** Buffers kept for later writes: as many as can be on their way at one time, and as long as much is sent, as many as a turn may fill. */
const SPARES = { idle: 3, busy: 32 };

/**
 * Puts the frames of one turn of the event loop into few writes. A frame has 4070 bytes whatever it carries, and a system call of its
 * own for each, with as much fresh memory to be zeroed, costs several times what encoding does.
 *
 * A message that comes alone is written at the end of the callback that sends it (`nextTick`). Only those that come behind it within the
 * same turn wait for the turn's end (`setImmediate`), or for their buffer to be full. While every turn has frames, the first of a turn
 * waits for others as well.
 */
export class WriteBatcher {
  private filling: Batch | undefined;
  private readonly spare: Batch[] = [];
  /** Whether there were frames in this turn of the event loop already. */
  private busy = false;
  /** Whether there were none in the last one either. */
  private idle = true;

  constructor(private readonly connection: Pick<Connection, 'write'>) {}

  /**
   * Copies the data; whose it is may use it otherwise right after.
   * @throws AkmError `AKM_PAYLOAD_TOO_LARGE`; `taken` is not called then
   */
  add(data: AppData, taken: Taken): void {
    const batch = (this.filling ??= this.begin());
    batch.add(data, taken);
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
      for (const each of waiting) each(error);
    };
    this.connection.write(batch.frames, taken, batch.size);
  };

  /** Fails what was added and is not written yet. */
  fail(error: AkmError): void {
    for (const taken of this.filling?.clear() ?? []) taken(error);
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
    // if there is so much, the next turn's first frame waits for others as well
    setImmediate(this.busy ? this.endTurn : this.rest);
    this.flush();
  };

  /** A turn after the last one with frames: if this one had none either, less memory is needed. */
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

  add(data: AppData, taken: Taken): void {
    writeAppData(this.bytes, this.waiting.length * FRAME_SIZE, data);
    this.waiting.push(taken);
  }

  /** Makes the frames empty again, and gives who waited for them to be taken. */
  clear(): Taken[] {
    const { bytes, waiting } = this;
    for (let frame = 0; frame < waiting.length; frame += 1) clearAppData(bytes, frame * FRAME_SIZE);
    this.waiting = [];
    return waiting;
  }
}
