/** The messages of the AppEndpoint by hand. */
import type { Identifier } from '../../src/protocol/identifier.js';
import { appFrame, BODY, readIdentifier, writeIdentifier, type ByHand } from './bytes.js';

const CAPACITY = 4046;

/** The requests that are a code and nothing else. */
export function codeAlone(code: number): ByHand<object> {
  return { encode: () => appFrame(code, 0), decode: () => ({}) };
}

/** GET_ENDPOINT_INFO_RESPONSE. */
export const endpointInfo: ByHand<{ id: Identifier; status: number; name: string }> = {
  encode({ id, status, name }) {
    const bytes = appFrame(0x41, 20 + Buffer.byteLength(name) + 1);
    writeIdentifier(bytes, BODY, id);
    bytes.writeUInt32LE(status, BODY + 16);
    bytes.write(name, BODY + 20);
    return bytes;
  },
  decode(payload) {
    const zero = payload.indexOf(0, 24);
    return {
      id: readIdentifier(payload, 4),
      status: payload.readUInt32LE(20),
      name: payload.toString('utf8', 24, zero < 0 ? payload.length : zero),
    };
  },
};

interface AtrInfo {
  atrId: number;
  reserved: number;
  category: number;
  id: Identifier;
}

/** GET_ATR_INFO_RESPONSE. */
export const atrInfo: ByHand<{ count: number; atrs: AtrInfo[] }> = {
  encode({ count, atrs }) {
    const bytes = appFrame(0x42, 4 + 24 * atrs.length);
    bytes.writeUInt32LE(count, BODY);
    for (const [n, { atrId, reserved, category, id }] of atrs.entries()) {
      const at = BODY + 4 + 24 * n;
      bytes.writeUInt16LE(atrId, at);
      bytes.writeUInt16LE(reserved, at + 2);
      bytes.writeUInt32LE(category, at + 4);
      writeIdentifier(bytes, at + 8, id);
    }
    return bytes;
  },
  decode(payload) {
    const count = payload.readUInt32LE(4);
    const atrs: AtrInfo[] = [];
    for (let at = 8; atrs.length < count && at + 24 <= payload.length; at += 24) {
      atrs.push({
        atrId: payload.readUInt16LE(at),
        reserved: payload.readUInt16LE(at + 2),
        category: payload.readUInt32LE(at + 4),
        id: readIdentifier(payload, at + 8),
      });
    }
    return { count, atrs };
  },
};

/** GET_VERSION_RESPONSE. */
export const version: ByHand<{ major: number; minor: number; patch: number; build: number }> = {
  encode({ major, minor, patch, build }) {
    const bytes = appFrame(0x43, 4);
    bytes[BODY] = major;
    bytes[BODY + 1] = minor;
    bytes[BODY + 2] = patch;
    bytes[BODY + 3] = build;
    return bytes;
  },
  decode: (payload) => ({ major: payload[4], minor: payload[5], patch: payload[6], build: payload[7] }),
};

/** REGISTER_APP_REQUEST. */
export const registration: ByHand<{ atrId: number; appValue: number }> = {
  encode({ atrId, appValue }) {
    const bytes = appFrame(0x04, 4);
    bytes.writeUInt16LE(atrId, BODY);
    bytes.writeUInt16LE(appValue, BODY + 2);
    return bytes;
  },
  decode: (payload) => ({ atrId: payload.readUInt16LE(4), appValue: payload.readUInt16LE(6) }),
};

/** REGISTER_APP_RESPONSE. */
export const registered: ByHand<{ status: number }> = {
  encode({ status }) {
    const bytes = appFrame(0x44, 4);
    bytes.writeUInt32LE(status, BODY);
    return bytes;
  },
  decode: (payload) => ({ status: payload.readUInt32LE(4) }),
};

/** SEND_APP_DATA_REQUEST, RECEIVE_APP_DATA_RESPONSE. */
export function appData(code: number): ByHand<{ atrId: number; appValue: number; data: Buffer | string }> {
  return {
    encode({ atrId, appValue, data }) {
      const bytes = appFrame(code, 4 + CAPACITY + 4);
      bytes.writeUInt16LE(atrId, BODY);
      bytes.writeUInt16LE(appValue, BODY + 2);
      const length = typeof data === 'string' ? bytes.write(data, BODY + 4) : data.copy(bytes, BODY + 4);
      bytes.writeUInt32LE(length, BODY + 4 + CAPACITY);
      return bytes;
    },
    decode(payload) {
      const length = payload.readUInt32LE(8 + CAPACITY);
      if (length > CAPACITY) throw new RangeError(`${length} bytes of data are more than the buffer has`);
      return {
        atrId: payload.readUInt16LE(4),
        appValue: payload.readUInt16LE(6),
        data: payload.subarray(8, 8 + length),
      };
    },
  };
}
