import { types } from 'node:util';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { AkmError, messageOf, quote } from '../../src/errors.js';
import { parseInteger } from '../../src/protocol/integer.js';
import { readApplication, readAtrId } from '../../src/settings/aliases.js';
import type { Names } from '../../src/settings/names.js';

/** A TypedInput as the editor saves it: `value` means what `type` says. */
export interface TypedValue {
  value: string;
  type: string;
}

/**
 * What a TypedInput stands for, given a message. It comes wrapped: a promise that is resolved with a value asks it whether it is a promise
 * too, which runs a flow's code, and may wait for one that never comes.
 * @throws AkmError (as a rejection) `AKM_INVALID_INPUT`
 */
export function evaluate(
  RED: NodeAPI,
  node: Node,
  { value, type }: TypedValue,
  msg: NodeMessage,
): Promise<{ value: unknown }> {
  return new Promise((resolve, reject) => {
    // Node-RED has put in what a literal `${ENV}` stands for; what it put in is a string, for a number too
    if (type === 'num' || type === 'str') {
      resolve({ value });
      return;
    }
    const fail = (cause: unknown): void => {
      const problem = `${type} ${quote(value)} cannot be read: ${messageOf(cause)}`;
      reject(new AkmError('AKM_INVALID_INPUT', problem, { cause }));
    };
    try {
      RED.util.evaluateNodeProperty(value, type, node, msg, (cause, result: unknown) => {
        if (cause) fail(cause);
        else if (types.isPromise(result)) fail(new Error('it is a promise; its value is needed'));
        else resolve({ value: result });
      });
    } catch (cause) {
      fail(cause); // an expression with a mistake throws instead of calling back
    }
  });
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
  const { value } = await evaluate(RED, node, typed, msg);
  return parseInteger(value, what, max);
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
  return readApplication(names, readAtrId(names, atrId.value), appValue.value, what);
}
