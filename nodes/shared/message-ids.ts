import { randomBytes } from 'node:crypto';

/**
 * Makes ids for the messages that a node begins, in the form of Node-RED's own: 16 hexadecimal digits.
 *
 * Node-RED draws eight random numbers for a message without an id, which takes longer than all that decoding it takes. A random number
 * for each node and a count tell its messages apart from all others just as well.
 */
export function messageIds(): () => string {
  const ofNode = randomBytes(4).toString('hex');
  let count = randomBytes(4).readUInt32LE();
  return () => {
    count = (count + 1) >>> 0;
    return ofNode + count.toString(16).padStart(8, '0');
  };
}
