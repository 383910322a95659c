import { isUtf8 } from 'node:buffer';
import { AkmError, messageOf, kindOf } from '../../src/errors.js';

/** In which form `akm-receive` hands data on. */
export type DataFormat = 'auto' | 'string' | 'buffer' | 'json';

/**
 * A payload as application data: a string or a Buffer as it is, anything else as JSON.
 * @throws AkmError `AKM_INVALID_INPUT` for what JSON cannot hold
 */
export function toData(payload: unknown): Buffer | string {
  if (typeof payload === 'string' || Buffer.isBuffer(payload)) return payload;
  const unusable = `msg.payload is ${kindOf(payload)}; a string, a Buffer or anything that JSON can hold is needed`;
  let json: unknown; // undefined for a function, a symbol or undefined
  try {
    json = JSON.stringify(payload);
  } catch (error) {
    throw new AkmError('AKM_INVALID_INPUT', `${unusable}: ${messageOf(error)}`, { cause: error });
  }
  if (typeof json !== 'string') throw new AkmError('AKM_INVALID_INPUT', unusable);
  return json;
}

/**
 * Application data as a payload. `data` is a view that is soon overwritten: what is returned is not.
 * @throws AkmError `AKM_INVALID_INPUT` where the data is no JSON although it should be
 */
export function fromData(data: Buffer, format: DataFormat): unknown {
  if (format === 'buffer' || (format === 'auto' && !isUtf8(data))) return Buffer.from(data);
  const text = data.toString('utf8');
  if (format !== 'json') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // the parser's own message quotes the data, which must not get into a log
    throw new AkmError(
      'AKM_INVALID_INPUT',
      `The data received is no JSON: ${data.length} bytes of something else`,
    );
  }
}
