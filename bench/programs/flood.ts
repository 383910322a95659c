/** A peer that writes frames of one kind that nobody can use, to everybody who is connected, as fast as they take them. */
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import {
  AMM_DIALECT,
  APP_DIALECT,
  HEADER_SIZE,
  writeHeader,
  type Dialect,
  type Service,
} from '../../src/protocol/header.js';
import { encodeFrame, encodeRawFrame } from '../../src/protocol/message.js';
import { serve } from './commands.js';
import { pump } from './pump.js';
import { endpointList, listen } from './wire.js';

/** What the frames are: without a payload, with one too short for a code, of a code that nobody knows, or answers that nobody asked for. */
export type Nonsense = 'empty payloads' | '3-byte payloads' | 'unknown codes' | 'unasked answers';

export interface Flood {
  /** Gives the port. */
  listen(what: { service: Service; nonsense: Nonsense }): Promise<number>;
}

/** Bytes of one write, at least: many frames, as a peer that wants to do harm would write them. */
const WRITE = 65_536;

function bare(dialect: Dialect, payloadLength: number): Buffer {
  const frame = Buffer.alloc(HEADER_SIZE + payloadLength);
  writeHeader(frame, dialect, payloadLength);
  return frame;
}

function frameOf(service: Service, nonsense: Nonsense): Buffer {
  const dialect = service === 'amm' ? AMM_DIALECT : APP_DIALECT;
  switch (nonsense) {
    case 'empty payloads':
      return bare(dialect, 0);
    case '3-byte payloads':
      return bare(dialect, 3);
    case 'unknown codes':
      return encodeRawFrame(dialect, 0xffff_fff0, Buffer.alloc(0));
    case 'unasked answers':
      return service === 'amm'
        ? endpointList(0)
        : encodeFrame(APP_DIALECT, APP_OPERATIONS.REGISTER_APP.response, { status: 0 });
  }
}

serve<Flood>({
  listen: ({ service, nonsense }) => {
    const frame = frameOf(service, nonsense);
    const bytes = Buffer.concat(Array<Buffer>(Math.ceil(WRITE / frame.length)).fill(frame));
    return listen((socket) => pump(socket, bytes, () => true));
  },
});
