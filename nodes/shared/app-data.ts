import { isUtf8 } from 'node:buffer';
import { types } from 'node:util';
import { AkmError, kindOf } from '../../src/errors.js';
import { MAX_APP_BUFFER_SIZE } from '../../src/protocol/app-messages.js';
import { bufferOn, bytesOf } from '../../src/protocol/bytes.js';
import { U8_MAX } from '../../src/protocol/literals.js';
import { exactJson } from './exact-json.js';

/** In which form `akm-receive` hands data on. */
export type DataFormat = 'auto' | 'string' | 'buffer' | 'json';

/**
 * A payload as application data: a string or bytes as they are (see {@link bytesIn}), anything else as JSON. None of a Buffer's own code is run,
 * and what is returned shares its memory.
 * @throws AkmError `AKM_INVALID_INPUT` for what JSON cannot hold, saying where in the payload it is; `AKM_PAYLOAD_TOO_LARGE`
 */
export function toData(payload: unknown): Buffer | string {
  if (typeof payload === 'string') return payload;
  const json = bytesIn(payload) ?? exactJson(payload, 'msg.payload');
  if (json !== undefined) return json;
  throw new AkmError(
    'AKM_INVALID_INPUT',
    `msg.payload is ${kindOf(payload)}; a string, bytes (a Buffer, a typed array) or anything that JSON can hold is needed`,
  );
}

/**
 * The bytes of a payload, if it is bytes: a Buffer, any other typed array, a DataView, an ArrayBuffer, a SharedArrayBuffer, or what a Buffer
 * becomes in JSON, `{ type: 'Buffer', data: [1, 2] }`: after a context store or another program has kept it, `Buffer.from` takes it too.
 * @throws AkmError `AKM_PAYLOAD_TOO_LARGE` for JSON of a Buffer that no message could hold
 */
function bytesIn(payload: unknown): Buffer | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const bytes = bytesOf(payload);
  return bytes ? bufferOn(bytes) : ofJsonForm(payload);
}

function ofJsonForm(payload: object): Buffer | undefined {
  if (types.isProxy(payload)) return undefined;
  const type: unknown = Object.getOwnPropertyDescriptor(payload, 'type')?.value;
  const data: unknown = Object.getOwnPropertyDescriptor(payload, 'data')?.value;
  if (type !== 'Buffer' || types.isProxy(data) || !Array.isArray(data) || Object.keys(payload).length !== 2)
    return undefined;
  if (data.length > MAX_APP_BUFFER_SIZE) {
    throw new AkmError(
      'AKM_PAYLOAD_TOO_LARGE',
      `msg.payload is a Buffer of ${data.length} bytes in JSON; one message carries at most ${MAX_APP_BUFFER_SIZE}`,
    );
  }
  const bytes: readonly unknown[] = Array.from(data as unknown[]); // read once each
  return bytes.every(isByte) ? Buffer.from(bytes) : undefined;
}

function isByte(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= U8_MAX;
}

/**
 * Application data as a payload. `data` is a view that is soon overwritten: what is returned is not.
 * @throws AkmError `AKM_INVALID_INPUT` where the data is not valid JSON although it should be
 */
export function fromData(data: Buffer, format: DataFormat): unknown {
  if (format === 'buffer' || (format === 'auto' && !isUtf8(data))) return Buffer.from(data);
  const text = data.toString('utf8');
  if (format !== 'json') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // the parser's own message quotes the data, which must not get into a log
    throw new AkmError('AKM_INVALID_INPUT', `The received data is not valid JSON (${data.length} bytes)`);
  }
}
