/**
 * The bytes of both protocols once more, from the vendor's guides alone: nothing here comes from `src`, so that a mistake there is not
 * made here as well.
 */

export type Service = 'amm' | 'app';

const START_OF_MESSAGE = 0xa55a5aa5;
/** Bytes 4 and 5 of the header: the two services do not agree about their order. */
const VERSION: Readonly<Record<Service, number>> = { amm: 0x0001, app: 0x0100 };
const HEADER_SIZE = 12;
/** Bytes of application data in one message. */
const BUFFER_SIZE = 4046;

/** A whole message: the header, then a payload made of these parts. A number is written as U32. */
export function frame(service: Service, ...parts: readonly (number | Buffer)[]): Buffer {
  const payload = Buffer.concat(parts.map((part) => (typeof part === 'number' ? u32(part) : part)));
  const header = Buffer.alloc(HEADER_SIZE);
  header.writeUInt32LE(START_OF_MESSAGE, 0);
  header.writeUInt16LE(VERSION[service], 4);
  header.writeUInt16LE(payload.length, 6);
  header.writeUInt16LE(payload.length ^ 0xffff, 8);
  return Buffer.concat([header, payload]);
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** The 16 bytes of an identifier whose upper half is zero. */
export function identifier(lower: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(lower);
  return bytes;
}

/** Application data as SEND_APP_DATA_REQUEST and RECEIVE_APP_DATA_RESPONSE carry it behind their code. */
export interface AppDataBody {
  /** U16 */
  atrId: number;
  /** U16 */
  appValue: number;
  text: string;
}

export function appDataBody({ atrId, appValue, text }: AppDataBody): Buffer {
  const body = Buffer.alloc(4 + BUFFER_SIZE + 4);
  body.writeUInt16LE(atrId, 0);
  body.writeUInt16LE(appValue, 2);
  body.writeUInt32LE(body.write(text, 4), 4 + BUFFER_SIZE);
  return body;
}

/** @throws Error when the body has another size, or its padding is not zero */
export function readAppDataBody(body: Buffer): AppDataBody {
  if (body.length !== 4 + BUFFER_SIZE + 4) throw new Error(`application data in ${body.length} bytes`);
  const end = 4 + body.readUInt32LE(4 + BUFFER_SIZE);
  if (body.subarray(end, 4 + BUFFER_SIZE).some((byte) => byte !== 0))
    throw new Error('padding that is not zero');
  return { atrId: body.readUInt16LE(0), appValue: body.readUInt16LE(2), text: body.toString('utf8', 4, end) };
}

/** Cuts what arrives on one connection into payloads. */
export class Splitter {
  private rest = Buffer.alloc(0);

  constructor(private readonly service: Service) {}

  /**
   * @returns the payloads that are whole now
   * @throws Error when a header is not one of this service
   */
  push(chunk: Buffer): Buffer[] {
    this.rest = Buffer.concat([this.rest, chunk]);
    const payloads: Buffer[] = [];
    while (this.rest.length >= HEADER_SIZE) {
      const end = HEADER_SIZE + this.payloadLength();
      if (this.rest.length < end) break;
      payloads.push(this.rest.subarray(HEADER_SIZE, end));
      this.rest = this.rest.subarray(end);
    }
    return payloads;
  }

  private payloadLength(): number {
    const { rest } = this;
    const length = rest.readUInt16LE(6);
    const right =
      rest.readUInt32LE(0) === START_OF_MESSAGE &&
      rest.readUInt16LE(4) === VERSION[this.service] &&
      rest.readUInt16LE(8) === (length ^ 0xffff) &&
      rest.readUInt16LE(10) === 0;
    if (!right) throw new Error(`not a header of this service: ${rest.toString('hex', 0, HEADER_SIZE)}`);
    return length;
  }
}
