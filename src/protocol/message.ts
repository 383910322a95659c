import { AkmError, isAkmError, messageOf } from '../errors.js';
import { bytes, Reader } from './field-types.js';
import { HEADER_SIZE, writeHeader, type Dialect } from './header.js';
import { layout, type Decoded, type Encodable, type Fields, type Layout } from './layout.js';
import { CODE_SIZE } from './sizes.js';

/**
 * Where our knowledge of a body comes from. `documented`: the vendor's public guides give it byte for byte. `inferred`: they
 * name the message and its code only; the body is our guess, by analogy. `custom`: an integrator who knows better has entered
 * it.
 */
export type Source = 'documented' | 'inferred' | 'custom';

/** One message of one service: its code and what follows the code. */
export interface Message<F extends Fields = Fields> {
  /** The guides' own name, e.g. `LIST_ENDPOINTS_REQUEST`. */
  readonly name: string;
  /** The U32 in front of the body. */
  readonly code: number;
  readonly source: Source;
  readonly body: Layout<F>;
}

/** A request and the response that answers it. */
export interface Operation<Req extends Fields = Fields, Res extends Fields = Fields> {
  readonly request: Message<Req>;
  readonly response: Message<Res>;
  /** Whether the request changes what the peer holds. */
  readonly changing: boolean;
}

/** A response's code is its request's and this (as it is in every documented pair). */
export const RESPONSE_OFFSET = 0x40;

export { CODE_SIZE };

/** Declares a message whose body the guides give. */
export function documented<F extends Fields>(name: string, code: number, fields: F): Message<F> {
  return { name, code, source: 'documented', body: layout(fields) };
}

/** Declares a message whose body is our guess. */
export function inferred<F extends Fields>(name: string, code: number, fields: F): Message<F> {
  return { name, code, source: 'inferred', body: layout(fields) };
}

/** What is known of an exchange as a whole: what is known of its request, and where that is documented, of its response. */
export function sourceOf({ request, response }: Operation): Source {
  return request.source === 'documented' ? response.source : request.source;
}

/**
 * Encodes a whole frame: header, code, body.
 * @throws AkmError `AKM_INVALID_INPUT` or `AKM_PAYLOAD_TOO_LARGE` where a value does not fit its field
 */
export function encodeFrame<F extends Fields>(
  dialect: Dialect,
  message: Message<F>,
  values: Encodable<F>,
): Buffer {
  return readingSafely(() => {
    const bodyLength = message.body.sizeOf(values, '');
    const frame = allocateFrame(dialect, message.code, bodyLength);
    const end = message.body.write(frame, HEADER_SIZE + CODE_SIZE, values, '');
    if (end !== frame.length) throw new RangeError('they changed meanwhile');
    return frame;
  });
}

/**
 * Encodes a whole frame of any code around a body that is ready-made: bytes of any kind.
 * @throws AkmError `AKM_INVALID_INPUT` for what is no bytes, `AKM_PAYLOAD_TOO_LARGE`
 */
export function encodeRawFrame(dialect: Dialect, code: number, body: Uint8Array): Buffer {
  return encodeFrame(dialect, { name: '', code, source: 'custom', body: RAW_BODY }, { body });
}

const RAW_BODY = layout({ body: bytes });

/** A flow's objects may throw when they are read, or be another thing each time. */
function readingSafely(encode: () => Buffer): Buffer {
  try {
    return encode();
  } catch (error) {
    if (isAkmError(error)) throw error;
    throw new AkmError('AKM_INVALID_INPUT', `The values cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function allocateFrame(dialect: Dialect, code: number, bodyLength: number): Buffer {
  const payloadLength = CODE_SIZE + bodyLength;
  if (payloadLength > dialect.maxPayload) {
    throw new AkmError(
      'AKM_PAYLOAD_TOO_LARGE',
      `A message body has ${bodyLength} bytes; at most ${dialect.maxPayload - CODE_SIZE} are allowed`,
    );
  }
  const frame = Buffer.alloc(HEADER_SIZE + payloadLength);
  writeHeader(frame, dialect, payloadLength);
  frame.writeUInt32LE(code, HEADER_SIZE);
  return frame;
}

/** The code in front of a payload, or undefined where the payload is too short to have one. */
export function codeOf(payload: Buffer): number | undefined {
  return payload.length < CODE_SIZE ? undefined : payload.readUInt32LE(0);
}

/**
 * Decodes the body of a message from its payload (code included). Bytes behind the known fields are ignored.
 *
 * Of an inferred body the fields that are there are given, however short it is; a documented one must be whole. Buffers among the
 * values are views of `payload`.
 *
 * @throws AkmError `AKM_PROTOCOL` where a documented body is short, or any body contradicts itself
 */
export function decodeBody<F extends Fields>(message: Message<F>, payload: Buffer): Partial<Decoded<F>> {
  const reader = new Reader(payload, CODE_SIZE, payload.length);
  const values = message.body.readPartly(reader);
  if (reader.short && message.source === 'documented') throw shortBody(message, payload);
  return values;
}

/**
 * Decodes a body that must be whole, documented or not.
 * @throws AkmError `AKM_PROTOCOL`
 */
export function decodeWholeBody<F extends Fields>(message: Message<F>, payload: Buffer): Decoded<F> {
  const reader = new Reader(payload, CODE_SIZE, payload.length);
  const values = message.body.read(reader, {});
  if (values === undefined) throw shortBody(message, payload);
  return values;
}

function shortBody(message: Message, payload: Buffer): AkmError {
  return new AkmError(
    'AKM_PROTOCOL',
    `${message.name} has only ${payload.length} bytes of payload; its layout needs more (${message.body.notation})`,
  );
}

/**
 * Where in a payload the bytes begin that an answer hands on undecoded: behind the code, and behind a confirmation that stands
 * first.
 */
export function rawOffsetOf({ body }: Message): number {
  const [first] = Object.entries(body.fields);
  return CODE_SIZE + (first?.[0] === 'confirmation' ? (first[1].size ?? 0) : 0);
}
