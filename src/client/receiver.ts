import { AkmError, messageOf } from '../errors.js';
import { FrameDecoder } from '../protocol/frame-decoder.js';
import type { Dialect } from '../protocol/header.js';
import { Pace } from './pace.js';

/** What a {@link Receiver} needs of its connection. */
export interface ReceiverPort {
  /** Whether the socket is still the connection's: what arrives on an old one is for nobody. */
  isCurrent(): boolean;
  /** Whether the connection is being ended, and there is little time to hand on what has arrived. */
  isEnding(): boolean;
  /**
   * A whole payload. The buffer is a view that is valid during the call only.
   * @returns whether a flow has got something to do with it, which it does later
   */
  payload(payload: Buffer): boolean;
  /** All that had arrived so far was handed on. */
  settled(): void;
  /** The peer sent what the protocol does not allow. */
  failed(reason: AkmError): void;
  /** Lets the socket read again. */
  resume(): void;
}

/**
 * What arrives on one socket: cut into payloads, and handed on as fast as flows can take it. Meanwhile the socket does not read, so a
 * peer that is too fast comes to feel it, and nothing piles up here.
 */
export class Receiver {
  private readonly decoder: FrameDecoder;
  private readonly pace = new Pace(() => {
    this.goOn();
  });
  /** What is being handed on. */
  private arrived: { chunk: Buffer; offset: number } | undefined;
  private late = false;

  constructor(
    dialect: Dialect,
    private readonly port: ReceiverPort,
  ) {
    this.decoder = new FrameDecoder(dialect, (payload) => {
      if (!port.isCurrent()) this.decoder.stop();
      else if (port.payload(payload)) this.pace.spend();
    });
  }

  /** Whether what arrived at one time is being handed on: none of it can answer what is written only now. */
  get isHandingOn(): boolean {
    return this.arrived !== undefined;
  }

  /** Whether more has arrived than could be handed on yet: an answer may be among it. */
  get isBehind(): boolean {
    return this.late;
  }

  /** Whether a message has begun to arrive, and not ended yet. */
  get midFrame(): boolean {
    return this.decoder.midFrame;
  }

  /**
   * Takes what the socket has read.
   * @returns whether it may go on reading; else the chunk must stay as it is until `resume` is called
   */
  take(chunk: Buffer): boolean {
    this.arrived = { chunk, offset: 0 };
    if (this.handOn(false)) {
      this.late = true;
      return false;
    }
    this.port.settled();
    return true;
  }

  /** Hands on the rest without regard to flows: it was read before the connection broke. */
  finish(): void {
    this.handOn(true);
  }

  private goOn(): void {
    const { port } = this;
    if (!this.late || !port.isCurrent()) return;
    if (this.handOn(port.isEnding())) return; // the rest in the next turn
    port.settled();
    port.resume();
    setImmediate(() => {
      if (!this.arrived) this.late = false; // nothing more was there to be read
    });
  }

  /** Hands on what has arrived, as far as flows may be given it. Returns whether there is more. */
  private handOn(all: boolean): boolean {
    const { arrived, decoder, pace, port } = this;
    if (!arrived) return false;
    const { chunk } = arrived;
    try {
      while (arrived.offset < chunk.length && (all || !pace.isSpent))
        arrived.offset = decoder.take(chunk, arrived.offset);
    } catch (error) {
      arrived.offset = chunk.length;
      port.failed(
        error instanceof AkmError ? error : new AkmError('AKM_PROTOCOL', messageOf(error), { cause: error }),
      );
    }
    if (port.isCurrent() && arrived.offset < chunk.length) return true;
    this.arrived = undefined;
    return false;
  }
}
