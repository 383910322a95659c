import { AkmError, isAkmError, messageOf } from '../../src/errors.js';

/** Any failure as an AkmError, so that a Catch node always finds a code. */
export function toAkmError(thrown: unknown): AkmError {
  return isAkmError(thrown)
    ? thrown
    : new AkmError('AKM_INVALID_INPUT', messageOf(thrown), { cause: thrown });
}

/** The peer's number in an error, under the name it has in `msg.akm`. */
export function numberIn(error: AkmError): { confirmation?: number; status?: number } {
  return {
    ...(error.confirmation === undefined ? {} : { confirmation: error.confirmation }),
    ...(error.status === undefined ? {} : { status: error.status }),
  };
}
