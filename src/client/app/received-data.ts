import { MAX_APP_BUFFER_SIZE, RECEIVE_APP_DATA_RESPONSE } from '../../protocol/app-messages.js';
import { CODE_SIZE, decodeWholeBody } from '../../protocol/message.js';
import type { ReceivedData } from './subscriptions.js';

/** Where the fields of RECEIVE_APP_DATA stand in its payload (documented). */
const ATR_ID = CODE_SIZE;
const APP_VALUE = ATR_ID + 2;
const DATA = APP_VALUE + 2;
const LENGTH = DATA + MAX_APP_BUFFER_SIZE;
const END = LENGTH + 4;

/**
 * Decodes application data. It comes by the hundred thousand a second, and going through the message table for each is a good part of what
 * that costs; so the table is asked only for what it has to say of a message that is wrong.
 *
 * @param payload of a RECEIVE_APP_DATA response, its code included; the data is a view of it
 * @throws AkmError `AKM_PROTOCOL` where the body is short, or claims more data than it can hold
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
