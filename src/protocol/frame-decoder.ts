import { HEADER_SIZE, readHeader, type Dialect } from './header.js';

/**
 * Cuts a TCP stream into the payloads of its frames, however the stream was chunked.
 *
 * A decoder belongs to one connection and ends with it: a new connection gets a new one, so that bytes left over from a
 * broken stream cannot poison the next. A frame that arrives in one chunk is handed on without a copy; one that is split
 * is gathered into a buffer of exactly its size, each byte copied once.
 */
export class FrameDecoder {
  private readonly header = Buffer.alloc(HEADER_SIZE);
  private headerBytes = 0;
  /** The payload being gathered, or undefined between frames and inside a header. */
  private payload: Buffer | undefined;
  private payloadBytes = 0;
  private stopped = false;
  /** How many payloads were handed on. */
  private payloads = 0;

  /**
   * @param onPayload gets each whole payload, in order. The buffer is a view that is valid during the call only:
   *   copy what outlives it.
   */
  constructor(
    private readonly dialect: Dialect,
    private readonly onPayload: (payload: Buffer) => void,
  ) {}

  /** Whether the stream ended, so far, within a frame. */
  get midFrame(): boolean {
    return this.headerBytes > 0 || this.payload !== undefined;
  }

  /** Hands on no further payload, also when called from within `onPayload`. */
  stop(): void {
    this.stopped = true;
  }

  /**
   * Takes the next bytes of the stream. Frames in front of an invalid one are handed on first.
   *
   * @throws AkmError `AKM_PROTOCOL` as soon as the stream cannot be valid any more; the decoder is then stopped
   */
  push(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) offset = this.take(chunk, offset);
  }

  /**
   * Takes the next bytes of the stream, from `offset` on, up to the end of the first payload. What was stopped takes all of them.
   *
   * @returns where to go on in this chunk
   * @throws AkmError as {@link push} does
   */
  take(chunk: Buffer, offset: number): number {
    const { payloads } = this;
    let next = offset;
    while (next < chunk.length && this.payloads === payloads) {
      if (this.stopped) return chunk.length;
      next = this.payload ? this.gather(this.payload, chunk, next) : this.begin(chunk, next);
    }
    return next;
  }

  /** Reads a header, and the payload with it where both are in the chunk. Returns the next offset. */
  private begin(chunk: Buffer, offset: number): number {
    const [length, next] = this.takeHeader(chunk, offset);
    if (length === undefined) return next;
    const end = next + length;
    if (end <= chunk.length) {
      this.handOn(chunk.subarray(next, end));
      return end;
    }
    this.payload = Buffer.allocUnsafe(length);
    this.payloadBytes = 0;
    return next;
  }

  private takeHeader(chunk: Buffer, offset: number): [length: number | undefined, next: number] {
    const arrived = Math.min(HEADER_SIZE - this.headerBytes, chunk.length - offset);
    const next = offset + arrived;
    try {
      if (arrived === HEADER_SIZE) return [readHeader(this.dialect, chunk, offset, HEADER_SIZE), next];
      chunk.copy(this.header, this.headerBytes, offset, next);
      this.headerBytes += arrived;
      const length = readHeader(this.dialect, this.header, 0, this.headerBytes);
      if (length !== undefined) this.headerBytes = 0;
      return [length, next];
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  private gather(payload: Buffer, chunk: Buffer, offset: number): number {
    const copied = chunk.copy(payload, this.payloadBytes, offset);
    this.payloadBytes += copied;
    if (this.payloadBytes === payload.length) {
      this.payload = undefined;
      this.handOn(payload);
    }
    return offset + copied;
  }

  private handOn(payload: Buffer): void {
    this.payloads += 1;
    this.onPayload(payload);
  }
}
