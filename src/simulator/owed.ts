/**
 * Bytes that one client can be owed before its requests wait: responses and application data that it has not read, and requests that are
 * to be answered late.
 */
const MOST_PER_CLIENT = 64 * 1024;
/** Bytes that all clients of a simulator can be owed together before requests wait. */
const MOST_IN_ALL = 16 * 1024 * 1024;
/** What Node.js and we keep beside the bytes of each frame: objects, callbacks, the buffer's own. A registration's response has 20 bytes. */
const OVERHEAD = 512;

/** What all clients of one simulator are owed together. */
export class OwedInAll {
  private bytes = 0;

  get isFull(): boolean {
    return this.bytes >= MOST_IN_ALL;
  }

  add(bytes: number): void {
    this.bytes += bytes;
  }
}

/** What one client is owed, of one kind. Counts for the sum of all clients too. */
export class Owed {
  private bytes = 0;

  constructor(private readonly all: OwedInAll) {}

  /**
   * Whether nothing more is to be owed for now. A client that is owed nothing is never full: it is served however much others leave
   * unread.
   *
   * @param further bytes that the client is owed besides
   */
  isFull(further = 0): boolean {
    const bytes = this.bytes + further;
    return bytes >= MOST_PER_CLIENT || (bytes > 0 && this.all.isFull);
  }

  /** Bytes that are owed, with what is kept beside them. */
  get sum(): number {
    return this.bytes;
  }

  add(length: number): void {
    this.change(length + OVERHEAD);
  }

  remove(length: number): void {
    this.change(-(length + OVERHEAD));
  }

  /** Nothing is owed any more. */
  clear(): void {
    this.change(-this.bytes);
  }

  private change(bytes: number): void {
    this.bytes += bytes;
    this.all.add(bytes);
  }
}
