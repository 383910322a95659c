import { AkmError, messageOf } from '../../errors.js';
import { FrameDecoder } from '../../protocol/frame-decoder.js';
import type { Dialect } from '../../protocol/header.js';
import type { Counters } from '../counters.js';
import { ReceiveThrottle } from './receive-throttle.js';

/** Who gets what a {@link Receiver} receives. None of these may throw. */
export interface ReceiverUser {
  /** Counts what arrives. */
  readonly counters: Counters;
  /** Something has arrived, a whole message or not. */
  onActivity(): void;
  /**
   * A whole payload. The buffer is a view that is valid during the call only.
   * @returns whether a flow has got something to do with it, which it does later
   */
  onFrame(payload: Buffer): boolean;
  /** All that had arrived so far was handed on. */
  settled(): void;
}

/** What a {@link Receiver} needs of its link. */
export interface ReceiverPort {
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
  private readonly pace = new ReceiveThrottle(() => this.goOn());
  /** What is being handed on. */
  private arrived: { chunk: Buffer; offset: number } | undefined;
  private late = false;
  private understood = false;
  private hurried = false;
  private stopped = false;

  constructor(
    dialect: Dialect,
    private readonly user: ReceiverUser,
    private readonly port: ReceiverPort,
  ) {
    this.decoder = new FrameDecoder(dialect, (payload) => {
      this.understood = true;
      user.counters.framesIn += 1;
      if (user.onFrame(payload)) this.pace.spend();
    });
  }

  /** Whether a whole message has arrived: the peer speaks the protocol. */
  get hasUnderstood(): boolean {
    return this.understood;
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
    this.user.counters.bytesIn += chunk.length;
    this.user.onActivity();
    this.arrived = { chunk, offset: 0 };
    if (this.handOn(false)) {
      this.late = true;
      return false;
    }
    this.user.settled();
    return true;
  }

  /** Hands on the rest without regard to flows: it was read before the connection broke. */
  finish(): void {
    this.handOn(true);
  }

  /** Hands on without regard to flows from the next turn on: what is being ended has little time left. */
  drain(): void {
    this.hurried = true;
  }

  /** Hands on nothing any more. */
  stop(): void {
    this.stopped = true;
    this.decoder.stop();
  }

  private goOn(): void {
    if (!this.late || this.stopped) return;
    if (this.handOn(this.hurried)) return; // the rest in the next turn
    this.user.settled();
    this.port.resume();
    setImmediate(() => {
      if (!this.arrived) this.late = false; // nothing more was there to be read
    });
  }

  /** Hands on what has arrived, as far as flows may be given it. Returns whether there is more. */
  private handOn(all: boolean): boolean {
    const { arrived, decoder, pace } = this;
    if (!arrived) return false;
    const { chunk } = arrived;
    try {
      while (arrived.offset < chunk.length && (all || !pace.isSpent))
        arrived.offset = decoder.take(chunk, arrived.offset);
    } catch (error) {
      arrived.offset = chunk.length;
      this.user.counters.errors += 1;
      this.port.failed(
        error instanceof AkmError ? error : new AkmError('AKM_PROTOCOL', messageOf(error), { cause: error }),
      );
    }
    if (!this.stopped && arrived.offset < chunk.length) return true;
    this.arrived = undefined;
    return false;
  }
}
