import { RECEIVE_APP_DATA_RESPONSE, SEND_APP_DATA_REQUEST } from '../../../src/protocol/app-messages.js';
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
  return {
    toClient: harm,
    toPeer: (frame, way) => {
      if (isCargo(frame)) return harm(frame, way);
      way.write(frame);
    },
  };
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
    const startOf = (piece: number): number => Math.floor((piece * frame.length) / PIECES);
    for (let piece = 0; piece < PIECES; piece += 1) {
      await way.wait(milliseconds / PIECES);
      way.write(frame.subarray(startOf(piece), startOf(piece + 1)));
    }
  };
}

/** Swallows it and whatever follows in this direction. */
export const swallow: Harm = (_frame, way) => way.die();

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
export const end: Harm = (_frame, way) => way.cut();

/** Breaks the connection in its place. */
export const reset: Harm = (_frame, way) => way.reset();

/** Flips a bit of one byte of the header. */
export function flipHeader(offset: number): Harm {
  return changed((frame) => flip(frame, offset));
}

/** Flips a bit of the code: no table knows what comes of it. */
export const flipCode: Harm = changed((frame) => flip(frame, HEADER_SIZE + 1));

/** Flips a bit of what the message says. */
export const flipBody: Harm = changed((frame) => flip(frame, Math.min(HEADER_SIZE + 12, frame.length - 4)));

/** Passes it twice, in one chunk. */
export const duplicate: Harm = (frame, way) => way.write(Buffer.concat([frame, frame]));

/** Passes it twice, in one chunk with a push in between. */
export const duplicateAroundPush: Harm = (frame, way) =>
  way.write(Buffer.concat([frame, pushOf(way.dialect), frame]));

/** Passes it twice in one chunk, but for the last bytes, which follow so many milliseconds later. */
export function duplicateInPieces(milliseconds: number): Harm {
  return async (frame, way) => {
    way.write(Buffer.concat([frame, firstHalf(frame)]));
    await way.wait(milliseconds);
    way.write(frame.subarray(firstHalf(frame).length));
  };
}

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

/** Lies in the U32 so many bytes behind the code, or in the last one there is; counted from the end where negative. */
export function lie(offset: number): Harm {
  return changed((frame) => {
    const last = frame.length - 4;
    frame.writeUInt32LE(
      0xffff_ffff,
      offset < 0 ? frame.length + offset : Math.min(HEADER_SIZE + CODE_SIZE + offset, last),
    );
  });
}

/** Declares so many bytes more than there are, with a complement that matches. */
export function declareMore(bytes: number): Harm {
  return changed((frame, dialect) => writeHeader(frame, dialect, frame.readUInt16LE(LENGTH_OFFSET) + bytes));
}

/** Declares the greatest length that the field can hold, with a complement that matches. */
export const declareTooMuch: Harm = changed((frame, dialect) => writeHeader(frame, dialect, 0xffff));

/** Sends 64 kB of noise in front of it. */
export const noise: Harm = (frame, way) => way.write(Buffer.concat([NOISE, frame]));

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

function isCargo(frame: Buffer): boolean {
  return frame.readUInt32LE(HEADER_SIZE) === SEND_APP_DATA_REQUEST.code;
}

function pushOf(dialect: Dialect): Buffer {
  return dialect.service === 'app'
    ? encodeFrame(dialect, RECEIVE_APP_DATA_RESPONSE, { atrId: 77, appValue: 7, data: Buffer.from('a push') })
    : unknownOf(dialect);
}

function unknownOf(dialect: Dialect): Buffer {
  return encodeRawFrame(dialect, UNKNOWN_CODE, Buffer.from('what is this?'));
}
