/** The messages of the AMM by hand. */
import type { Identifier } from '../../src/protocol/identifier.js';
import { ammFrame, BODY, readIdentifier, writeIdentifier, type ByHand } from './bytes.js';

/** LIST_ENDPOINTS_REQUEST, LIST_ATRS_REQUEST. */
export function listRequest(code: number): ByHand<{ filter: number }> {
  return {
    encode({ filter }) {
      const bytes = ammFrame(code, 4);
      bytes.writeUInt32LE(filter, BODY);
      return bytes;
    },
    decode: (payload) => ({ filter: payload.readUInt32LE(4) }),
  };
}

/** LIST_ENDPOINTS_RESPONSE. */
export const endpointList: ByHand<{ confirmation: number; count: number; endpoints: Identifier[] }> = {
  encode({ confirmation, count, endpoints }) {
    const bytes = ammFrame(0x41, 8 + 32 * 16);
    bytes.writeUInt32LE(confirmation, BODY);
    bytes.writeUInt32LE(count, BODY + 4);
    for (const [n, id] of endpoints.entries()) writeIdentifier(bytes, BODY + 8 + 16 * n, id);
    return bytes;
  },
  decode(payload) {
    const count = payload.readUInt32LE(8);
    const endpoints: Identifier[] = [];
    for (let n = 0; n < Math.min(count, 32); n += 1) endpoints.push(readIdentifier(payload, 12 + 16 * n));
    return { confirmation: payload.readUInt32LE(4), count, endpoints };
  },
};

interface Atr {
  category: number;
  id: Identifier;
}

/** LIST_ATRS_RESPONSE. */
export const atrList: ByHand<{ confirmation: number; count: number; atrs: Atr[] }> = {
  encode({ confirmation, count, atrs }) {
    const bytes = ammFrame(0x45, 8 + 64 * 20);
    bytes.writeUInt32LE(confirmation, BODY);
    bytes.writeUInt32LE(count, BODY + 4);
    for (const [n, { category, id }] of atrs.entries()) {
      const at = BODY + 8 + 20 * n;
      bytes.writeUInt32LE(category, at);
      writeIdentifier(bytes, at + 4, id);
    }
    return bytes;
  },
  decode(payload) {
    const count = payload.readUInt32LE(8);
    const atrs: Atr[] = [];
    for (let n = 0; n < Math.min(count, 64); n += 1) {
      const at = 12 + 20 * n;
      atrs.push({ category: payload.readUInt32LE(at), id: readIdentifier(payload, at + 4) });
    }
    return { confirmation: payload.readUInt32LE(4), count, atrs };
  },
};

/** The requests that hold one identifier. */
export function requestAboutOne(code: number): ByHand<{ id: Identifier }> {
  return {
    encode({ id }) {
      const bytes = ammFrame(code, 16);
      writeIdentifier(bytes, BODY, id);
      return bytes;
    },
    decode: (payload) => ({ id: readIdentifier(payload, 4) }),
  };
}

/** The responses that hold a confirmation. */
export function confirmation(code: number): ByHand<{ confirmation: number }> {
  return {
    encode({ confirmation }) {
      const bytes = ammFrame(code, 4);
      bytes.writeUInt32LE(confirmation, BODY);
      return bytes;
    },
    decode: (payload) => ({ confirmation: payload.readUInt32LE(4) }),
  };
}

/** GET_ENDPOINT_DETAILS_RESPONSE. */
export const endpointDetails: ByHand<{ confirmation: number; id: Identifier; details: Buffer }> = {
  encode({ confirmation, id, details }) {
    const bytes = ammFrame(0x42, 20 + details.length);
    bytes.writeUInt32LE(confirmation, BODY);
    writeIdentifier(bytes, BODY + 4, id);
    details.copy(bytes, BODY + 20);
    return bytes;
  },
  decode: (payload) => ({
    confirmation: payload.readUInt32LE(4),
    id: readIdentifier(payload, 8),
    details: payload.subarray(24),
  }),
};

/** CREATE_OPERATIONAL_ATR_REQUEST. */
export const createAtr: ByHand<{ count: number; endpoints: Identifier[] }> = {
  encode({ count, endpoints }) {
    const bytes = ammFrame(0x04, 4 + 16 * endpoints.length);
    bytes.writeUInt32LE(count, BODY);
    for (const [n, id] of endpoints.entries()) writeIdentifier(bytes, BODY + 4 + 16 * n, id);
    return bytes;
  },
  decode(payload) {
    const count = payload.readUInt32LE(4);
    const endpoints: Identifier[] = [];
    for (let at = 8; endpoints.length < count && at + 16 <= payload.length; at += 16)
      endpoints.push(readIdentifier(payload, at));
    return { count, endpoints };
  },
};

/** CREATE_OPERATIONAL_ATR_RESPONSE. */
export const createdAtr: ByHand<{ confirmation: number; id: Identifier }> = {
  encode({ confirmation, id }) {
    const bytes = ammFrame(0x44, 20);
    bytes.writeUInt32LE(confirmation, BODY);
    writeIdentifier(bytes, BODY + 4, id);
    return bytes;
  },
  decode: (payload) => ({ confirmation: payload.readUInt32LE(4), id: readIdentifier(payload, 8) }),
};
