import { AkmError } from '../errors.js';
import { MAX_APP_PAYLOAD_SIZE } from './sizes.js';

/**
 * The 12 bytes in front of every payload (documented). The two services differ in one thing, the order of bytes 4 and
 * 5: the AMM's guide declares two U8, major then minor; the AppEndpoint's one little-endian U16.
 *
 * | offset | size | field |
 * |---|---|---|
 * | 0 | 4 | start of message, U32 `0xA55A5AA5` |
 * | 4 | 2 | version, in the service's own order |
 * | 6 | 2 | U16 payload length |
 * | 8 | 2 | U16 bitwise complement of the length |
 * | 10 | 2 | zero |
 */
export const HEADER_SIZE = 12;

/** The first four bytes of every message, as they stand on the wire. */
export const START_OF_MESSAGE = Buffer.from([0xa5, 0x5a, 0x5a, 0xa5]);

const START_AS_U32 = START_OF_MESSAGE.readUInt32LE();

/** Which of the two services a frame belongs to. */
export type Service = 'amm' | 'app';

/** What differs between the services' frames. */
export interface Dialect {
  readonly service: Service;
  /** Bytes 4 and 5 of the header. */
  readonly version: readonly [number, number];
  /** Longest payload that is accepted from the wire or written to it, in bytes. */
  readonly maxPayload: number;
}

export { MAX_APP_PAYLOAD_SIZE };

/**
 * Frames of the AMM. No greatest payload is documented for it; the longest documented message has 1292 bytes, but
 * bodies that are only inferred may turn out longer, so the AppEndpoint's documented limit is used for both.
 */
export const AMM_DIALECT: Dialect = {
  service: 'amm',
  version: [0x01, 0x00],
  maxPayload: MAX_APP_PAYLOAD_SIZE,
};

/** Frames of the AppEndpoint. */
export const APP_DIALECT: Dialect = {
  service: 'app',
  version: [0x00, 0x01],
  maxPayload: MAX_APP_PAYLOAD_SIZE,
};

/** Writes a header to the first 12 bytes of `frame`, whose bytes 10 and 11 are zero already. */
export function writeHeader(frame: Buffer, dialect: Dialect, payloadLength: number): void {
  START_OF_MESSAGE.copy(frame);
  frame[4] = dialect.version[0];
  frame[5] = dialect.version[1];
  frame.writeUInt16LE(payloadLength, 6);
  frame.writeUInt16LE(payloadLength ^ 0xffff, 8);
}

/**
 * Checks as much of a header as has arrived, so that a stream which can no longer become valid is not waited for.
 * Version and reserved bytes are not looked at: the vendor's own clients do not check them either.
 *
 * @param bytes the header starts at `offset` in it
 * @param available how many bytes of the header are there, 1 to 12
 * @returns the payload length in bytes once all 12 bytes are there, `undefined` before
 * @throws AkmError `AKM_PROTOCOL`
 */
export function readHeader(
  dialect: Dialect,
  bytes: Buffer,
  offset: number,
  available: number,
): number | undefined {
  const start = Math.min(available, START_OF_MESSAGE.length);
  // as a number where it is whole, as it nearly always is: comparing bytes takes several times as long
  const isRight = start === 4 && bytes.readUInt32LE(offset) === START_AS_U32;
  if (!isRight && bytes.compare(START_OF_MESSAGE, 0, start, offset, offset + start) !== 0) {
    const got = bytes.toString('hex', offset, offset + start);
    throw new AkmError('AKM_PROTOCOL', `A message starts with bytes ${got}; a55a5aa5 was expected`);
  }
  if (available < 8) return undefined;
  const length = bytes.readUInt16LE(offset + 6);
  if (length > dialect.maxPayload) {
    throw new AkmError(
      'AKM_PROTOCOL',
      `A message declares a payload of ${length} bytes; ${dialect.maxPayload} are the most allowed`,
    );
  }
  if (available < 10) return undefined;
  const complement = bytes.readUInt16LE(offset + 8);
  if ((length ^ complement) !== 0xffff) {
    throw new AkmError(
      'AKM_PROTOCOL',
      `A message declares a payload of ${length} bytes, but the complement ${complement} does not match it`,
    );
  }
  return available < HEADER_SIZE ? undefined : length;
}
