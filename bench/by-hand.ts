/** Encoders and decoders written for one message each: what the compiled tables are measured against. */

function frame(payloadLength: number, version: readonly [number, number]): Buffer {
  const bytes = Buffer.alloc(12 + payloadLength);
  bytes.writeUInt32LE(0xa55a5aa5, 0);
  bytes[4] = version[0];
  bytes[5] = version[1];
  bytes.writeUInt16LE(payloadLength, 6);
  bytes.writeUInt16LE(payloadLength ^ 0xffff, 8);
  return bytes;
}

/** A LIST_ENDPOINTS or LIST_ATRS request. */
export function encodeListRequest(code: number, filter: number): Buffer {
  const bytes = frame(8, [1, 0]);
  bytes.writeUInt32LE(code, 12);
  bytes.writeUInt32LE(filter, 16);
  return bytes;
}

interface Identifier {
  id: string;
  lower64: string;
  upper64: string;
}

function half(payload: Buffer, at: number): string {
  return payload.readBigUInt64LE(at).toString(16).toUpperCase().padStart(16, '0');
}

function identifier(payload: Buffer, at: number): Identifier {
  const lower = half(payload, at);
  const upper = half(payload, at + 8);
  return { id: `0x${upper}${lower}`, lower64: `0x${lower}`, upper64: `0x${upper}` };
}

interface Endpoints {
  confirmation: number;
  count: number;
  endpoints: Identifier[];
}

/** A LIST_ENDPOINTS response. */
export function decodeEndpoints(payload: Buffer): Endpoints {
  const count = payload.readUInt32LE(8);
  const endpoints: Identifier[] = [];
  for (let n = 0; n < Math.min(count, 32); n += 1) endpoints.push(identifier(payload, 12 + 16 * n));
  return { confirmation: payload.readUInt32LE(4), count, endpoints };
}

interface Atrs {
  confirmation: number;
  count: number;
  atrs: { category: number; id: Identifier }[];
}

/** A LIST_ATRS response. */
export function decodeAtrs(payload: Buffer): Atrs {
  const count = payload.readUInt32LE(8);
  const atrs: Atrs['atrs'] = [];
  for (let n = 0; n < Math.min(count, 64); n += 1) {
    const at = 12 + 20 * n;
    atrs.push({ category: payload.readUInt32LE(at), id: identifier(payload, at + 4) });
  }
  return { confirmation: payload.readUInt32LE(4), count, atrs };
}

/** A SEND_APP_DATA request. */
export function encodeSend(atrId: number, appValue: number, data: string): Buffer {
  const bytes = frame(4058, [0, 1]);
  bytes.writeUInt32LE(0x05, 12);
  bytes.writeUInt16LE(atrId, 16);
  bytes.writeUInt16LE(appValue, 18);
  bytes.writeUInt32LE(bytes.write(data, 20), 20 + 4046);
  return bytes;
}

/** A RECEIVE_APP_DATA response. */
export function decodeReceived(payload: Buffer): { atrId: number; appValue: number; data: Buffer } {
  const length = payload.readUInt32LE(8 + 4046);
  if (length > 4046) throw new RangeError(`${length} bytes of data are more than the buffer has`);
  return {
    atrId: payload.readUInt16LE(4),
    appValue: payload.readUInt16LE(6),
    data: payload.subarray(8, 8 + length),
  };
}
