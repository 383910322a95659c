import type { Socket } from 'node:net';
import { FrameDecoder } from '../protocol/frame-decoder.js';
import type { Behaviour } from './faults.js';
import type { Report } from './events.js';
import { Owed, type OwedInAll } from './owed.js';
import type { PeerService, Session } from './peer-service.js';
import { readRequest, type PeerRequest } from './requests.js';
import type { Job, Progress, Turns } from './turns.js';

/** How late the fault `slow` answers, in milliseconds. */
const SLOW_DELAY = 3000;
/** What the fault `garbage` answers. */
const GARBAGE = Buffer.from('this is not an AKM message\r\n');

/** What the connections of one simulator have in common. */
export interface SessionContext {
  readonly behaviour: Behaviour;
  readonly turns: Turns;
  readonly owed: OwedInAll;
  readonly report: Report;
}

/** A request that is answered late. */
interface LateRequest {
  /** When it is answered, in milliseconds of `performance.now`. */
  due: number;
  request: PeerRequest;
}

/**
 * One client's connection. What arrives is decoded frame by frame, and only as long as the client reads what it is owed: the rest of a
 * chunk waits undecoded, and the socket reads no further.
 */
export class ClientSession implements Session, Job {
  private readonly decoder: FrameDecoder;
  /** What has been written and not taken by the system yet. */
  private readonly written: Owed;
  /** Requests that are answered late, in the order in which they arrived. */
  private readonly late: LateRequest[] = [];
  private readonly lateOwed: Owed;
  private timer: NodeJS.Timeout | undefined;
  /** A request for a session that is full. */
  private blocked: PeerRequest | undefined;
  /** What has arrived and is not decoded yet. */
  private undecoded: { chunk: Buffer; offset: number } | undefined;
  private hasEnded = false;

  constructor(
    private readonly socket: Socket,
    readonly connection: number,
    private readonly service: PeerService,
    private readonly context: SessionContext,
  ) {
    const { report, turns, owed } = context;
    this.written = new Owed(owed);
    this.lateOwed = new Owed(owed);
    const identity = { service: service.dialect.service, connection };
    this.decoder = new FrameDecoder(service.dialect, (payload) => this.onPayload(payload));
    socket.on('data', (chunk) => this.onData(chunk));
    socket.on('end', () => {
      this.hasEnded = true;
      turns.submit(this);
    });
    socket.on('error', () => undefined); // 'close' follows, and says all there is to know
    socket.on('close', () => {
      clearTimeout(this.timer);
      this.late.length = 0;
      this.written.clear();
      this.lateOwed.clear();
      service.closed(this);
      turns.wake(); // those that have waited for this client need not any more
      report('disconnected', identity);
    });
  }

  get isFull(): boolean {
    return this.written.isFull();
  }

  write(frame: Buffer): void {
    if (this.socket.destroyed) return;
    this.written.add(frame.length);
    this.socket.write(frame, () => {
      if (this.socket.closed) return; // all was cleared
      this.written.remove(frame.length);
      this.context.turns.wake();
    });
  }

  /** Breaks the connection. */
  destroy(): void {
    this.socket.destroy();
  }

  work(): Progress {
    const { socket, context } = this;
    while (!socket.destroyed) {
      if (this.isFull) return 'stalled';
      if (this.blocked) {
        if (!this.answer(this.blocked)) return 'stalled';
      } else if (this.isLateDue()) {
        if (!context.turns.hasTime()) return 'more';
        this.answerLate();
      } else if (this.written.isFull(this.lateOwed.sum)) {
        return 'stalled';
      } else if (this.undecoded) {
        if (!context.turns.hasTime()) return 'more';
        this.decode(this.undecoded);
      } else {
        if (this.hasEnded && this.late.length === 0) socket.end();
        if (socket.isPaused()) socket.resume();
        return 'done';
      }
    }
    return 'done';
  }

  private onData(chunk: Buffer): void {
    this.undecoded = { chunk, offset: 0 };
    if (!this.context.turns.submit(this)) this.socket.pause();
  }

  /** Decodes as far as the end of the next frame. */
  private decode(undecoded: { chunk: Buffer; offset: number }): void {
    const { chunk, offset } = undecoded;
    try {
      undecoded.offset = this.decoder.take(chunk, offset);
    } catch {
      this.destroy(); // a client that breaks the protocol is not served any further
    }
    if (undecoded.offset >= chunk.length) this.undecoded = undefined;
  }

  private onPayload(payload: Buffer): void {
    const { behaviour, report } = this.context;
    const { service } = this.service.dialect;
    const request = readRequest(service, payload);
    if (!request) return;
    report('request', { service, connection: this.connection, ...request });
    if (behaviour.fault === 'silent') return;
    if (behaviour.fault === 'disconnect') this.destroy();
    else if (behaviour.fault === 'garbage') this.write(GARBAGE);
    else if (behaviour.fault === 'slow') this.answerIn(SLOW_DELAY, request);
    // a response must not overtake those that are still to come
    else if (this.late.length > 0) this.answerIn(0, request);
    else this.answer(request);
  }

  /** Answers a request, or keeps it until the session that it is for has room. Returns whether it is answered. */
  private answer(request: PeerRequest): boolean {
    this.blocked = this.socket.destroyed || this.service.received(this, request) ? undefined : request;
    return this.blocked === undefined;
  }

  private answerIn(delay: number, request: PeerRequest): void {
    this.late.push({ due: performance.now() + delay, request });
    this.lateOwed.add(request.length);
    this.setTimer();
  }

  private answerLate(): void {
    const late = this.late.shift();
    if (!late) return;
    this.lateOwed.remove(late.request.length);
    this.answer(late.request);
    this.setTimer();
  }

  private isLateDue(): boolean {
    const [next] = this.late;
    return next !== undefined && next.due - performance.now() < 1; // a timer may be up to 1 ms early
  }

  /** One timer for all late requests: for the first of them, unless that only waits for the client to read. */
  private setTimer(): void {
    const [next] = this.late;
    if (this.timer !== undefined || next === undefined || this.isLateDue()) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.context.turns.submit(this);
    }, next.due - performance.now());
  }
}
