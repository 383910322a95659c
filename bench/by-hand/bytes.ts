/** What the encoders and decoders written by hand have in common. */
import type { Identifier } from '../../src/protocol/identifier.js';

const HEADER = 12;
/** Where a body begins: behind the header and the code. */
export const BODY = HEADER + 4;

/** Encodes and decodes one message, in code that was written for it alone: what the compiled tables are measured against. */
export interface ByHand<V> {
  encode(values: V): Buffer;
  /** @param payload the code and the body */
  decode(payload: Buffer): unknown;
}

function frame(version: readonly [number, number], code: number, bodyLength: number): Buffer {
  const bytes = Buffer.alloc(BODY + bodyLength);
  const payloadLength = 4 + bodyLength;
  bytes.writeUInt32LE(0xa55a5aa5, 0);
  bytes[4] = version[0];
  bytes[5] = version[1];
  bytes.writeUInt16LE(payloadLength, 6);
  bytes.writeUInt16LE(payloadLength ^ 0xffff, 8);
  bytes.writeUInt32LE(code, HEADER);
  return bytes;
}

/** A frame of the AMM with a zeroed body. */
export const ammFrame = (code: number, bodyLength: number): Buffer => frame([1, 0], code, bodyLength);

/** A frame of the AppEndpoint with a zeroed body. */
export const appFrame = (code: number, bodyLength: number): Buffer => frame([0, 1], code, bodyLength);

export function writeIdentifier(bytes: Buffer, at: number, { lower64, upper64 }: Identifier): void {
  bytes.writeBigUInt64LE(BigInt(lower64), at);
  bytes.writeBigUInt64LE(BigInt(upper64), at + 8);
}

function half(payload: Buffer, at: number): string {
  return payload.readBigUInt64LE(at).toString(16).toUpperCase().padStart(16, '0');
}

export function readIdentifier(payload: Buffer, at: number): Identifier {
  const lower = half(payload, at);
  const upper = half(payload, at + 8);
  return { id: `0x${upper}${lower}`, lower64: `0x${lower}`, upper64: `0x${upper}` };
}
