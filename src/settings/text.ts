import { AkmError, kindOf } from '../errors.js';

/**
 * Reads a setting that is text. What `${ENV}` stands for in it may be a number or a boolean: then it is that, in writing.
 *
 * @param what names the setting in the error
 * @throws AkmError `AKM_INVALID_INPUT` for anything else
 */
export function textSetting(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new AkmError('AKM_INVALID_INPUT', `${what} is ${kindOf(value)}; text is needed`);
}
