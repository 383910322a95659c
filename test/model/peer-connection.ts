import type { Socket } from 'node:net';
import { turn } from '../support/promises.js';
import type { Behaviour } from './behaviour.js';
import { frame, readAppDataBody, Splitter, type AppDataBody, type Service } from './wire.js';

/** A request as it arrived. */
export interface ReceivedRequest {
  code: number;
  /** What stands behind the code. */
  body: Buffer;
  /** Whether its answer was written. */
  answered: boolean;
}

/** Bytes of the first part of an answer in parts: some of its payload is among them. */
const PART = 14;
/** Turns of the event loop between its parts: the client writes its next request meanwhile. */
const TURNS = 4;

/** What a peer makes of the requests on its connections. */
export interface PeerService {
  readonly service: Service;
  readonly behaviour: Behaviour;
  /** The payload of the answer to a request; undefined if it gets none. */
  answer(connection: PeerConnection, request: ReceivedRequest): Buffer | undefined;
}

/** The code of SEND_APP_DATA_REQUEST at an AppEndpoint. */
const SEND = 0x05;

/** The peer's end of one connection, and all that was seen on it. */
export class PeerConnection {
  readonly requests: ReceivedRequest[] = [];
  /** Application data in the order in which it arrived. */
  readonly data: AppDataBody[] = [];
  /** Registered applications, as `atrId/appValue`. */
  readonly registered = new Set<string>();
  /** Codes of what arrived before the first request was answered, and that of the first request itself. */
  readonly early: number[] = [];
  /** What no client may do. */
  readonly offences: string[] = [];
  gone = false;
  /** Answers leave in the order of their requests, whatever becomes of each. */
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly socket: Socket,
    private readonly peer: PeerService,
  ) {
    const splitter = new Splitter(peer.service);
    socket.on('data', (chunk) => {
      try {
        for (const payload of splitter.push(chunk)) this.take(payload);
      } catch (error) {
        this.offences.push(String(error));
        socket.destroy();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.gone = true;
    });
  }

  /** Sends messages that answer nothing, behind the answers that are under way. */
  push(frames: Buffer): void {
    this.writing = this.writing.then(() => this.write(frames));
  }

  /** Reads nothing for a while. */
  pause(ms: number): void {
    this.socket.pause();
    this.peer.behaviour.after(ms, () => this.socket.resume());
  }

  /** Ends the connection in an orderly way. */
  end(): void {
    this.socket.end();
  }

  reset(): void {
    // libuv refuses to reset what is being ended, and would leave it open
    if (this.socket.writableEnded) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  private take(payload: Buffer): void {
    const request = {
      code: payload.readUInt32LE(0),
      body: payload.subarray(4),
      answered: false,
    };
    if (this.peer.service === 'app' && request.code === SEND) {
      this.data.push(readAppDataBody(request.body));
      // answered or not is not documented; it is to disturb nothing
      if (this.data.length % 3 === 0) this.push(frame('app', SEND + 0x40, 0));
    }
    if (!this.requests[0]?.answered) this.early.push(request.code);
    this.requests.push(request);
    const answer = this.peer.answer(this, request);
    if (answer) this.writing = this.writing.then(() => this.reply(request, frame(this.peer.service, answer)));
  }

  private async reply(request: ReceivedRequest, bytes: Buffer): Promise<void> {
    const { behaviour } = this.peer;
    const treatment = behaviour.nextTreatment();
    if (treatment.as === 'lost') return;
    if (treatment.as === 'late')
      await new Promise<void>((resolve) => {
        behaviour.after(treatment.ms, resolve);
      });
    request.answered = true; // noted first: the client may react within the write
    switch (treatment.as) {
      case 'bytewise':
        for (const byte of bytes) await this.write(Buffer.of(byte));
        break;
      // a repetition that begins any later cannot be told from the answer to a next request
      case 'twice':
        await this.write(Buffer.concat([bytes, bytes]));
        break;
      case 'twice, the second in parts':
        await this.write(Buffer.concat([bytes, bytes.subarray(0, PART)]));
        for (let n = 0; n < TURNS; n += 1) await turn();
        await this.write(bytes.subarray(PART));
        break;
      default:
        await this.write(bytes);
    }
  }

  /** Resolves in a later turn of the event loop, whatever becomes of the bytes. */
  private write(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.writable) this.socket.write(bytes, () => setImmediate(resolve));
      else resolve();
    });
  }
}
