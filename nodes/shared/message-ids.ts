import { randomBytes } from 'node:crypto';

/** Counts of seven hexadecimal digits: a number of always the same length needs no padding, which would take longer than the rest. */
const FIRST = 0x100_0000;
const LAST = 0xfff_ffff;

/**
 * Makes ids for the messages that a node begins, in the form of Node-RED's own: 16 hexadecimal digits.
 *
 * Node-RED draws eight random numbers for a message without an id, which takes longer than all that decoding it takes. A random number
 * for each node and a count tell its messages apart from all others just as well.
 */
export function messageIds(): () => string {
  const ofNode = randomBytes(5).toString('hex').slice(1);
  let count = FIRST + (randomBytes(4).readUInt32LE() % FIRST);
  return () => {
    count = count === LAST ? FIRST : count + 1;
    return ofNode + count.toString(16);
  };
}
