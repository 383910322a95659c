import { connect, type Socket } from 'node:net';
import { endpointList, LIST_REQUEST } from './wire.js';

const ANSWER_SIZE = endpointList(0).length;

/** Asks for the endpoints with `node:net` alone, one at a time: a ready-made request, and an answer that is only waited for until it is whole. */
export class BareRequest {
  private readonly socket: Socket;
  private missing = 0;
  private answered: () => void = () => undefined;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk) => {
      this.missing -= chunk.length;
      if (this.missing === 0) this.answered();
    });
  }

  /** Asks, and calls back when the answer is whole. */
  ask(answered: () => void): void {
    this.answered = answered;
    this.missing = ANSWER_SIZE;
    this.socket.write(LIST_REQUEST);
  }

  end(): void {
    this.socket.destroy();
  }
}
