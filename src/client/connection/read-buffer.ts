/**
 * Bytes that a socket reads at one time: at first no more than two frames of application data or a long answer need, since most
 * connections are idle most of the time, and in the end what costs the least for each frame. More than the last gained nothing when it
 * was measured.
 */
const SIZES = [8_192, 65_536, 262_144] as const;

/**
 * The buffer that a socket reads into, always the same one: a fresh one for each read costs more than all the rest of receiving. It
 * grows with what arrives, since each read has a price, and what the system does behind it is dearest.
 *
 * Not shared among sockets: where the system reads on its own, as Windows does, it holds on to a socket's buffer meanwhile.
 */
export class ReadBuffer {
  private step = 0;
  private bytes = Buffer.allocUnsafeSlow(SIZES[0]);

  /** What to read into next. Who still holds what was read before keeps it: a larger buffer is another one. */
  readonly next = (): Buffer => this.bytes;

  /**
   * What was read, as a view.
   * @param size bytes that were read; as many as there was room for say that more may be waiting
   */
  filled(size: number): Buffer {
    const { bytes } = this;
    if (size < bytes.length) return bytes.subarray(0, size);
    const larger = SIZES[this.step + 1];
    if (larger !== undefined) {
      this.step += 1;
      this.bytes = Buffer.allocUnsafeSlow(larger);
    }
    return bytes;
  }
}
