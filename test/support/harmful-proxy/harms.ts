import { AMM_OPERATIONS } from '../../../src/protocol/amm-messages.js';
import { MAX_APP_BUFFER_SIZE, RECEIVE_APP_DATA_RESPONSE } from '../../../src/protocol/app-messages.js';
import { HEADER_SIZE, writeHeader, type Dialect } from '../../../src/protocol/header.js';
import { CODE_SIZE, encodeFrame, encodeRawFrame } from '../../../src/protocol/message.js';
import type { Fault, Harm } from './proxy.js';

/** A code that no table knows. */
const UNKNOWN_CODE = 0x99;
/** Where the length stands in a header. */
const LENGTH_OFFSET = 6;
/** 64 kB that begin like no message. */
const NOISE = Buffer.from(Uint8Array.from({ length: 65_536 }, (_, n) => (n * n * 31 + n) % 251));
const PIECES = 8;

/** Does it to whatever carries the point of an operation: answers, pushes, and application data on its way out. */
export function toCargo(harm: Harm): Fault {
  return { toClient: harm, toPeer: harm, strikes: (frame, to) => to === 'client' || isData(frame) };
}

/** Does it to all frames, both ways. */
export function bothWays(harm: Harm): Fault {
  return { toClient: harm, toPeer: harm };
}

/** Passes it byte by byte. */
export const fragment: Harm = (frame, way) => way.writeSingly(frame);

/** Passes it in one chunk with what else may come: a push of no interest and a message that nobody knows, before it and behind it. */
export const coalesce: Harm = (frame, way) => {
  const others = Buffer.concat([pushOf(way.dialect), unknownOf(way.dialect)]);
  way.write(Buffer.concat([others, frame, others]));
};

/** Passes it so many milliseconds late. */
export function delay(milliseconds: number): Harm {
  return async (frame, way) => {
    await way.wait(milliseconds);
    way.write(frame);
  };
}

/** Passes it in pieces, all of them within so many milliseconds. */
export function throttle(milliseconds: number): Harm {
  return async (frame, way) => {
    const cut = (piece: number): number => Math.floor((frame.length * piece) / PIECES);
    const pieces = Array.from({ length: PIECES }, async (_, piece) => {
      await way.wait((milliseconds / PIECES) * (piece + 1));
      way.write(frame.subarray(cut(piece), cut(piece + 1)));
    });
    await Promise.all(pieces);
  };
}

/** Swallows it and whatever follows in this direction. */
export const swallow: Harm = (_frame, way) => {
  way.die();
};

/** Passes half of it, and swallows the rest and whatever follows. */
export const truncate: Harm = (frame, way) => {
  way.write(firstHalf(frame));
  way.die();
};

/** Passes half of it, and ends the connection. */
export const cutWithin: Harm = (frame, way) => {
  way.write(firstHalf(frame));
  way.cut();
};

/** Ends the connection in its place. */
export const end: Harm = (_frame, way) => {
  way.cut();
};

/** Breaks the connection in its place. */
export const reset: Harm = (_frame, way) => {
  way.reset();
};

/** Flips a bit of one byte of the header. */
export function flipHeader(offset: number): Harm {
  return changed((frame) => { flip(frame, offset); });
}

/** Flips a bit of the code: no table knows what comes of it. */
export const flipCode: Harm = changed((frame) => { flip(frame, HEADER_SIZE + 1); });

/** Flips a bit of what the message says. */
export const flipBody: Harm = changed((frame) => { flip(frame, Math.min(HEADER_SIZE + 12, frame.length - 4)); });

/** Passes it twice, in one chunk. */
export const duplicate: Harm = (frame, way) => {
  way.write(Buffer.concat([frame, frame]));
};

/** Passes it behind a push that nobody waits for. */
export const afterPush: Harm = (frame, way) => {
  way.write(pushOf(way.dialect));
  way.write(frame);
};

/** Passes it behind a message that nobody knows. */
export const afterUnknown: Harm = (frame, way) => {
  way.write(unknownOf(way.dialect));
  way.write(frame);
};

/** Gives it the code of another message. */
export function withCode(codeFor: (code: number) => number): Harm {
  return changed((frame) => frame.writeUInt32LE(codeFor(frame.readUInt32LE(HEADER_SIZE)), HEADER_SIZE));
}

/** Lies about how many entries, or how many bytes of data, there are. Only messages with such a number are struck. */
export function lieAboutCount(): Fault {
  const harm = changed((frame) => frame.writeUInt32LE(0xffff_ffff, countOffset(frame) ?? 0));
  return { toClient: harm, toPeer: harm, strikes: (frame) => countOffset(frame) !== undefined };
}

/** Declares so many bytes more than there are, with a complement that matches. */
export function declareMore(bytes: number): Harm {
  return changed((frame, dialect) => {
    writeHeader(frame, dialect, frame.readUInt16LE(LENGTH_OFFSET) + bytes);
  });
}

/** Declares the greatest length that the field can hold, with a complement that matches. */
export const declareTooMuch: Harm = changed((frame, dialect) => {
  writeHeader(frame, dialect, 0xffff);
});

/** Sends 64 kB of noise in front of it. */
export const noise: Harm = (frame, way) => {
  way.write(Buffer.concat([NOISE, frame]));
};

function changed(change: (frame: Buffer, dialect: Dialect) => unknown): Harm {
  return (frame, way) => {
    const copy = Buffer.from(frame);
    change(copy, way.dialect);
    way.write(copy);
  };
}

function flip(frame: Buffer, offset: number): void {
  frame.writeUInt8(frame.readUInt8(offset) ^ 0x10, offset);
}

function firstHalf(frame: Buffer): Buffer {
  return frame.subarray(0, Math.floor(frame.length / 2));
}

function isData(frame: Buffer): boolean {
  return frame.length > MAX_APP_BUFFER_SIZE;
}

/** Where the number stands; undefined where there is none. */
function countOffset(frame: Buffer): number | undefined {
  const code = frame.readUInt32LE(HEADER_SIZE);
  if (isData(frame)) return frame.length - 4;
  return code === AMM_OPERATIONS.LIST_ENDPOINTS.response.code ? HEADER_SIZE + CODE_SIZE + 4 : undefined;
}

function pushOf(dialect: Dialect): Buffer {
  return dialect.service === 'app'
    ? encodeFrame(dialect, RECEIVE_APP_DATA_RESPONSE, { atrId: 77, appValue: 7, data: Buffer.from('a push') })
    : unknownOf(dialect);
}

function unknownOf(dialect: Dialect): Buffer {
  return encodeRawFrame(dialect, UNKNOWN_CODE, Buffer.from('what is this?'));
}
