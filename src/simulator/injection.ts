import { AkmError, kindOf } from '../errors.js';
import { RECEIVE_APP_DATA_RESPONSE } from '../protocol/app-messages.js';
import { parseInteger, U16_MAX } from '../protocol/integer.js';
import { checkOptionNames } from './options.js';

/** Application data that the simulated AppEndpoint is to push. Numbers may also be decimal or `0x` hexadecimal strings. */
export interface Injection {
  /** ATR ID, U16. */
  atrId: number | string;
  /** App Value of the sender, U16. It need not be registered. */
  appValue: number | string;
  /** App Value of the receiver, U16. Default: every connection with an application in this ATR gets the data once. */
  target?: number | string | undefined;
  /** At most 4046 bytes. A string is sent as UTF-8. */
  data: Uint8Array | string;
}

/** An {@link Injection} that has been checked. */
export interface CheckedInjection {
  atrId: number;
  appValue: number;
  target: number | undefined;
  data: Buffer;
}

/** @throws AkmError `AKM_INVALID_INPUT` naming the property, or `AKM_PAYLOAD_TOO_LARGE` */
export function checkInjection(injection: Injection): CheckedInjection {
  checkOptionNames(injection, ['atrId', 'appValue', 'target', 'data'], 'injected data');
  const { atrId, appValue, target, data } = injection;
  const checked = {
    atrId: parseInteger(atrId, 'atrId', U16_MAX),
    appValue: parseInteger(appValue, 'appValue', U16_MAX),
    target: target === undefined ? undefined : parseInteger(target, 'target', U16_MAX),
    data: bytesOf(data),
  };
  RECEIVE_APP_DATA_RESPONSE.body.fields.data.sizeOf(checked.data, 'data');
  return checked;
}

function bytesOf(data: unknown): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof Uint8Array) return Buffer.from(data);
  throw new AkmError('AKM_INVALID_INPUT', `data is ${kindOf(data)}; a string or a Uint8Array is needed`);
}
