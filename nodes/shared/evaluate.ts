import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { AkmError, messageOf } from '../../src/errors.js';
import { parseInteger } from '../../src/protocol/integer.js';
import { readApplication, readAtrId } from '../../src/settings/aliases.js';
import type { Names } from '../../src/settings/names.js';

/** A TypedInput as the editor saves it: `value` means what `type` says. */
export interface TypedValue {
  value: string;
  type: string;
}

/**
 * What a TypedInput stands for, given a message.
 * @throws AkmError (as a rejection) `AKM_INVALID_INPUT`
 */
export function evaluate(
  RED: NodeAPI,
  node: Node,
  { value, type }: TypedValue,
  msg: NodeMessage,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // Node-RED has put in what a literal `${ENV}` stands for; what it put in is a string, for a number too
    if (type === 'num' || type === 'str') {
      resolve(value);
      return;
    }
    const fail = (cause: unknown): void => {
      const problem = `${type} "${value}" cannot be read: ${messageOf(cause)}`;
      reject(new AkmError('AKM_INVALID_INPUT', problem, { cause }));
    };
    try {
      RED.util.evaluateNodeProperty(value, type, node, msg, (cause, result: unknown) => {
        if (cause) fail(cause);
        else if (isThenable(result)) fail(new Error('it is a promise; its value is needed'));
        else resolve(result);
      });
    } catch (cause) {
      fail(cause); // an expression with a mistake throws instead of calling back
    }
  });
}

/** To resolve with such a value would be to wait for it, and it may never come. */
function isThenable(value: unknown): boolean {
  try {
    return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
  } catch {
    return false; // to resolve with it fails in the same way
  }
}

/**
 * The whole number that a TypedInput stands for.
 * @param what names the value in the error
 * @throws AkmError (as a rejection) `AKM_INVALID_INPUT`
 */
export async function evaluateInteger(
  RED: NodeAPI,
  node: Node,
  typed: TypedValue,
  msg: NodeMessage,
  what: string,
  max: number,
): Promise<number> {
  return parseInteger(await evaluate(RED, node, typed, msg), what, max);
}

/** The typed inputs of a node that is about an application, as the editor saves them. */
export interface ApplicationInputs {
  atrId: string;
  atrIdType: string;
  appValue: string;
  appValueType: string;
}

/**
 * The application that two typed inputs stand for, by numbers or by names.
 * @param what names the App Value in the error
 * @throws AkmError (as a rejection) `AKM_INVALID_INPUT`
 */
export async function evaluateApplication(
  RED: NodeAPI,
  node: Node,
  names: Names,
  inputs: ApplicationInputs,
  msg: NodeMessage,
  what: string,
): Promise<{ atrId: number; appValue: number }> {
  const atrId = await evaluate(RED, node, { value: inputs.atrId, type: inputs.atrIdType }, msg);
  const appValue = await evaluate(RED, node, { value: inputs.appValue, type: inputs.appValueType }, msg);
  return readApplication(names, readAtrId(names, atrId), appValue, what);
}
