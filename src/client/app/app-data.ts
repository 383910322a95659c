import { copyInto, lengthOf, type Bytes } from '../../protocol/bytes.js';
import {
  MAX_APP_BUFFER_SIZE,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../protocol/app-messages.js';
import { APP_DIALECT, HEADER_SIZE } from '../../protocol/header.js';
import { CODE_SIZE, decodeWholeBody, encodeFrame } from '../../protocol/message.js';
import type { ReceivedData } from './subscriptions.js';

/*
 * SEND_APP_DATA and RECEIVE_APP_DATA have the same layout (documented). They come by the hundred thousand a second, and going through the
 * message table for each is a good part of what that costs; so their fields are read and written here, and the table is asked only for the
 * frame as a whole and for what is wrong with one. A test compares the two.
 */
const ATR_ID = CODE_SIZE;
const APP_VALUE = ATR_ID + 2;
const DATA = APP_VALUE + 2;
const LENGTH = DATA + MAX_APP_BUFFER_SIZE;
const END = LENGTH + 4;

/** A frame of SEND_APP_DATA that carries nothing: header, code and zeros. */
export const EMPTY_FRAME = encodeFrame(APP_DIALECT, SEND_APP_DATA_REQUEST, {
  atrId: 0,
  appValue: 0,
  data: '',
});
export const FRAME_SIZE = EMPTY_FRAME.length;

/** Application data that was checked: it fits its frame. */
export interface AppData {
  /** U16 */
  readonly atrId: number;
  /** App Value of the target, U16. */
  readonly appValue: number;
  /** Sent as UTF-8 if it is a string. */
  readonly data: Bytes | string;
}

/**
 * Checks that one message can carry the data.
 * @returns how many bytes it has, at most
 * @throws AkmError `AKM_PAYLOAD_TOO_LARGE`
 */
export function checkAppData(data: Bytes | string): number {
  // a character is at most 3 bytes of UTF-8 long: most texts need not be measured
  if (typeof data === 'string' && data.length * 3 <= MAX_APP_BUFFER_SIZE) return data.length * 3;
  const length = typeof data === 'string' ? Buffer.byteLength(data) : lengthOf(data);
  if (length <= MAX_APP_BUFFER_SIZE) return length;
  return SEND_APP_DATA_REQUEST.body.fields.data.sizeOf(data as string, 'data'); // which throws
}

/**
 * Writes data into an {@link EMPTY_FRAME}.
 * @param at where the frame begins
 * @throws AkmError `AKM_PAYLOAD_TOO_LARGE` if the memory of the data has grown since it was checked
 */
export function writeAppData(target: Buffer, at: number, { atrId, appValue, data }: AppData): void {
  const payload = at + HEADER_SIZE;
  target.writeUInt16LE(atrId, payload + ATR_ID);
  target.writeUInt16LE(appValue, payload + APP_VALUE);
  if (typeof data !== 'string') checkAppData(data);
  const length =
    typeof data === 'string'
      ? target.write(data, payload + DATA, MAX_APP_BUFFER_SIZE)
      : copyInto(target, payload + DATA, data);
  target.writeUInt32LE(length, payload + LENGTH);
}

/** Makes a frame that {@link writeAppData} has written to empty again. */
export function clearAppData(target: Buffer, at: number): void {
  const payload = at + HEADER_SIZE;
  target.fill(0, payload + DATA, payload + DATA + target.readUInt32LE(payload + LENGTH));
}

/**
 * Decodes application data.
 * @param payload of a RECEIVE_APP_DATA response, its code included; the data is a view of it
 * @throws AkmError `AKM_PROTOCOL` if the body is short, or claims more data than it can hold
 */
export function decodeAppData(payload: Buffer): ReceivedData {
  const length = payload.length < END ? Infinity : payload.readUInt32LE(LENGTH);
  if (length > MAX_APP_BUFFER_SIZE) return decodeWholeBody(RECEIVE_APP_DATA_RESPONSE, payload);
  return {
    atrId: payload.readUInt16LE(ATR_ID),
    appValue: payload.readUInt16LE(APP_VALUE),
    data: payload.subarray(DATA, DATA + length),
  };
}
